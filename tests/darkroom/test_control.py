"""Control: an owner's wishes are on record first, and repeating them changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.control import Control
from darkroom.errors import InvalidRequest, NotFound
from darkroom.events import (
    ImageDeleted,
    ProcessingCancelled,
    ReprocessingRequested,
    ReuploadIgnored,
)
from darkroom.ids import variant_key
from darkroom.ingest import Message
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, RUN, another_image, appended, at

ELSE = "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1"  # another user
KEY = samples.upload().key
NAMED = samples.rendered("thumbnail").key
UNNAMED = variant_key("photos", REF, "1e" * 16, "jpg")
OTHERS = variant_key("photos", another_image(1), "1e" * 16, "jpg")
IGNORED = ReuploadIgnored(version_id="v2", etag="e", byte_size=1)
MESSAGE = Message(tenant="main", image_id=REF.image_id, version_id="v1")


@dataclass
class FakeQueue:
    """Remembers what it was sent; fails so many times before."""

    sent: list[Message] = field(default_factory=list)
    failing: int = 0

    def send(self, message: Message, *, after_s: int = 0) -> None:
        if self.failing:
            self.failing -= 1
            raise ConnectionError
        self.sent.append(message)


@pytest.fixture
def history() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@dataclass
class Buckets:
    """Originals and variants, and in which order what is removed; killed at the n-th removal."""

    keys_: set[str] = field(default_factory=lambda: {NAMED, UNNAMED, OTHERS})
    versions: set[tuple[str, str]] = field(default_factory=lambda: {(KEY, "v1"), (KEY, "v2")})
    removed: list[str] = field(default_factory=list)
    dies_at: int = 0

    def keys(self, folder: str) -> Iterator[str]:
        return iter(sorted(key for key in self.keys_ if key.startswith(folder)))

    def discard(self, key: str) -> None:
        self._count("variant")
        self.keys_.discard(key)

    def remove(self, key: str, version_id: str) -> None:
        self._count("original")
        self.versions.discard((key, version_id))

    def _count(self, what: str) -> None:
        self.removed.append(what)
        if len(self.removed) == self.dies_at:
            raise KeyboardInterrupt


@pytest.fixture
def buckets() -> Buckets:
    return Buckets()


@pytest.fixture
def control(history: MemoryEventStore, queue: FakeQueue, buckets: Buckets) -> Control:
    return Control("main", history, queue, buckets, buckets, lambda: at(30))


def test_another_run_is_asked_for_and_its_message_sent(
    control: Control, history: MemoryEventStore, queue: FakeQueue
) -> None:
    """The event says who asked, and by which request."""
    appended(history, *samples.history())

    version = control.reprocess(OWNER, REF.image_id, "request-1")

    recorded = history.load(REF).events[-1]
    assert (version, recorded.version) == (8, 8)
    assert recorded.event == ReprocessingRequested(request_id="request-1")
    assert (recorded.writer, recorded.actor) == ("images", OWNER)
    assert recorded.causation_id == "request-1"
    assert queue.sent == [MESSAGE]


def test_one_run_serves_all_who_ask_before_it_begins(
    control: Control, history: MemoryEventStore, queue: FakeQueue
) -> None:
    """Each request is on record, once; a message more meets the same run."""
    appended(history, *samples.history())

    versions = [control.reprocess(OWNER, REF.image_id, each) for each in ("a", "a", "b")]

    assert versions == [8, 8, 9]
    assert queue.sent == [MESSAGE] * 3


def test_a_message_that_could_not_be_sent_is_sent_when_asked_again(
    control: Control, history: MemoryEventStore, queue: FakeQueue
) -> None:
    """The event came first: nobody else would have known."""
    appended(history, *samples.history())
    queue.failing = 1

    with pytest.raises(ConnectionError):
        control.reprocess(OWNER, REF.image_id, "request-1")
    control.reprocess(OWNER, REF.image_id, "request-1")

    assert history.load(REF).version == 8
    assert queue.sent == [MESSAGE]


def test_a_request_that_was_served_long_ago_is_not_served_again(
    control: Control, history: MemoryEventStore, queue: FakeQueue
) -> None:
    """A client that never got its answer may ask whenever it likes."""
    appended(history, *samples.history(), ReprocessingRequested(request_id="a"), samples.started(1))

    assert control.reprocess(OWNER, REF.image_id, "a") == 9
    assert queue.sent == []


def test_no_other_run_begins_beside_one(
    control: Control, history: MemoryEventStore, queue: FakeQueue
) -> None:
    """Whoever wants that calls the first off."""
    appended(history, *samples.history()[:2])

    with pytest.raises(InvalidRequest) as refused:
        control.reprocess(OWNER, REF.image_id, "a")

    assert refused.value.code == "still_processing"
    assert queue.sent == []


def test_a_run_is_called_off_once(control: Control, history: MemoryEventStore) -> None:
    """And one that has ended stays as it ended."""
    appended(history, *samples.history()[:2])

    versions = [control.cancel(OWNER, REF.image_id, each) for each in ("a", "b")]

    assert versions == [3, 3]
    assert history.load(REF).events[-1].event == ProcessingCancelled(run_id=RUN)


def test_what_has_not_begun_cannot_be_called_off(
    control: Control, history: MemoryEventStore
) -> None:
    """Its message is on its way."""
    appended(history, samples.uploaded())

    with pytest.raises(InvalidRequest) as refused:
        control.cancel(OWNER, REF.image_id, "a")

    assert refused.value.code == "not_processing"


def test_a_deleted_image_leaves_its_history_and_no_object(
    control: Control, history: MemoryEventStore, buckets: Buckets
) -> None:
    """Every version of the original, every variant, those that no event names too; no other's."""
    appended(history, *samples.history(), IGNORED)

    control.delete(OWNER, REF.image_id, "a")

    recorded = history.load(REF).events[-1]
    assert (recorded.event, recorded.actor) == (ImageDeleted(), OWNER)
    assert (buckets.keys_, buckets.versions) == ({OTHERS}, set())


