"""The event store: what every adapter keeps, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.ids import ImageRef


@dataclass(frozen=True)
class Appended:
    """The event was recorded; `stream` is the stream with it."""

    stream: Stream
    recorded: Recorded


@dataclass(frozen=True)
class AlreadyAppended:
    """The stream had the event already, as `recorded`; nothing was written.

    An earlier attempt came through and its reply was lost, or another writer told the same fact.
    `stream` reaches at least to the event.
    """

    stream: Stream
    recorded: Recorded


class EventStore(Protocol):
    """Streams of events, one an image, that only grow.

    What is promised: versions count from 1 without gaps; an event id is in a stream at most once;
    what `load` returns holds every append that was answered before it was called.
    """

    def load(self, ref: ImageRef) -> Stream:
        """Return the image's whole stream, strongly consistent; empty for an unknown image.

        Raises UnknownEvent for an event that newer code has written, BrokenStream for a stream
        with a gap or an unreadable event.
        """
        ...

    def append(
        self, stream: Stream, event: Event, context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `event` to `stream` as it was loaded, recorded at `at`. Safe to repeat.

        Raises StreamConflict where others were first with another event (`.actual` is how far
        they got), EventIdReuse where the stream holds another fact under the event's id, and
        EventTooLarge for a payload of more than 64 KiB.
        """
        ...
