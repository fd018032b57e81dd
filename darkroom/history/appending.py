"""The append: one decision table for every store. A store only inserts, and reads.

| the insert at version + 1 | answer |
|---|---|
| stored | Appended |
| not tried: the loaded stream has our id | AlreadyAppended, or EventIdReuse |
| blocked by our id | AlreadyAppended (the reply to us was lost), or EventIdReuse |
| blocked by another id, ours is further on | AlreadyAppended, or EventIdReuse |
| blocked by another id, ours is nowhere | StreamConflict |

EventIdReuse where the event under our id tells another fact. The table follows KurrentDB's, but
for one row: an id that is in the stream already is never written again, whatever the version.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from darkroom.errors import EventIdReuse, EventTooLarge, StreamConflict
from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history.chain import head, sealed
from darkroom.history.store import AlreadyAppended, Appended
from darkroom.ids import ImageRef, event_id

# Ours, far under DynamoDB's 400 KB an item: a history is read whole, and in one page.
MAX_DATA_BYTES = 64 * 1024


class Items(Protocol):
    """What a store must be able to do."""

    def insert(self, ref: ImageRef, recorded: Recorded) -> Recorded | None:
        """Store `recorded` unless its version is taken; return what takes it, else None."""
        ...

    def read(self, ref: ImageRef, *, after: int) -> Iterator[Recorded]:
        """Yield the events with a version above `after`, in order, strongly consistent."""
        ...


def append(
    items: Items, stream: Stream, event: Event, context: Context, *, at: datetime
) -> Appended | AlreadyAppended:
    """Append `event` to `stream` over `items`, as EventStore.append promises."""
    intended = _intended(stream, event, context, at)
    known = stream.find(intended.id)
    if known is not None:
        return _already(stream, known, intended)
    blocker = items.insert(stream.ref, intended)
    if blocker is None:
        return Appended(stream.followed_by(intended), intended)
    if blocker.id == intended.id:
        return _already(stream.followed_by(blocker), blocker, intended)
    # The blocker may have been followed by others, an earlier attempt of ours among them.
    now = stream.followed_by(*items.read(stream.ref, after=stream.version))
    known = now.find(intended.id)
    if known is not None:
        return _already(now, known, intended)
    raise StreamConflict(stream=stream.ref.stream, expected=stream.version, actual=now.version)


def _intended(stream: Stream, event: Event, context: Context, at: datetime) -> Recorded:
    data = event.data()
    size = len(data.encode())
    if size > MAX_DATA_BYTES:
        raise EventTooLarge(type_=event.type, byte_size=size, limit=MAX_DATA_BYTES)
    recorded = Recorded(
        event=event,
        id=event_id(stream.ref, event.dedup_key()),
        version=stream.version + 1,
        type=event.type,
        schema_version=event.schema_version,
        data=data,
        recorded_at=at.astimezone(UTC),
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        writer=context.writer,
        actor=context.actor,
        previous_hash=head(stream),
        hash="",
    )
    return sealed(stream.ref, recorded)


def _already(stream: Stream, known: Recorded, intended: Recorded) -> AlreadyAppended:
    if not known.event.restates(intended.event):
        raise EventIdReuse(stream=stream.ref.stream, event_id=known.id, version=known.version)
    return AlreadyAppended(stream, known)
