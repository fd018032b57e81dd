"""Events as recorded: with their place in a stream, and who told them when, and why."""

from dataclasses import dataclass
from datetime import datetime

from darkroom.errors import BrokenStream
from darkroom.events.base import Event
from darkroom.ids import ImageRef


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who appends an event, and on whose or what account."""

    writer: str  # the part of the platform, such as "orchestrator" or "stage:photos"
    correlation_id: str  # one for all that follows from an upload: the image id
    causation_id: str | None = None  # the message, event or object version that led to it
    actor: str | None = None  # the user who asked for it, as a Cognito sub


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An event and its envelope. `type`, `schema_version` and `data` are as they are stored."""

    event: Event
    id: str
    version: int  # its place in the stream: from 1, without gaps
    type: str
    schema_version: int
    data: str  # canonical JSON, to the byte what was hashed
    recorded_at: datetime  # UTC; informative, never used for order
    correlation_id: str
    causation_id: str | None
    writer: str
    actor: str | None
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Stream:
    """All that has been recorded of an image, as it was at one moment.

    It is also what an append refers to: only who has read a stream can add to it. Raises
    BrokenStream where versions have a gap or are out of order.
    """

    ref: ImageRef
    events: tuple[Recorded, ...] = ()

    def __post_init__(self) -> None:
        for version, recorded in enumerate(self.events, start=1):
            if recorded.version != version:
                raise BrokenStream("gap", stream=self.ref.stream, version=version)

    @property
    def version(self) -> int:
        """How many events there are: 0 for a stream that nobody has begun."""
        return len(self.events)

    def find(self, event_id: str) -> Recorded | None:
        """Return the event with this id, if the stream has it."""
        return next((recorded for recorded in self.events if recorded.id == event_id), None)

    def followed_by(self, *events: Recorded) -> "Stream":
        """Return the stream with `events` after those it has."""
        return Stream(self.ref, (*self.events, *events))
