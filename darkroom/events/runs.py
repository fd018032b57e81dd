"""Events of a run: one pipeline over one image, from its promise to its one ending."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from annotated_types import Gt
from pydantic import BaseModel, ConfigDict, JsonValue

from darkroom.events.base import Count, Event, Facts, Instant, Pixels, Text

OnError = Literal["fail", "drop", "pass"]
"""What an error of a step comes to, by rule 14 of the language."""


class ProcessingStarted(Event):
    """A run began, and promised its variants."""

    type: ClassVar[str] = "image.processing-started"
    schema_version: ClassVar[int] = 2
    varies: ClassVar[frozenset[str]] = frozenset({"deadline_at"})

    run_id: Text
    pipeline: Text
    pipeline_digest: Text  # hex sha256 of the plan
    version_id: Text  # of the original
    n: Count  # 0 for the first run, then one more than the run before
    variants: tuple[Text, ...]  # the promised names, in the pipeline's order; possibly none
    ways: tuple[Text, ...]  # on which facts are told, but of pictures that go by those steps
    deadline_at: Instant  # nobody tries the run after it: without an ending, it has timed out

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:started"


class ImageValidated(Event):
    """The original was opened and is acceptable; this is what it is."""

    type: ClassVar[str] = "image.validated"

    run_id: Text
    step: Text | None  # None where the pipeline has no `validate` step: the opening is implied
    format: Text
    width: Pixels  # upright
    height: Pixels
    frames: Annotated[int, Gt(0)]
    alpha: bool

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:validated"


class FactsRecorded(Event):
    """A facts step looked at a picture, and this is what it found."""

    type: ClassVar[str] = "image.facts-recorded"
    varies: ClassVar[frozenset[str]] = frozenset({"facts"})  # a called service may change its mind

    run_id: Text
    step: Text
    way: Text  # the picture's way to this step, unique in the plan
    facts: Mapping[str, JsonValue]  # by name, as the step's model has them

    def dedup_key(self) -> str:
        """Once a run and way."""
        return f"run:{self.run_id}:facts:{self.way}"


class Applied(BaseModel):
    """One step of a recipe: what was applied to the pixels."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    step: Text  # its name in the pipeline
    uses: Text  # the plugin
    version: int  # of the plugin
    options_digest: Text  # hex sha256 of its options and of the files that it reads


class VariantRendered(Event):
    """A variant was written to the output bucket; from now on it can be fetched."""

    type: ClassVar[str] = "image.variant-rendered"
    # Another build of an encoder may write other bytes of the same picture.
    varies: ClassVar[frozenset[str]] = frozenset({"digest", "byte_size"})

    run_id: Text
    name: Text
    key: Text
    digest: Text  # hex sha256 of the bytes
    byte_size: Count
    width: Pixels
    height: Pixels
    format: Text
    media_type: Text
    recipe: tuple[Applied, ...]  # in order; with the original, it decides the pixels

    def dedup_key(self) -> str:
        """Once a run and variant."""
        return f"run:{self.run_id}:variant:{self.name}:rendered"


class VariantFailed(Event):
    """A promised variant could not be made; this run will not have it."""

    type: ClassVar[str] = "image.variant-failed"
    varies: ClassVar[frozenset[str]] = frozenset({"step", "code", "facts"})

    run_id: Text
    name: Text
    step: Text  # the one that failed, on the variant's way
    code: Text
    facts: Facts

    def dedup_key(self) -> str:
        """Once a run and variant."""
        return f"run:{self.run_id}:variant:{self.name}:failed"


class VariantDropped(Event):
    """A promised variant was given up, as its step's `on_error: drop` says; the image is not."""

    type: ClassVar[str] = "image.variant-dropped"
    varies: ClassVar[frozenset[str]] = frozenset({"step", "code", "facts"})

    run_id: Text
    name: Text
    step: Text  # the one that failed, on the variant's way
    code: Text
    facts: Facts

    def dedup_key(self) -> str:
        """Once a run and variant."""
        return f"run:{self.run_id}:variant:{self.name}:dropped"


class ErrorRecorded(Event):
    """A step failed on a picture, and no variant was lost by it: `on_error` tells what followed.

    With `pass` the picture went on as it came. With `fail` and `drop` its way ended; where that
    loses promised variants, their own events tell it.
    """

    type: ClassVar[str] = "image.error-recorded"
    varies: ClassVar[frozenset[str]] = frozenset({"code", "facts"})

    run_id: Text
    step: Text
    way: Text  # the picture's way to this step, unique in the plan
    code: Text
    facts: Facts
    on_error: OnError

    def dedup_key(self) -> str:
        """Once a run and way."""
        return f"run:{self.run_id}:error:{self.way}"


class ImageRejected(Event):
    """The verdict: the image is not acceptable. Ends the run."""

    type: ClassVar[str] = "image.rejected"
    varies: ClassVar[frozenset[str]] = frozenset({"step", "code", "facts"})

    run_id: Text
    step: Text | None  # None for the implied opening
    code: Text
    facts: Facts  # `limit` and `actual` where the rule has them

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:rejected"


class ProcessingCompleted(Event):
    """All that was promised exists (complete), or some of it (partial). Ends the run."""

    type: ClassVar[str] = "image.processing-completed"

    run_id: Text
    state: Literal["complete", "partial"]
    variants: tuple[Text, ...]  # the names that exist, in the order of the promise

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:completed"


class ProcessingFailed(Event):
    """The run could not do its work. Ends the run; the image offers no pictures."""

    type: ClassVar[str] = "image.processing-failed"
    varies: ClassVar[frozenset[str]] = frozenset({"step", "code", "facts"})

    run_id: Text
    step: Text | None  # None where no single step is to blame
    code: Text
    facts: Facts

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:failed"


class ProcessingTimedOut(Event):
    """The run's deadline passed without an ending. Ends the run."""

    type: ClassVar[str] = "image.processing-timed-out"

    run_id: Text
    deadline_at: Instant

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:timed-out"


class ProcessingCancelled(Event):
    """Somebody called the run off, or deleted its image. Ends the run."""

    type: ClassVar[str] = "image.processing-cancelled"

    run_id: Text

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:cancelled"


class ProcessingSuperseded(Event):
    """The pipeline was replaced during the run: `by` another run, which begins at once.

    Nothing is recorded of the run any more. It is no ending: the upload waits for that of `by`.
    """

    type: ClassVar[str] = "image.processing-superseded"

    run_id: Text
    by: Text  # the id of the run that follows

    def dedup_key(self) -> str:
        """Once a run."""
        return f"run:{self.run_id}:superseded"


class ReprocessingRequested(Event):
    """Somebody wants the image to be processed once more; its next message begins a run."""

    type: ClassVar[str] = "image.reprocessing-requested"

    request_id: Text  # given by who asks: asking again with it asks for nothing more

    def dedup_key(self) -> str:
        """Once a request."""
        return f"reprocess:{self.request_id}"


Ending = (
    ImageRejected
    | ProcessingCompleted
    | ProcessingFailed
    | ProcessingTimedOut
    | ProcessingCancelled
)
"""How a run can end. An upload has one ending, and one more for each time it is reprocessed."""
