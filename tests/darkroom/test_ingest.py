"""Ingest: every announced object is recorded once and asked for, whatever S3 and crashes do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import InvalidKey
from darkroom.history import verify
from darkroom.ids import ImageRef, original_key
from darkroom.ingest import Arrival, Message, arrivals, record_upload
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, at

ARRIVAL = Arrival(
    bucket="originals",
    key=original_key("photos", REF, OWNER),
    version_id="v1",
    etag="etag-of-v1",
    byte_size=4_204_816,
    by_form=True,
)
MESSAGE = Message(tenant="main", image_id=REF.image_id, version_id="v1")


@dataclass
class FakeQueue:
    """Keeps messages; raises as often as told before it does."""

    failures: int = 0
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message, *, after_s: int = 0) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the queue does not answer")
        self.messages.append(message)


@dataclass
class FakeOriginals:
    """Names what was removed; raises as often as told before it does."""

    failures: int = 0
    removed: list[tuple[str, str]] = field(default_factory=list)

    def remove(self, key: str, version_id: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the bucket does not answer")
        self.removed.append((key, version_id))


def record(
    arrival: Arrival,
    history: MemoryEventStore,
    queue: FakeQueue,
    originals: FakeOriginals | None = None,
) -> None:
    bucket = originals or FakeOriginals()
    record_upload(arrival, history=history, queue=queue, originals=bucket, clock=lambda: at(0))


def notification(*keys: str, name: str = "ObjectCreated:Post") -> dict[str, Any]:
    """An S3 notification, less what nobody reads."""
    objects = [{"key": key, "size": 5, "eTag": "e", "versionId": "v1"} for key in keys]
    return {
        "Records": [
            {"eventName": name, "s3": {"bucket": {"name": "originals"}, "object": each}}
            for each in objects
        ]
    }


def test_a_notification_tells_bucket_key_version_and_size(
    aws_event: Callable[[str], dict[str, Any]],
) -> None:
    """As S3 sends it."""
    assert arrivals(aws_event("s3_object_created")) == (ARRIVAL,)


def test_a_notification_that_announces_no_object_is_nothing(
    aws_event: Callable[[str], dict[str, Any]],
) -> None:
    """S3 sends a test event when notifications are set up; removals are nobody's upload."""
    assert arrivals(aws_event("s3_test_event")) == ()
    assert arrivals({}) == ()
    assert arrivals({"Records": []}) == ()
    assert arrivals(notification("k", name="ObjectRemoved:DeleteMarkerCreated")) == ()


def test_an_object_without_a_version_is_an_error_and_not_an_upload() -> None:
    """The bucket's versioning is off: that has to be seen, in the queue for what failed."""
    unversioned = notification("k")
    del unversioned["Records"][0]["s3"]["object"]["versionId"]

    with pytest.raises(KeyError, match="versionId"):
        arrivals(unversioned)


@given(keys=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=3))
def test_keys_are_decoded_exactly_once(keys: list[str]) -> None:
    """Blanks, plus signs, percent signs and every script come back as they were uploaded."""
    announced = arrivals(notification(*(quote_plus(key, safe="/") for key in keys)))

    assert [arrival.key for arrival in announced] == keys


def test_a_key_that_looks_encoded_is_not_decoded_again() -> None:
    """`%252B` is the key `%2B`; a second decoding would find another object."""
    (arrival,) = arrivals(notification("a%252Bb"))

    assert arrival.key == "a%2Bb"


def test_an_arrival_is_recorded_and_enqueued() -> None:
    """The event says all that the key told; the message names image and version."""
    history, queue = MemoryEventStore(), FakeQueue()

    record(ARRIVAL, history, queue)

    (recorded,) = history.load(REF).events
    assert recorded.event == samples.uploaded()
    assert (recorded.writer, recorded.correlation_id) == ("s3_event", REF.image_id)
    assert queue.messages == [MESSAGE]
    assert MESSAGE.ref == REF


@given(times=st.integers(1, 5))
def test_an_arrival_announced_again_is_recorded_once_and_always_enqueued(times: int) -> None:
    """The queue may have lost what a crash interrupted, so each announcement asks anew."""
    history, queue = MemoryEventStore(), FakeQueue()

    for _ in range(times):
        record(ARRIVAL, history, queue)

    assert history.load(REF).version == 1
    assert queue.messages == [MESSAGE] * times


