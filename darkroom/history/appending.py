"""The append: one decision table for every store. A store only inserts, and reads.

| the insert at version + 1 | of our ids the stream has by now | answer |
|---|---|---|
| stored | all | Appended |
| not tried, or blocked | all | AlreadyAppended: a reply was lost, or others told the same |
| not tried, or blocked | some | CorruptRetry |
| blocked | none | StreamConflict |

It is not tried where the stream as it was loaded has one of our ids.

EventIdReuse wherever an event under one of our ids tells another fact. The table follows
KurrentDB's, but for one row: an id that is in the stream already is never written again, whatever
the version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from darkroom.errors import (
    BrokenStream,
    CorruptRetry,
    EventIdReuse,
    EventTooLarge,
    StreamConflict,
)
from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history.capacity import item_bytes
from darkroom.history.chain import head, sealed
from darkroom.history.items import to_item
from darkroom.history.store import AlreadyAppended, Appended
from darkroom.ids import ImageRef, event_id

# Ours, far under DynamoDB's 400 KB an item: a history is read whole, and in one page.
MAX_DATA_BYTES = 64 * 1024
# DynamoDB's for one transaction: API reference, TransactWriteItems.
MAX_EVENTS = 100
MAX_TOGETHER_BYTES = 4 * 1024 * 1024

_READS = 3


class Items(Protocol):
    """What a store must be able to do."""

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        """Store `recorded`, all or none, unless one of their versions is taken.

        Return None when they are stored; else what takes their versions, as far as that came
        with the refusal.
        """
        ...

    def read(self, ref: ImageRef, *, after: int = 0) -> Iterator[Recorded]:
        """Yield the events with a version above `after`, in order, strongly consistent."""
        ...


def append(
    items: Items, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
) -> Appended | AlreadyAppended:
    """Append `events` to `stream` over `items`, as EventStore.append promises."""
    intended = _intended(stream, events, context, at)
    known = _known(stream, intended)
    if len(known) == len(intended):
        return AlreadyAppended(stream, known)
    now = read_on(items, stream) if known else _insert(items, stream, intended)
    if now is None:
        return Appended(stream.followed_by(*intended), intended)
    known = _known(now, intended)
    if len(known) == len(intended):
        return AlreadyAppended(now, known)
    versions = {"expected": stream.version, "actual": now.version}
    if known:
        told = {"known": len(known), "intended": len(intended)}
        raise CorruptRetry(stream=stream.ref.stream, **versions, **told)
    raise StreamConflict(stream=stream.ref.stream, **versions)


def _insert(items: Items, stream: Stream, intended: tuple[Recorded, ...]) -> Stream | None:
    """Store the events, and return None; or the stream as it is now, where others were first."""
    blockers = items.insert(stream.ref, intended)
    if blockers is None:
        return None
    # What is in our way may be ours, all of it; else it may have been followed by others.
    if [blocker.id for blocker in blockers] == [each.id for each in intended]:
        return stream.followed_by(*blockers)
    return read_on(items, stream)


def read_on(items: Items, stream: Stream) -> Stream:
    """Return `stream` with all that has followed it. Raises what EventStore.load does.

    A query may see a transaction that is under way in part, and so a gap that is gone at once:
    DynamoDB developer guide, "Isolation levels for DynamoDB transactions". So a gap is looked at
    three times before it is believed.
    """
    for _ in range(_READS - 1):
        try:
            return stream.followed_by(*items.read(stream.ref, after=stream.version))
        except BrokenStream as broken:
            if broken.facts["reason"] != "gap":
                raise
    return stream.followed_by(*items.read(stream.ref, after=stream.version))


def _intended(
    stream: Stream, events: Sequence[Event], context: Context, at: datetime
) -> tuple[Recorded, ...]:
    """Return `events` as they are to be recorded: each sealed with the hash of the one before."""
    if len(events) > MAX_EVENTS:
        raise ValueError(f"{len(events)} events are more than can be appended together")
    intended: list[Recorded] = []
    previous = head(stream)
    together = 0
    for version, event in enumerate(events, start=stream.version + 1):
        one = _recorded(stream.ref, event, context, at)
        one = sealed(stream.ref, replace(one, version=version, previous_hash=previous))
        if any(one.id == each.id for each in intended):
            raise EventIdReuse(stream=stream.ref.stream, event_id=one.id, version=version)
        together += item_bytes(to_item(stream.ref, one))
        if together > MAX_TOGETHER_BYTES:
            raise EventTooLarge(type_=event.type, byte_size=together, limit=MAX_TOGETHER_BYTES)
        intended.append(one)
        previous = one.hash
    return tuple(intended)


def _recorded(ref: ImageRef, event: Event, context: Context, at: datetime) -> Recorded:
    data = event.data()
    size = len(data.encode())
    if size > MAX_DATA_BYTES:
        raise EventTooLarge(type_=event.type, byte_size=size, limit=MAX_DATA_BYTES)
    return Recorded(
        event=event,
        id=event_id(ref, event.dedup_key()),
        version=0,
        type=event.type,
        schema_version=event.schema_version,
        data=data,
        recorded_at=at.astimezone(UTC),
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        writer=context.writer,
        actor=context.actor,
        previous_hash="",
        hash="",
    )


def _known(stream: Stream, intended: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    """Return those of the intended events that the stream has, as they were recorded.

    Raises EventIdReuse for one that tells another fact there.
    """
    known = []
    for each in intended:
        found = stream.find(each.id)
        if found is None:
            continue
        if not found.event.restates(each.event):
            raise EventIdReuse(stream=stream.ref.stream, event_id=found.id, version=found.version)
        known.append(found)
    return tuple(known)
