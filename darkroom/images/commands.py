"""Commands: what the platform wants to have recorded of an image. `decide` says what comes of it.

A command has the fields of the event that it may lead to; docs are at the events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from darkroom.events import Applied, Facts, OnError
from darkroom.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class RecordUpload:
    """An object version arrived: ImageUploaded for the first, ReuploadIgnored for another."""

    pipeline: str
    owner: str
    bucket: str
    key: str
    version_id: str
    etag: str
    byte_size: int


@dataclass(frozen=True, kw_only=True)
class StartProcessing:
    """A run wants to begin: ProcessingStarted, if the image has not had a run this late."""

    run_id: str
    pipeline: str
    pipeline_digest: str
    version_id: str
    n: int
    variants: tuple[str, ...]
    ways: tuple[str, ...]
    deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordValidation:
    """The original is acceptable: ImageValidated."""

    run_id: str
    step: str | None
    format: str
    width: int
    height: int
    frames: int
    alpha: bool


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """A facts step found something: FactsRecorded."""

    run_id: str
    step: str
    way: str
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class RecordVariant:
    """A variant is in the output bucket: VariantRendered."""

    run_id: str
    name: str
    key: str
    digest: str
    byte_size: int
    width: int
    height: int
    format: str
    media_type: str
    recipe: tuple[Applied, ...]


@dataclass(frozen=True, kw_only=True)
class RecordVariantFailure:
    """A variant could not be made: VariantFailed."""

    run_id: str
    name: str
    step: str
    code: str
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class RecordVariantDrop:
    """A variant is given up, and the image is not: VariantDropped."""

    run_id: str
    name: str
    step: str
    code: str
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class RecordError:
    """A step failed and no variant was lost by it: ErrorRecorded."""

    run_id: str
    step: str
    way: str
    code: str
    facts: Facts
    on_error: OnError


@dataclass(frozen=True, kw_only=True)
class Finish:
    """The run's stages have come to `outcome`: its ending, by what was promised and what exists."""

    run_id: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class TimeOut:
    """It is `at` now: the ending of a run whose deadline has passed.

    That is what it came to, if all but the end was told of it; else ProcessingTimedOut.
    """

    run_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Somebody calls the image's run off: ProcessingCancelled, if it is under way."""


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Somebody deletes the image: ImageDeleted, after the end of a run that is under way."""


@dataclass(frozen=True, kw_only=True)
class Reprocess:
    """Somebody wants another run: ReprocessingRequested. One run serves all that wait for it."""

    request_id: str


@dataclass(frozen=True, kw_only=True)
class Discard:
    """Objects lie there that no event may name: LeftoversDiscarded, if nobody is at work."""

    keys: tuple[str, ...]


RecordCommand = (
    RecordValidation
    | RecordFacts
    | RecordVariant
    | RecordVariantFailure
    | RecordVariantDrop
    | RecordError
)
RunCommand = RecordCommand | Finish | TimeOut
Request = Cancel | Delete | Reprocess
Command = RecordUpload | StartProcessing | RunCommand | Request | Discard