@given(failures=st.integers(1, 4))
def test_a_crash_between_event_and_message_is_made_good_by_the_next_delivery(
    failures: int,
) -> None:
    """The event is there, the message is not; S3 announces the object again."""
    history, queue = MemoryEventStore(), FakeQueue(failures)
    for _ in range(failures):
        with pytest.raises(ConnectionError):
            record(ARRIVAL, history, queue)
    assert (history.load(REF).version, queue.messages) == (1, [])

    record(ARRIVAL, history, queue)

    assert history.load(REF).version == 1
    assert queue.messages == [MESSAGE]


def test_a_second_version_under_the_same_grant_is_ignored_and_not_enqueued() -> None:
    """The image stays its first version; that somebody sent another is on record, once."""
    history, queue = MemoryEventStore(), FakeQueue()
    second = replace(ARRIVAL, version_id="v2", etag="etag-of-v2")

    for arrival in (ARRIVAL, second, second):
        record(arrival, history, queue)

    assert [recorded.type for recorded in history.load(REF).events] == [
        "image.uploaded",
        "image.reupload-ignored",
    ]
    assert queue.messages == [MESSAGE]


def test_a_second_version_is_removed_once_it_is_on_record() -> None:
    """Nobody would ever read it; a crash between the two is made good by the next delivery."""
    history, queue, originals = MemoryEventStore(), FakeQueue(), FakeOriginals(failures=1)
    second = replace(ARRIVAL, version_id="v2", etag="etag-of-v2")
    record(ARRIVAL, history, queue, originals)
    with pytest.raises(ConnectionError):
        record(second, history, queue, originals)
    assert (history.load(REF).version, originals.removed) == (2, [])

    record(second, history, queue, originals)

    assert history.load(REF).version == 2
    assert originals.removed == [(ARRIVAL.key, "v2")]


@given(versions=st.lists(st.sampled_from(["v1", "v2", "v3"]), min_size=1, max_size=12))
def test_announcements_in_any_order_give_one_image_and_sound_messages(
    versions: list[str],
) -> None:
    """The first version is the image; only it is ever enqueued, each other is ignored once."""
    history, queue, originals = MemoryEventStore(), FakeQueue(), FakeOriginals()

    for version in versions:
        arrival = replace(ARRIVAL, version_id=version, etag=f"etag-of-{version}")
        record(arrival, history, queue, originals)

    assert {version for _, version in originals.removed} == {*versions} - {versions[0]}
    verify(history.load(REF))
    assert history.load(REF).version == len(set(versions))
    assert {message.version_id for message in queue.messages} == {versions[0]}
    assert len(queue.messages) == versions.count(versions[0])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "picture.jpg",
        "photos/main/somebody",
        f"photos/main/somebody/{REF.image_id}/more",
        f"photos/main//{REF.image_id}",
        f"photos/main/../{REF.image_id}",
        "photos/main/somebody/not-an-image-id",
        f"photos/main/somebody/{REF.image_id.lower()}",
        f"photos/main#image#x/somebody/{REF.image_id}",
        f"photos/main/some body/{REF.image_id}\n",
    ],
)
def test_a_key_that_no_grant_makes_is_refused(key: str) -> None:
    """Neither recorded nor enqueued: there is no image to speak of."""
    history, queue = MemoryEventStore(), FakeQueue()

    with pytest.raises(InvalidKey):
        record(replace(ARRIVAL, key=key), history, queue)

    assert queue.messages == []


@given(key=st.text(max_size=90))
def test_any_other_key_is_refused_and_raises_nothing_else(key: str) -> None:
    """Keys come from outside, be it by a mistake in somebody's script."""
    with pytest.raises(InvalidKey):
        record(replace(ARRIVAL, key=key), MemoryEventStore(), FakeQueue())


@given(
    ref=st.builds(
        ImageRef,
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True),
        st.from_regex(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", fullmatch=True),
    )
)
def test_every_key_of_a_grant_leads_to_its_image(ref: ImageRef) -> None:
    """Through S3's encoding and back."""
    history, queue = MemoryEventStore(), FakeQueue()
    key = original_key("photos", ref, OWNER)

    for arrival in arrivals(notification(quote_plus(key, safe="/"))):
        record(arrival, history, queue)

    assert history.load(ref).version == 1
    assert [message.ref for message in queue.messages] == [ref]
