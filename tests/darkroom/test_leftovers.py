"""What ended runs wrote and never told of is removed, and nothing that anybody will ever name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.events import (
    Event,
    ImageDeleted,
    LeftoversDiscarded,
    ProcessingCancelled,
    ProcessingTimedOut,
    ReprocessingRequested,
    ReuploadIgnored,
)
from darkroom.ids import variant_key
from darkroom.leftovers import Sweeper
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, another_image, appended, at

GRACE = timedelta(minutes=15)
NAMED = samples.rendered("thumbnail").key
LEFT = variant_key("photos", REF, "1e" * 16, "jpg")
OTHERS = variant_key("photos", another_image(1), "1e" * 16, "jpg")
TIMED_OUT = ProcessingTimedOut(run_id=RUN, deadline_at=at(60))
LOST = (*samples.history()[:4], TIMED_OUT)  # with a thumbnail


class Killed(Exception):
    """The function is gone."""


@dataclass
class Bucket:
    """Objects by their keys. `listed` is called when somebody has looked."""

    objects: set[str] = field(default_factory=lambda: {NAMED, LEFT, OTHERS})
    removed: list[str] = field(default_factory=list)  # versions of the original
    listed: Callable[[], object] = lambda: None
    dies: bool = False

    def keys(self, folder: str) -> Iterator[str]:
        found = sorted(key for key in self.objects if key.startswith(folder))
        self.listed()
        return iter(found)

    def discard(self, key: str) -> None:
        if self.dies:
            raise Killed
        self.objects.discard(key)

    def remove(self, key: str, version_id: str) -> None:
        self.removed.append(version_id)


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def sweeper(store: MemoryEventStore, bucket: Bucket, second: float = 3600) -> Sweeper:
    return Sweeper(store, bucket, bucket, clock=lambda: at(second), grace=GRACE)


def test_what_no_event_names_is_put_on_record_and_removed(
    store: MemoryEventStore, bucket: Bucket
) -> None:
    """Once; what is named stays, and what is another image's."""
    appended(store, *LOST)

    removed = sweeper(store, bucket).sweep(REF)
    again = sweeper(store, bucket, 7200).sweep(REF)

    last = store.load(REF).events[-1]
    assert (removed, again) == (1, 0)
    assert bucket.objects == {NAMED, OTHERS}
    assert last.event == LeftoversDiscarded(keys=(LEFT,))
    assert (last.version, last.writer) == (len(LOST) + 1, "reconcile")


@pytest.mark.parametrize(
    ("past", "second"),
    [
        ((), 3600),
        (samples.history(), 3600),
        (samples.history()[:4], 3600),
        ((*LOST, ReprocessingRequested(request_id="r-1")), 3600),
        (LOST, 4 + GRACE.total_seconds()),
    ],
    ids=["unknown", "complete", "under way", "waiting", "ended just now"],
)
def test_an_image_is_left_alone_while_somebody_may_be_at_it(
    store: MemoryEventStore, bucket: Bucket, past: tuple[Event, ...], second: float
) -> None:
    """And one that is complete, which has told of all it has: nothing is listed."""
    appended(store, *past)
    bucket.listed = pytest.fail

    assert sweeper(store, bucket, second).sweep(REF) == 0
    assert bucket.objects == {NAMED, LEFT, OTHERS}


def test_to_look_removes_nothing(store: MemoryEventStore, bucket: Bucket) -> None:
    """It tells what there is."""
    appended(store, *LOST)

    assert sweeper(store, bucket).leftovers(REF) == (LEFT,)
    assert bucket.objects == {NAMED, LEFT, OTHERS}
    assert store.load(REF).version == len(LOST)


def test_a_run_that_begins_meanwhile_keeps_everything(
    store: MemoryEventStore, bucket: Bucket
) -> None:
    """It may find the object there, and name it: the event is refused, and nothing removed."""
    appended(store, *LOST)
    asked = (ReprocessingRequested(request_id="r-1"), samples.started(n=1))
    bucket.listed = lambda: appended(store, *asked)

    removed = sweeper(store, bucket).sweep(REF)

    assert removed == 0
    assert bucket.objects == {NAMED, LEFT, OTHERS}
    assert store.load(REF).version == len(LOST) + len(asked)


def test_a_removal_that_broke_off_is_made_good_by_the_next(
    store: MemoryEventStore, bucket: Bucket
) -> None:
    """Also where a run has begun and ended since: it had to take another key."""
    appended(store, *LOST)
    bucket.dies = True
    with pytest.raises(Killed):
        sweeper(store, bucket).sweep(REF)
    again = samples.started(n=1)
    cancelled = ProcessingCancelled(run_id=again.run_id)
    appended(store, ReprocessingRequested(request_id="r-1"), again, cancelled)

    bucket.dies = False
    removed = sweeper(store, bucket).sweep(REF)

    assert removed == 1
    assert bucket.objects == {NAMED, OTHERS}
    assert isinstance(store.load(REF).events[-1].event, ProcessingCancelled)


def test_of_a_deleted_image_nothing_is_left(store: MemoryEventStore, bucket: Bucket) -> None:
    """Not even what events name; and no event is needed, since no run will come."""
    second = ReuploadIgnored(version_id="v2", etag="e", byte_size=9)
    appended(store, *samples.history(), second, ImageDeleted())

    removed = sweeper(store, bucket).sweep(REF)

    assert removed == 2
    assert bucket.objects == {OTHERS}
    assert bucket.removed == ["v1", "v2"]
    assert isinstance(store.load(REF).events[-1].event, ImageDeleted)


def test_the_original_of_a_deleted_image_goes_last(store: MemoryEventStore, bucket: Bucket) -> None:
    """Whoever breaks off before that leaves what the next round begins with."""
    appended(store, *samples.history(), ImageDeleted())
    bucket.dies = True

    with pytest.raises(Killed):
        sweeper(store, bucket).sweep(REF)

    assert bucket.removed == []


def test_more_than_an_event_holds_is_removed_by_and_by(
    store: MemoryEventStore, bucket: Bucket
) -> None:
    """A hundred at a time."""
    appended(store, *LOST)
    bucket.objects |= {variant_key("photos", REF, f"{number:032x}", "jpg") for number in range(120)}

    removed = [sweeper(store, bucket, hours * 3600).sweep(REF) for hours in range(1, 4)]

    assert removed == [100, 21, 0]
    assert bucket.objects == {NAMED, OTHERS}
