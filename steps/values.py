"""The values that pass between a step plugin and the platform. `steps.contract` offers them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from steps.annotations import folders
from steps.formats import Encoding

Scalar = str | int | float | bool | None
Reply = Mapping[str, Any]
_OF_A_PLAN = "of a plan"
LARGEST = 2**53 - 1
"""The largest whole number that all readers of JSON keep. Source: RFC 8259, section 6."""


class Options(BaseModel):
    """What `with:` takes. Constrain fields with `annotated_types`, never with pydantic's `Field`.

    hypothesis reads the former wherever they stand, so `steps.testing` can make options of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Return the options that JSON `values` spell, in pydantic's strict JSON mode.

        JSON mode takes a list for a tuple and still refuses "3" or true for an int.
        Raises pydantic's ValidationError with one entry for each mistake. For checks that ask
        `written`, these are the options of a plan.
        """
        return cls.model_validate_json(json.dumps(values), context=_OF_A_PLAN)

    def box(self) -> tuple[int, int] | None:
        """Return the width and height in pixels that this step needs of any picture, or None.

        A picture that was decoded smaller, but still covers the box, serves the step as well as
        the original. None means that every pixel counts.
        """
        return None

    def bounds(self) -> tuple[int, int] | None:
        """Return the most pixels that a result may measure each way, or None if as it came.

        The time and memory of what follows are planned from it.
        """
        return None

    def encoding(self) -> Encoding | None:
        """Return how pictures are written at the outputs below, or None if this is no matter of it.

        What they cost is planned from it, and that no frames are lost.
        """
        return None

    def frames_left(self, frames: int) -> int:
        """Return how many frames a picture has behind the step that had so many before it."""
        return frames

    def grows(self) -> bool:
        """Whether a result within `bounds` may have more pixels than the picture had."""
        return True

    def costs(self, usual: "Cost") -> "Cost":
        """Return what the step takes with these options: the `usual`, unless some take more.

        It is asked with other options still to be filled in, so it may read only its own.
        """
        return usual

    def assets(self) -> tuple[str, ...]:
        """Return the files beside the plugin that these options choose, as its assets are named."""
        chosen = ((folder, getattr(self, name)) for name, folder in folders(type(self)).items())
        return tuple(f"{folder}/{file}" for folder, file in chosen if file is not None)


def written(info: ValidationInfo) -> bool:
    """Whether somebody wrote the option that is checked: then a mistake in it is theirs.

    If not, it is read from a plan, where `${…}` may have filled it; a step judges that as it
    runs, with a code of its own.
    """
    return info.context != _OF_A_PLAN


class Facts(BaseModel):
    """What a facts step found: scalars, or bounded lists of flat models.

    Places and lengths in the picture are relative to it (0 to 1), never pixels. Whole numbers are
    within ±(2**53 - 1): beyond, the state machine's conditions would not see them as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Refuse whole numbers that a double does not hold."""
        for name, value in self:
            if isinstance(value, int) and abs(value) > LARGEST:
                raise ValueError(f"{name} is too large to be kept exactly: {value}")
        return self


@dataclass(frozen=True)
class Rejected:
    """Returned: a verdict, the image is not acceptable. `on_error` has no say in it."""

    code: str  # one of the plugin's `rejects`
    facts: Mapping[str, Scalar]


class StepFailed(Exception):
    """Raised: the step could not do its work. `on_error` decides what follows; nothing is retried.

    Any other exception that leaves a plugin counts as the code "crashed".
    """

    def __init__(self, code: str, **facts: Scalar) -> None:
        super().__init__(code)
        self.code = code  # one of the plugin's `fails`
        self.facts = facts


@dataclass(frozen=True)
class Call:
    """Yielded: a request to AWS, which the runner makes, retries and meters."""

    action: str  # "rekognition:DetectModerationLabels", one of the plugin's `calls`; safe to repeat
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Cost:
    """Upper bounds for one megapixel of what enters, or of what leaves where that is more.

    A stage's time and memory are planned from them; `python -m bench.steps` measures `cpu_ms`.
    """

    cpu_ms: float = 20
    memory_mb: float = 12

    def times(self, factor: float) -> "Cost":
        """Return so many times the cost."""
        return Cost(self.cpu_ms * factor, self.memory_mb * factor)


class InvalidStep(TypeError):
    """A plugin's declaration breaks the contract; the text names the rule and the cure."""


class WrongAnswer(TypeError):
    """A plugin returned what no plugin may; the text names it and what it returned."""
