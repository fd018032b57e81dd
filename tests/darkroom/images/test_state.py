"""The state of an image is the fold of its events: total, and the first ending of a run wins."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from darkroom.errors import BrokenStream
from darkroom.events import (
    Ending,
    Event,
    ImageDeleted,
    ImageRejected,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingSuperseded,
    ProcessingTimedOut,
    ReprocessingRequested,
    ReuploadIgnored,
    Stream,
    VariantDropped,
    VariantFailed,
)
from darkroom.images import Image, ImageState, evolve, fold
from darkroom.testing import given
from darkroom.testing.samples import (
    PROMISED,
    REF,
    RUN,
    at,
    completed,
    discarded,
    drop,
    failure,
    history,
    rendered,
    started,
    uploaded,
    validated,
)

PARTIAL = ProcessingCompleted(run_id=RUN, state="partial", variants=("large",))
REJECTED = ImageRejected(run_id=RUN, step="check", code="too_many_pixels", facts={})
FAILED = ProcessingFailed(run_id=RUN, step=None, code="crashed", facts={})
TIMED_OUT = ProcessingTimedOut(run_id=RUN, deadline_at=at(60))
CANCELLED = ProcessingCancelled(run_id=RUN)
SUPERSEDED = ProcessingSuperseded(run_id=RUN, by="another")
REQUESTED = ReprocessingRequested(request_id="r-1")
ENDINGS = [completed(), PARTIAL, REJECTED, FAILED, TIMED_OUT, CANCELLED]

events = st.sampled_from(
    [
        *history(),
        *ENDINGS,
        started(n=8),
        SUPERSEDED,
        REQUESTED,
        discarded(),
        ImageDeleted(),
        ReuploadIgnored(version_id="v2", etag="e", byte_size=0),
        *(VariantFailed(**vars(failure(name))) for name in PROMISED),
    ]
)


def image_after(*past: Event) -> Image:
    image = given(*past).image
    assert image is not None
    return image


def test_a_stream_that_nobody_has_begun_is_no_image() -> None:
    """None, not an empty image."""
    assert fold(Stream(REF)) is None


def test_a_stream_can_begin_with_an_upload_only() -> None:
    """Anything else at version 1 has lost its beginning."""
    with pytest.raises(BrokenStream):
        evolve(None, started(), REF)


@pytest.mark.parametrize(
    ("past", "state"),
    [
        ([uploaded()], "uploaded"),
        ([uploaded(), started()], "processing"),
        ([uploaded(), started(), completed()], "complete"),
        ([uploaded(), started(), PARTIAL], "partial"),
        ([uploaded(), started(), REJECTED], "rejected"),
        ([uploaded(), started(), FAILED], "failed"),
        ([uploaded(), started(), TIMED_OUT], "timed_out"),
        ([uploaded(), started(), CANCELLED], "cancelled"),
        ([uploaded(), started(), SUPERSEDED], "superseded"),
        ([uploaded(), started(), FAILED, REQUESTED], "failed"),
        ([uploaded(), started(), FAILED, REQUESTED, started(n=8)], "processing"),
        ([uploaded(), started(), completed(), ImageDeleted()], "deleted"),
        ([uploaded(), started(), FAILED, started(n=8)], "processing"),
    ],
)
def test_an_image_stands_as_its_latest_run_does(past: list[Event], state: ImageState) -> None:
    """A failed image that is processed again is processing again."""
    assert image_after(*past).state == state


@pytest.mark.parametrize("first", ENDINGS, ids=lambda ending: ending.type)
@pytest.mark.parametrize("second", ENDINGS, ids=lambda ending: ending.type)
def test_the_first_ending_of_a_run_wins(first: Ending, second: Ending) -> None:
    """Also should a stream ever hold two, which `decide` forbids."""
    image = image_after(uploaded(), started(), first, second, rendered("large"))

    assert image == image_after(uploaded(), started(), first)


def test_a_late_event_of_an_older_run_leaves_the_latest_as_it_is() -> None:
    """Each run has its own story."""
    image = image_after(uploaded(), started(), started(n=8), rendered("large"), completed())

    assert image.runs[RUN].state == "complete"
    assert image.state == "processing"


def test_a_run_is_settled_when_each_promised_variant_has_its_outcome() -> None:
    """Then there is nothing left to render, whoever asks."""
    failed = VariantFailed(**vars(failure("medium")))
    dropped = VariantDropped(**vars(drop("thumbnail")))
    some = image_after(uploaded(), started(), rendered("large"), dropped)
    each = image_after(uploaded(), started(), rendered("large"), dropped, rendered("medium"))
    lost = image_after(uploaded(), started(), rendered("large"), dropped, failed)
    none = image_after(uploaded(), started(variants=()), validated())
    outcomes = [image.run and image.run.outcome for image in (some, each, lost, none)]

    assert [told and told.outcome for told in outcomes] == [None, "done", "failed", None]


@for_all(past=st.lists(events, max_size=20))
def test_any_event_may_come_at_any_time(past: list[Event]) -> None:
    """The fold is total: it neither raises nor forgets the original."""
    image = image_after(uploaded(), *past)

    assert image.original == uploaded()
    assert all(set(run.existing) <= set(run.promised) for run in image.runs.values())


@for_all(past=st.lists(events, max_size=20))
def test_an_event_told_twice_is_told_once(past: list[Event]) -> None:
    """A repeated event has nothing to add, whatever it is and wherever it stands."""
    stutter = [event for event in past for _ in range(2)]

    assert image_after(uploaded(), *stutter) == image_after(uploaded(), *past)
