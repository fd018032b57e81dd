"""The function that the clock calls: what was lost is done, logged and counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from darkroom.adapters.dynamodb_bookmark import DynamoBookmark
from darkroom.events import LeftoversDiscarded, ProcessingCancelled
from darkroom.handlers import clients, reconcile
from darkroom.ids import original_key, variant_key
from darkroom.images import fold
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, RUN, another_image, appended

STARTED, UNHEARD = another_image(1), another_image(2)


@pytest.fixture
def lost(cloud: Any) -> Any:
    """A run that nobody ended, and an upload of just now that no event tells of."""
    appended(cloud.history, *samples.history()[:4], ref=STARTED)
    for ref in (STARTED, UNHEARD):
        clients.s3().put_object(
            Bucket=cloud.settings["ORIGINALS_BUCKET"],
            Key=original_key("photos", ref, OWNER),
            Body=b"a picture",
        )
    return cloud


def test_a_run_that_nobody_ended_is_ended(
    lost: Any,
    context: Any,
    metrics: Callable[[], dict[str, Any]],
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """And an announcement that may still be on its way is waited for."""
    reconcile.handler({}, context)

    image = fold(lost.history.load(STARTED))
    assert image is not None
    assert image.state == "timed_out"
    assert fold(lost.history.load(UNHEARD)) is None
    told = metrics()
    assert (told["ImageLookedAt"], told["ImageSettled"]) == ([2.0], [1.0])
    assert (told["UploadFound"], told["ReconcileFailed"]) == ([0.0], [0.0])
    assert [line["whole"] for line in log_lines() if line["message"] == "reconciled"] == [True]


def test_an_upload_that_no_event_told_of_is_found(
    lost: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on record, and its message waits for a run."""
    monkeypatch.setattr(reconcile, "GRACE", timedelta(0))

    reconcile.handler({}, context)

    assert fold(lost.history.load(UNHEARD)) is not None
    assert not reconcile.queue().is_empty()


def test_what_an_ended_run_left_behind_is_removed(
    lost: Any, context: Any, metrics: Callable[[], dict[str, Any]]
) -> None:
    """From the bucket of variants; the history says which objects."""
    left = variant_key("photos", STARTED, "1e" * 16, "jpg")
    bucket = lost.settings["VARIANTS_BUCKET"]
    clients.s3().put_object(Bucket=bucket, Key=left, Body=b"a variant")
    appended(lost.history, ProcessingCancelled(run_id=RUN), ref=STARTED)

    reconcile.handler({}, context)

    assert metrics()["LeftoverRemoved"] == [1.0]
    assert clients.s3().list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert lost.history.load(STARTED).events[-1].event == LeftoversDiscarded(keys=(left,))


def test_a_call_goes_on_where_the_one_before_left_off(
    lost: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image a call: the place is kept in the table of views, and a whole round forgets it."""
    monkeypatch.setattr(reconcile, "MOST", 1)
    bookmark = DynamoBookmark(clients.dynamodb(), lost.settings["VIEWS_TABLE"])

    reconcile.handler({}, context)
    place = bookmark.read()
    reconcile.handler({}, context)

    assert place == original_key("photos", STARTED, OWNER)
    assert bookmark.read() == ""
