"""What the views show of an image, at each point of its history."""

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.events import (
    Event,
    ImageDeleted,
    ImageRejected,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingTimedOut,
    Stream,
    VariantDropped,
    VariantFailed,
)
from darkroom.projections import GalleryRow, ImageRow, Reason, Usage, rows, usage
from darkroom.testing.samples import (
    OWNER,
    PROMISED,
    REF,
    RUN,
    appended,
    at,
    drop,
    failure,
    history,
    rendered,
    start,
    started,
    uploaded,
    validated,
)

BEGUN = (uploaded(), started(), validated(), rendered("large"))


def views(*events: Event) -> tuple[ImageRow, GalleryRow]:
    image, gallery = rows(appended(MemoryEventStore(), *events))
    assert isinstance(image, ImageRow)
    assert isinstance(gallery, GalleryRow)
    return image, gallery


def test_a_stream_that_nobody_has_begun_has_no_rows() -> None:
    """Nothing to show, nothing to put."""
    assert rows(Stream(REF)) == ()


def test_a_finished_image_shows_all_its_variants() -> None:
    """In the order of the promise, with what a client needs to show them."""
    image, gallery = views(*history())

    assert (image.state, image.v, image.run_id) == ("complete", 7, RUN)
    assert tuple(image.variants) == gallery.variants == image.promised == PROMISED
    assert image.variants["large"].media_type == "image/jpeg"
    assert (image.original.width, image.original.height) == (3000, 2000)
    assert (image.uploaded_at, image.updated_at) == (at(0), at(6))
    assert (image.missing, image.reason) == ({}, None)


def test_the_gallery_tells_the_bytes_that_an_image_amounts_to() -> None:
    """Those of the original, and of the variants that can be fetched: none of a failed run's."""
    _, whole = views(*history())
    _, failed = views(*BEGUN, ProcessingFailed(run_id=RUN, step=None, code="crashed", facts={}))

    assert (whole.byte_size, whole.variant_bytes) == (4_204_816, 3 * 80_412)
    assert (failed.byte_size, failed.variant_bytes) == (4_204_816, 0)


def test_an_image_just_uploaded_shows_what_is_known() -> None:
    """No run, no promise, no size in pixels yet."""
    image, gallery = views(uploaded())

    assert (image.state, image.run_id, image.promised, image.variants) == ("uploaded", None, (), {})
    assert (image.original.byte_size, image.original.format) == (4_204_816, None)
    assert (gallery.v, gallery.state) == (1, "uploaded")


def test_a_variant_can_be_had_as_soon_as_it_exists() -> None:
    """While the others are still being made."""
    image, gallery = views(*BEGUN)

    assert image.state == "processing"
    assert tuple(image.variants) == gallery.variants == ("large",)


def test_a_partial_image_says_why_each_variant_is_missing() -> None:
    """With step, code and facts."""
    failed = VariantFailed(**vars(failure("medium")))
    dropped = VariantDropped(**vars(drop("thumbnail")))
    partial = ProcessingCompleted(run_id=RUN, state="partial", variants=("large",))

    image, _ = views(*BEGUN, failed, dropped, partial)

    reason = Reason(step="brand", code="no_room", facts={"limit": 400, "actual": 12})
    assert (image.state, image.missing) == ("partial", {"medium": reason, "thumbnail": reason})
    assert tuple(image.variants) == ("large",)


@pytest.mark.parametrize(
    ("ending", "state", "reason"),
    [
        (
            ImageRejected(run_id=RUN, step="check", code="too_large", facts={"limit": 1}),
            "rejected",
            Reason(step="check", code="too_large", facts={"limit": 1}),
        ),
        (
            ProcessingFailed(run_id=RUN, step=None, code="crashed", facts={}),
            "failed",
            Reason(step=None, code="crashed", facts={}),
        ),
        (
            ProcessingTimedOut(run_id=RUN, deadline_at=at(60)),
            "timed_out",
            Reason(step=None, code="timed_out", facts={}),
        ),
    ],
)
def test_an_image_that_ended_badly_offers_no_pictures_and_says_why(
    ending: Event, state: str, reason: Reason
) -> None:
    """Also those that had been rendered before are not offered any more."""
    image, gallery = views(*BEGUN, ending)

    assert (image.state, gallery.state, image.reason) == (state, state, reason)
    assert (image.variants, gallery.variants) == ({}, ())


def test_a_deleted_image_leaves_a_tombstone() -> None:
    """It offers nothing and is in no list; its rows stay, lest a late fold bring it back."""
    image, gallery = views(*history(), ImageDeleted())

    assert (image.state, image.variants, gallery.v) == ("deleted", {}, 8)
    assert gallery.gone
    assert usage([gallery]) == Usage()


@pytest.mark.parametrize(
    ("then", "state", "left"),
    [
        ((), "processing", True),
        ((ProcessingCancelled(run_id=start(n=8).run_id),), "cancelled", True),
        ((ProcessingTimedOut(run_id=start(n=8).run_id, deadline_at=at(60)),), "timed_out", False),
    ],
)
def test_pictures_can_be_fetched_until_the_next_run_has_ended(
    then: tuple[Event, ...], state: str, left: bool
) -> None:
    """How the image stands is told of the latest run, and what it offers once that has ended."""
    before, _ = views(*history())
    image, _ = views(*history(), started(n=8), *then)

    assert (image.state, image.run_id) == (state, start(n=8).run_id)
    assert image.variants == (before.variants if left else {})


def test_rows_lie_under_the_documented_keys() -> None:
    """The gallery sorts by time of upload, and then by image."""
    image, gallery = views(uploaded())

    assert image.key == (REF.stream, "view")
    assert gallery.key == (
        f"main#owner#{OWNER}",
        f"2026-11-23T12:00:00.000000Z#{REF.image_id}",
    )
