"""Faults for tests: what networks do to a store that is itself in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended, EventStore, Units
from darkroom.ids import ImageRef


class ReplyLost(Exception):
    """The store has answered, and nobody heard it."""


@dataclass
class LosesReplies:
    """An event store whose next so many appends do their work and then raise ReplyLost."""

    store: EventStore
    replies_to_lose: int = 0

    @property
    def spent(self) -> Units:
        """As the store counts."""
        return self.store.spent

    def load(self, ref: ImageRef) -> Stream:
        """As the store does."""
        return self.store.load(ref)

    def read(
        self,
        ref: ImageRef,
        *,
        after: int = 0,
        up_to: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Recorded]:
        """As the store does."""
        return self.store.read(
            ref, after=after, up_to=up_to, limit=limit, newest_first=newest_first
        )

    def refs(self) -> Iterator[ImageRef]:
        """As the store does."""
        return self.store.refs()

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """As the store does; but the reply may be lost."""
        answer = self.store.append(stream, events, context, at=at)
        if self.replies_to_lose:
            self.replies_to_lose -= 1
            raise ReplyLost
        return answer
