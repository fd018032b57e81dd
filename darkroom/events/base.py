"""What all events share: frozen, strict, with one exact written form."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from annotated_types import Ge, Gt, MinLen
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

Scalar = str | int | float | bool | None
Facts = Mapping[str, Scalar]  # why something was refused or failed: limit, actual, …

Text = Annotated[str, MinLen(1)]
Count = Annotated[int, Ge(0)]
Pixels = Annotated[int, Gt(0)]
Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Event(BaseModel):
    """A fact about an image, in the past tense. A new meaning is a new class.

    Times are given by the caller; no event reads a clock. Raises pydantic's ValidationError for
    values that JSON or UTF-8 cannot hold (NaN, infinity, a lone surrogate).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: ClassVar[str]  # as stored, such as "image.uploaded"
    schema_version: ClassVar[int] = 1
    # The fields in which two honest attempts to tell the same fact may differ.
    varies: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        self.data().encode()
        return self

    @abstractmethod
    def dedup_key(self) -> str:
        """Return what makes this fact one fact in its stream, however often it is told.

        Never an attempt number or a clock: a retry must say the same.
        """

    def data(self) -> str:
        """Return the payload as canonical JSON: sorted keys, no white space, as it is hashed."""
        return canonical(self.model_dump(mode="json"))

    def restates(self, other: "Event") -> bool:
        """Whether `other` tells the same fact, be it with other values in the fields that vary."""
        return type(self) is type(other) and self._identity() == other._identity()

    def _identity(self) -> str:
        return canonical(self.model_dump(mode="json", exclude=set(self.varies)))


def canonical(value: object) -> str:
    """Return `value` as JSON with one possible spelling; raises ValueError for NaN and infinity."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def instant(moment: datetime) -> str:
    """Return `moment` in UTC with microseconds, of one width: texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
