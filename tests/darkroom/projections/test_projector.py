"""The projector brings views to the fold of the streams, whatever happens to deliveries."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore, MemoryViewStore
from darkroom.errors import BrokenStream
from darkroom.events import Event, Stream
from darkroom.ids import ImageRef
from darkroom.projections import Row, project, refs_in, rows
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, OWNER, REF, another_image, appended, at

IMAGES = [another_image(number) for number in range(3)]


class Poisoned(MemoryEventStore):
    """A store in which one image cannot be read."""

    def load(self, ref: ImageRef) -> Stream:
        if ref == IMAGES[1]:
            raise BrokenStream("gap", stream=ref.stream, version=2)
        return super().load(ref)


def record(ref: ImageRef, version: int = 1) -> dict[str, Any]:
    """A stream record as Lambda gets it, less what nobody reads."""
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"pk": {"S": ref.stream}, "sk": {"N": str(version)}},
            "SequenceNumber": "4421584500000000017450439091",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def shown(views: MemoryViewStore, refs: list[ImageRef]) -> tuple[list[Row | None], list[Row]]:
    return [views.image(ref) for ref in refs], list(views.images_of("main", OWNER).items)


def test_records_name_their_images_once_each_in_order() -> None:
    """A batch holds many records of one image; it is folded once."""
    records = [record(IMAGES[2], 1), record(IMAGES[0], 4), record(IMAGES[2], 2)]

    assert refs_in(records) == (IMAGES[2], IMAGES[0])


def test_a_record_that_is_no_images_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It could only block its shard."""
    stray = {"dynamodb": {"Keys": {"pk": {"S": "stray"}, "sk": {"N": "1"}}}}

    assert refs_in([stray, record(REF)]) == (REF,)
    assert "stray" in caplog.text


def test_one_failing_image_stops_no_other() -> None:
    """It comes back with its reason, for the queue of images to fold again."""
    events, views = Poisoned(), MemoryViewStore()
    for ref in IMAGES:
        MemoryEventStore.append(events, Stream(ref), [samples.uploaded()], CONTEXT, at=at(0))

    (failed,) = project(IMAGES, events, views)

    assert failed.ref == IMAGES[1]
    assert isinstance(failed.error, BrokenStream)
    assert [views.image(ref) is not None for ref in IMAGES] == [True, False, True]


def test_an_image_whose_stream_is_empty_is_left_alone() -> None:
    """A hint about nothing is no failure."""
    views = MemoryViewStore()

    assert project([REF], MemoryEventStore(), views) == ()
    assert views.image(REF) is None


def test_a_view_that_fell_behind_catches_up_with_one_hint() -> None:
    """Any record will do: the whole stream is folded, not what the record says."""
    events, views = MemoryEventStore(), MemoryViewStore()
    stream = appended(events, *samples.history())

    project([REF], events, views)

    assert shown(views, [REF]) == ([rows(stream)[0]], [rows(stream)[1]])


histories = st.lists(st.sampled_from(samples.history()), max_size=8).map(
    lambda rest: (samples.uploaded(), *rest)
)


@given(pasts=st.tuples(*[histories for _ in IMAGES]), data=st.data())
def test_views_equal_the_fold_whatever_happens_to_deliveries(
    pasts: tuple[tuple[Event, ...], ...], data: st.DataObject
) -> None:
    """Permuted, repeated, lost but for an image's newest, and interleaved with the appends."""
    events, views = MemoryEventStore(), MemoryViewStore()
    deliveries: list[dict[str, Any]] = []
    appends = [(ref, event) for ref, past in zip(IMAGES, pasts, strict=True) for event in past]
    for ref, event in appends:
        deliveries.append(record(ref, appended(events, event, ref=ref).version))
        early = data.draw(st.lists(st.sampled_from(deliveries), max_size=2))
        project(refs_in(early), events, views)
    newest = [record(ref, events.load(ref).version) for ref in IMAGES]
    surviving = data.draw(st.lists(st.sampled_from(deliveries), max_size=12))
    for each in data.draw(st.permutations([*surviving, *newest])):
        project(refs_in([each]), events, views)

    folded = [rows(events.load(ref)) for ref in IMAGES]

    assert shown(views, IMAGES) == (
        [image for image, _ in folded],
        sorted((gallery for _, gallery in folded), key=lambda row: row.key, reverse=True),
    )


@given(data=st.data())
def test_a_slow_projector_cannot_take_a_view_back(data: st.DataObject) -> None:
    """Rows folded from any prefixes, put in any order: the longest prefix stays."""
    stream = appended(MemoryEventStore(), *samples.history())
    prefixes = [Stream(REF, stream.events[:version]) for version in range(1, stream.version + 1)]
    views = MemoryViewStore()

    for prefix in data.draw(st.permutations(prefixes)):
        for row in rows(prefix):
            views.put_if_newer(row)

    assert shown(views, [REF]) == ([rows(stream)[0]], [rows(stream)[1]])
