"""What owners change by the API, on moto: their objects, their history, the queue."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from darkroom.events import Event
from darkroom.handlers import clients, control
from darkroom.ids import original_key
from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, appended

Ask = Callable[..., tuple[int, dict[str, Any]]]
IMAGE = f"/images/{REF.image_id}"


@pytest.fixture
def happened(cloud: Any) -> Callable[..., None]:
    """Let events happen to an image, and the views follow."""

    def happen(*events: Event) -> None:
        appended(cloud.history, *events)
        project([REF], cloud.history, cloud.views)

    return happen


@pytest.fixture
def received(cloud: Any) -> Callable[[], list[dict[str, Any]]]:
    """Take what waits in the intake queue."""

    def take() -> list[dict[str, Any]]:
        url = cloud.settings["QUEUE_URL"]
        found = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(each["Body"]) for each in found.get("Messages", ())]

    return take


def test_an_image_is_processed_again(
    ask: Ask, happened: Callable[..., None], received: Callable[[], list[dict[str, Any]]]
) -> None:
    """202 and the version that says so; its message waits in the queue."""
    happened(*samples.history())

    status, noted = ask("POST", f"{IMAGE}/reprocess")

    assert (status, noted) == (202, {"image_id": REF.image_id, "version": 8})
    assert [each["version_id"] for each in received()] == ["v1"]


def test_a_key_makes_two_requests_one(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any, happened: Any
) -> None:
    """The client chose it, and it is the request's id in the history."""
    from darkroom.handlers import images

    happened(*samples.history())
    event = request_of("POST", f"{IMAGE}/reprocess")
    event["headers"]["Idempotency-Key"] = "tuesday"
    event["multiValueHeaders"]["Idempotency-Key"] = ["tuesday"]

    answers = [images.handler(event, context)["statusCode"] for _ in range(2)]

    (asked,) = cloud.history.load(REF).events[7:]
    assert answers == [202, 202]
    assert asked.event.request_id == "tuesday"


@pytest.mark.parametrize(
    ("so_far", "wish", "code"),
    [(2, "reprocess", "still_processing"), (1, "cancel", "not_processing")],
)
def test_what_does_not_fit_the_state_is_a_conflict(
    ask: Ask, happened: Callable[..., None], so_far: int, wish: str, code: str
) -> None:
    """409: the same request may be right a moment later."""
    happened(*samples.history()[:so_far])

    status, problem = ask("POST", f"{IMAGE}/{wish}")

    assert (status, problem["status"], problem["code"]) == (409, 409, code)


def test_a_run_is_called_off(cloud: Any, ask: Ask, happened: Callable[..., None]) -> None:
    """And shows as cancelled once the views have followed."""
    happened(*samples.history()[:2])

    status, noted = ask("POST", f"{IMAGE}/cancel")
    project([REF], cloud.history, cloud.views)

    assert (status, noted["version"]) == (202, 3)
    assert ask("GET", IMAGE)[1]["state"] == "cancelled"


def test_a_deleted_image_is_in_no_bucket_and_no_list(
    cloud: Any,
    request_of: Callable[..., dict[str, Any]],
    context: Any,
    ask: Ask,
    happened: Callable[..., None],
) -> None:
    """204 without a body, and again; its history says so, and its owner sees that it is gone."""
    from darkroom.handlers import images

    s3, settings = clients.s3(), cloud.settings
    key = original_key("photos", REF, OWNER)
    put = s3.put_object(Bucket=settings["ORIGINALS_BUCKET"], Key=key, Body=b"photo")
    for variant in (samples.variant("medium").key, f"photos/main/{REF.image_id}/unnamed.jpg"):
        s3.put_object(Bucket=settings["VARIANTS_BUCKET"], Key=variant, Body=b"variant")
    uploaded = samples.uploaded().model_copy(update={"version_id": put["VersionId"]})
    happened(uploaded, *samples.history()[1:])

    answers = [images.handler(request_of("DELETE", IMAGE), context) for _ in range(2)]
    project([REF], cloud.history, cloud.views)

    assert [(each["statusCode"], each["body"]) for each in answers] == [(204, "")] * 2
    versions = s3.list_object_versions(Bucket=settings["ORIGINALS_BUCKET"])
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")
    assert "Contents" not in s3.list_objects_v2(Bucket=settings["VARIANTS_BUCKET"])
    assert ask("GET", "/images")[1]["images"] == []
    assert ask("GET", IMAGE)[1]["state"] == "deleted"
    assert ask("GET", f"{IMAGE}/events")[1]["events"][-1]["type"] == "image.deleted"
    assert ask("GET", f"{IMAGE}/variants/medium")[0] == 404


def test_a_queue_that_is_away_is_no_answer_and_loses_nothing(
    cloud: Any, ask: Ask, happened: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is there: asking again, or the reconciler, sends the message."""
    happened(*samples.history())

    class Away:
        def send(self, *_: object, **__: object) -> None:
            raise ConnectionError

    monkeypatch.setattr(control, "SqsQueue", lambda *_: Away())
    status, problem = ask("POST", f"{IMAGE}/reprocess")

    assert (status, problem["code"]) == (500, "internal")
    assert cloud.history.load(REF).version == 8
