"""The event store: what every adapter keeps, and what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history.capacity import Units
from darkroom.ids import ImageRef


@dataclass(frozen=True)
class Appended:
    """The events were recorded, all at once; `stream` is the stream with them."""

    stream: Stream
    recorded: tuple[Recorded, ...]


@dataclass(frozen=True)
class AlreadyAppended:
    """The stream had the events already, as `recorded`; nothing was written.

    An earlier attempt came through and its reply was lost, or another writer told the same facts.
    `stream` reaches at least to the last of them.
    """

    stream: Stream
    recorded: tuple[Recorded, ...]


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

    def read(
        self,
        ref: ImageRef,
        *,
        after: int = 0,
        up_to: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Recorded]:
        """Yield the events with `after` < version <= `up_to`, at most `limit`, in order.

        Strongly consistent as `load` is, which is what to use for a decision. Raises UnknownEvent
        and BrokenStream for an event that cannot be read.
        """
        ...

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `events`, all or none, to `stream` as it was loaded, recorded at `at`.

        Safe to repeat. No events are no change. Raises StreamConflict where others were first
        with other events (`.actual` is how far they got), CorruptRetry where the stream has some
        of `events` and not the rest, EventIdReuse where it holds another fact under the id of one
        of them, or two of them share one, EventTooLarge for a payload of more than 64 KiB or
        events of more than 4 MiB, ValueError for more than 100 events, and what `load` raises where
        it has to look at what is in the way.
        """
        ...

    def refs(self) -> Iterator[ImageRef]:
        """Yield every image that has a history, each once, in no order.

        None is left out whose first event was appended before this was called. For those who
        look after the whole: it reads all that there is.
        """
        ...

    @property
    def spent(self) -> Units:
        """The units of capacity that this store's reads and appends have taken, as it counts."""
        ...
