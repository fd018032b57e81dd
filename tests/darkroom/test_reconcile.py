"""What was lost is brought to its ending, once, and nothing else is touched."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import InvalidKey
from darkroom.events import (
    ImageDeleted,
    ProcessingTimedOut,
    ReprocessingRequested,
    VariantDropped,
    VariantFailed,
)
from darkroom.history import verify
from darkroom.images import TimeOut, fold
from darkroom.ingest import Arrival, Message
from darkroom.local.inprocess import MemoryBucket, MemoryQueue
from darkroom.objects import Original
from darkroom.reconcile import Reconciler, due, unannounced
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, appended, at

GRACE = timedelta(minutes=15)
AFTER_DEADLINE = at(61)
MESSAGE = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")
_UPLOAD = samples.upload()
ARRIVAL = Arrival(
    bucket=_UPLOAD.bucket,
    key=_UPLOAD.key,
    version_id=_UPLOAD.version_id,
    etag=_UPLOAD.etag,
    byte_size=_UPLOAD.byte_size,
)


def reconciler(store: MemoryEventStore, queue: MemoryQueue, now: datetime) -> Reconciler:
    bucket = MemoryBucket(Original(b""), version_id="v1")
    return Reconciler(store, queue, bucket, clock=lambda: now, grace=GRACE)


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


def test_an_image_that_waits_for_its_run_too_long_gets_its_message_once_more(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """It was lost between the event and the queue, or waits in a burst: then it is there twice."""
    appended(store, samples.uploaded())

    assert reconciler(store, queue, at(0) + GRACE).settle(REF) is None
    assert reconciler(store, queue, at(1) + GRACE).settle(REF) == MESSAGE
    assert queue.messages == [MESSAGE]
    assert store.load(REF).version == 1


def test_an_image_that_waits_for_another_run_gets_its_message_too(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """Whoever asked for it broke off before the message; one that is deleted waits for nothing."""
    asked = ReprocessingRequested(request_id="r-1")
    stream = appended(store, *samples.history(), asked)
    late = stream.events[-1].recorded_at + GRACE

    assert reconciler(store, queue, late).settle(REF) is None
    assert reconciler(store, queue, late + timedelta(seconds=1)).settle(REF) == MESSAGE
    appended(store, ImageDeleted())
    assert reconciler(store, queue, late + timedelta(days=1)).settle(REF) is None


def test_a_run_is_left_alone_until_its_deadline(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """Somebody may be at it, or the message come back."""
    appended(store, *samples.history()[:4])

    assert reconciler(store, queue, at(60)).settle(REF) is None
    assert store.load(REF).version == 4


def test_a_run_behind_its_deadline_has_timed_out(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """By the reconciler, because of the run."""
    appended(store, *samples.history()[:4])

    assert reconciler(store, queue, AFTER_DEADLINE).settle(REF) == TimeOut(
        run_id=RUN, at=AFTER_DEADLINE
    )

    last = store.load(REF).events[-1]
    assert last.event == ProcessingTimedOut(run_id=RUN, deadline_at=at(60))
    assert (last.writer, last.causation_id) == ("reconcile", RUN)


@pytest.mark.parametrize(
    ("third", "state"),
    [
        (samples.rendered("large"), "complete"),
        (VariantDropped(**vars(samples.drop("large"))), "partial"),
        (VariantFailed(**vars(samples.failure("large"))), "failed"),
    ],
)
def test_a_run_that_lost_only_its_reply_ends_by_what_its_variants_came_to(
    store: MemoryEventStore, queue: MemoryQueue, third: VariantDropped, state: str
) -> None:
    """All of them are settled: nothing was missing but the ending."""
    appended(store, *samples.history()[:5], third)

    reconciler(store, queue, AFTER_DEADLINE).settle(REF)

    image = fold(store.load(REF))
    assert image is not None
    assert image.state == state


def test_an_image_that_has_ended_has_nothing_due(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """However long ago."""
    appended(store, *samples.history())

    assert reconciler(store, queue, at(10**7)).settle(REF) is None


@given(events=st.integers(0, 6), second=st.floats(0, 10_000))
def test_whatever_was_lost_is_brought_to_one_ending(events: int, second: float) -> None:
    """A history that broke off anywhere, reconciled at any time and once more: one ending."""
    store, queue = MemoryEventStore(), MemoryQueue()
    before = appended(store, *samples.history()[:events])
    each = reconciler(store, queue, at(second))

    first, again = each.settle(REF), each.settle(REF)

    stream = store.load(REF)
    verify(stream)
    assert first == due(before, at(second), GRACE)
    assert stream.version == events + isinstance(first, TimeOut)
    assert again is None or again == first == MESSAGE
    image = fold(stream)
    overdue = image is not None and image.run is not None and second > 60
    assert not overdue or image is None or image.state not in ("uploaded", "processing")


def test_nothing_is_due_for_an_image_that_no_event_tells_of(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """It has to be announced first."""
    assert reconciler(store, queue, at(10**7)).settle(REF) is None


def test_an_object_that_no_event_tells_of_is_announced_after_the_grace(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """As S3 would have done it: the event and the message."""
    late = reconciler(store, queue, at(1) + GRACE)

    assert not late.is_unannounced(ARRIVAL, at(1))
    assert late.is_unannounced(ARRIVAL, at(0))
    assert late.announce(ARRIVAL).state == "uploaded"
    assert queue.messages == [MESSAGE]
    assert not late.is_unannounced(ARRIVAL, at(0))


def test_a_later_object_version_is_announced_for_as_long_as_it_lies_there(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """It is put on record once, and removed, be it at the second time."""
    appended(store, *samples.history())
    second = replace(ARRIVAL, version_id="v2")

    assert not unannounced(store.load(REF), "v1")
    assert unannounced(store.load(REF), "v2")
    reconciler(store, queue, at(0)).announce(second)

    assert unannounced(store.load(REF), "v2")
    reconciler(store, queue, at(0)).announce(second)
    assert store.load(REF).version == len(samples.history()) + 1
    assert queue.messages == []


def test_an_object_that_no_grant_made_is_refused(
    store: MemoryEventStore, queue: MemoryQueue
) -> None:
    """There is no image to put it on record for."""
    with pytest.raises(InvalidKey):
        reconciler(store, queue, at(0)).is_unannounced(replace(ARRIVAL, key="notes.txt"), at(0))