def test_a_deletion_that_broke_off_anywhere_is_finished_by_asking_again(
    control: Control, history: MemoryEventStore, buckets: Buckets
) -> None:
    """Wherever it was killed the event is there, and an original is the last that is left."""
    appended(history, *samples.history(), IGNORED)

    for removals in range(1, 5):
        buckets.removed.clear()
        buckets.dies_at = removals
        buckets.keys_ |= {NAMED, UNNAMED}
        buckets.versions |= {(KEY, "v1"), (KEY, "v2")}
        with pytest.raises(KeyboardInterrupt):
            control.delete(OWNER, REF.image_id, "a")
        assert buckets.versions, "nothing tells where the rest lies"

        buckets.dies_at = 0
        control.delete(OWNER, REF.image_id, "b")
        assert (buckets.keys_, buckets.versions) == ({OTHERS}, set())
    assert history.load(REF).version == 9


def test_nothing_is_removed_before_the_event_is_recorded(
    control: Control, history: MemoryEventStore, buckets: Buckets
) -> None:
    """An image whose objects are gone, and that does not say so, would be a lie."""

    class Away(MemoryEventStore):
        def insert(self, *_: object) -> None:
            raise ConnectionError

    away = Away()
    away._streams = history._streams
    appended(history, *samples.history())

    with pytest.raises(ConnectionError):
        replace(control, history=away).delete(OWNER, REF.image_id, "a")

    assert buckets.removed == []


@pytest.mark.parametrize(("second", "left"), [(30, {(KEY, "v1")}), (61, set())])
def test_while_a_stage_may_still_write_the_original_stays_for_the_reconciler(
    control: Control,
    history: MemoryEventStore,
    buckets: Buckets,
    second: int,
    left: set[tuple[str, str]],
) -> None:
    """The run is called off; until its deadline its stage has perhaps not heard of it."""
    appended(history, *samples.history()[:2])
    buckets.versions = {(KEY, "v1")}

    replace(control, clock=lambda: at(second)).delete(OWNER, REF.image_id, "a")

    events = [each.event for each in history.load(REF).events]
    assert events[2:] == [ProcessingCancelled(run_id=RUN), ImageDeleted()]
    assert buckets.keys_ == {OTHERS}
    assert buckets.versions == left


Wish = Callable[[Control, str, str], object]
WISHES: dict[str, Wish] = {
    "reprocess": lambda control, owner, image_id: control.reprocess(owner, image_id, "a"),
    "cancel": lambda control, owner, image_id: control.cancel(owner, image_id, "a"),
    "delete": lambda control, owner, image_id: control.delete(owner, image_id, "a"),
}


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize(
    "image_id", [REF.image_id, another_image(1).image_id, "", "x", REF.image_id.lower()]
)
def test_nobody_changes_another_persons_image(
    control: Control,
    history: MemoryEventStore,
    queue: FakeQueue,
    buckets: Buckets,
    *,
    wish: Wish,
    image_id: str,
) -> None:
    """It is as unknown as one that never was, and stays as it is."""
    appended(history, *samples.history())

    with pytest.raises(NotFound) as refused:
        wish(control, ELSE, image_id)

    assert refused.value.facts == {"image_id": image_id}
    assert history.load(REF).version == 7
    assert (queue.sent, buckets.removed) == ([], [])


def test_a_deleted_image_is_not_processed_again(
    control: Control, history: MemoryEventStore
) -> None:
    """It is gone; what there was to call off has been."""
    appended(history, *samples.history(), ImageDeleted())

    with pytest.raises(NotFound):
        control.reprocess(OWNER, REF.image_id, "a")
    assert control.cancel(OWNER, REF.image_id, "a") == 8
