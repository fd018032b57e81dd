"""Rounds go through all originals, part by part, and bring what was lost to its ending."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.events import ProcessingCancelled
from darkroom.ids import ImageRef, original_key, variant_key
from darkroom.images import fold
from darkroom.ingest import Arrival, Message
from darkroom.leftovers import Sweeper
from darkroom.local.inprocess import MemoryBucket, MemoryQueue
from darkroom.objects import Original
from darkroom.reconcile import Reconciler
from darkroom.rounds import Arrived, Part, Rounds
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, RUN, another_image, appended, at

NOW = at(3600)
REFS = tuple(another_image(number) for number in range(1, 6))


@dataclass
class Mark:
    """A bookmark in memory."""

    place: str = ""

    def read(self) -> str:
        return self.place

    def keep(self, place: str) -> None:
        self.place = place


@dataclass
class Listing:
    """A bucket's listing in memory."""

    arrived: list[Arrived] = field(default_factory=list)

    def all(self, *, after: str = "") -> Iterator[Arrived]:
        found = sorted(self.arrived, key=lambda each: each[0].key)
        return (each for each in found if each[0].key > after)

    def add(self, ref: ImageRef) -> None:
        key = original_key("photos", ref, OWNER)
        self.arrived.append((Arrival("originals", key, "v1", "e", 10), at(0)))


@dataclass
class Variants:
    """The bucket of variants in memory."""

    objects: set[str] = field(default_factory=set)

    def keys(self, folder: str) -> Iterator[str]:
        return iter(sorted(key for key in self.objects if key.startswith(folder)))

    def discard(self, key: str) -> None:
        self.objects.discard(key)


class Refusing(MemoryQueue):
    """A queue that takes no message about one image."""

    def __init__(self, refused: ImageRef) -> None:
        super().__init__()
        self.refused = refused

    def send(self, message: Message, *, after_s: int = 0) -> None:
        if message.ref == self.refused:
            raise ConnectionError("no queue")
        super().send(message, after_s=after_s)


@dataclass
class World:
    """Five originals of which nobody was told, and who looks for them."""

    history: MemoryEventStore = field(default_factory=MemoryEventStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    listing: Listing = field(default_factory=Listing)
    variants: Variants = field(default_factory=Variants)
    mark: Mark = field(default_factory=Mark)

    def rounds(self, *, most: int = 100, watch: timedelta = timedelta(days=3)) -> Rounds:
        bucket = MemoryBucket(Original(b""), version_id="v1")
        grace = timedelta(minutes=15)
        ours = Reconciler(self.history, self.queue, bucket, clock=lambda: NOW, grace=grace)
        sweeper = Sweeper(self.history, self.variants, bucket, clock=lambda: NOW, grace=grace)
        return Rounds(ours, sweeper, self.listing, self.mark, watch=watch, most=most)

    def on_record(self) -> list[ImageRef]:
        return sorted(ref for ref in REFS if fold(self.history.load(ref)))


@pytest.fixture
def world() -> World:
    world = World()
    for ref in REFS:
        world.listing.add(ref)
    return world


def always() -> bool:
    return True


def test_a_round_announces_what_nobody_was_told_of(world: World) -> None:
    """All five, each once: the next round finds nothing to do."""
    first = world.rounds().go_on(always)
    again = world.rounds().go_on(always)

    assert first == Part(looked_at=5, announced=5, whole=True)
    assert world.on_record() == sorted(REFS)
    assert again.announced == 0


def test_a_run_behind_its_deadline_is_ended(world: World) -> None:
    """It started, and nobody ended it; its original is what the round meets."""
    lost = REFS[2]
    world.listing.arrived.clear()
    world.listing.add(lost)
    appended(world.history, *samples.history()[:4], ref=lost)

    part = world.rounds().go_on(always)

    image = fold(world.history.load(lost))
    assert part == Part(looked_at=1, settled=1, whole=True)
    assert image is not None
    assert image.state == "timed_out"


def test_what_a_lost_run_left_behind_is_removed(world: World) -> None:
    """By a round that comes when nobody can be writing any more."""
    lost = REFS[2]
    cancelled = ProcessingCancelled(run_id=RUN)
    appended(world.history, *samples.history()[:2], cancelled, ref=lost)
    world.variants.objects.add(variant_key("photos", lost, "1e" * 16, "jpg"))

    part = world.rounds().go_on(always)

    assert part == Part(looked_at=5, announced=4, swept=1, whole=True)
    assert world.variants.objects == set()


def test_a_backlog_is_worked_off_over_several_calls(world: World) -> None:
    """Two images a call: each goes on where the one before left off, then all begins anew."""
    parts = [world.rounds(most=2).go_on(always) for _ in range(3)]

    assert [part.announced for part in parts] == [2, 2, 1]
    assert [part.whole for part in parts] == [False, False, True]
    assert world.mark.read() == ""


def test_a_call_stops_when_its_time_is_up_and_the_next_goes_on(world: World) -> None:
    """What was done is kept; an image is begun only where there is time for it."""
    left = iter([True, True, True, False])

    part = world.rounds().go_on(lambda: next(left))

    assert part == Part(looked_at=3, announced=3)
    assert world.rounds().go_on(always).announced == 2


def test_what_is_older_than_is_watched_is_passed_by(world: World) -> None:
    """Its history is not even read, so a large bucket costs its listing and no more."""
    part = world.rounds(watch=timedelta(minutes=30)).go_on(always)

    assert part == Part(whole=True)
    assert world.on_record() == []


def test_one_image_that_raises_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is named, and the round goes on behind it."""
    broken = REFS[0]
    world.queue = Refusing(broken)

    part = world.rounds().go_on(always)

    assert (part.failed, part.announced, part.whole) == (1, 4, True)
    assert broken.image_id in caplog.text


def test_an_object_that_no_grant_made_is_nobodys(world: World) -> None:
    """Nothing is done to it, and it stops nobody."""
    world.listing.arrived.append((Arrival("originals", "notes.txt", "v1", "e", 1), at(0)))

    part = world.rounds().go_on(always)

    assert part == Part(looked_at=5, announced=5, whole=True)


def test_no_message_is_sent_again_into_a_queue_in_which_it_may_wait(world: World) -> None:
    """In a burst each call would send all that waits once more; it is sent when that is over."""
    world.listing.arrived.clear()
    world.listing.add(REFS[0])
    appended(world.history, samples.uploaded(), ref=REFS[0])

    in_a_burst = world.rounds().go_on(always, resend=False)
    after_it = world.rounds().go_on(always)

    assert (in_a_burst.settled, after_it.settled) == (0, 1)
