"""What EventBridge tells of an execution becomes the ending of its run."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from darkroom.errors import NotFound
from darkroom.handlers import clients, ended
from darkroom.testing import samples
from darkroom.testing.samples import PROMISED, REF, RUN, appended
from tests.darkroom.handlers.path import at_once

AwsEvent = Callable[[str], dict[str, Any]]
ASKED = {"tenant": REF.tenant, "image_id": REF.image_id, "run_id": RUN}


def event_of(aws_event: AwsEvent, **detail: Any) -> dict[str, Any]:
    """The event of an execution that was started for the samples' run."""
    event = aws_event("execution_status")
    event["detail"] |= {"input": json.dumps(ASKED), **detail}
    return event


@pytest.fixture(autouse=True)
def _started(cloud: Any) -> None:
    appended(cloud.history, samples.uploaded(), samples.started())


def test_an_execution_that_succeeded_ends_its_run_by_its_output(
    cloud: Any, aws_event: AwsEvent, context: Any, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Delivered twice, it is one ending; logged under the image's id."""
    appended(cloud.history, *map(samples.rendered, PROMISED))

    for _ in range(2):
        ended.handler(event_of(aws_event), context)

    types = [event.type for event in cloud.history.load(REF).events]
    assert types.count("image.processing-completed") == 1
    assert types[-1] == "image.processing-completed"
    line = log_lines()[0]
    assert (line["correlation_id"], line["state"]) == (REF.image_id, "complete")


@pytest.mark.parametrize(
    ("detail", "error"),
    [
        ({"status": "FAILED", "error": "Sandbox.Timedout"}, "Sandbox.Timedout"),
        ({"status": "TIMED_OUT"}, "TIMED_OUT"),
        ({"status": "ABORTED"}, "ABORTED"),
        ({"status": "SUCCEEDED", "outputDetails": {"included": False}}, "SUCCEEDED"),
    ],
    ids=["failed", "timed out", "aborted", "output left out"],
)
def test_an_execution_that_broke_off_ends_its_run_as_failed(
    cloud: Any, aws_event: AwsEvent, context: Any, detail: dict[str, Any], error: str
) -> None:
    """With the error of the machine, or its status."""
    ended.handler(event_of(aws_event, output=None, **detail), context)

    last = cloud.history.load(REF).events[-1]
    assert (last.type, last.event.code) == ("image.processing-failed", "execution_broke_off")
    assert last.event.facts == {"error": error}


def test_a_throttled_execution_puts_its_message_back(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """Into the intake queue, as the upload had put it there."""
    throttled = event_of(aws_event, status="FAILED", error="Lambda.TooManyRequestsException")
    clients.sqs().meta.events.register("provide-client-params.sqs.SendMessage", at_once)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "now", lambda: samples.at(9))
        ended.handler(throttled, context)

    (message,) = clients.sqs().receive_message(QueueUrl=cloud.settings["QUEUE_URL"])["Messages"]
    assert json.loads(message["Body"]) == {
        "tenant": REF.tenant,
        "image_id": REF.image_id,
        "version_id": "v1",
    }


def test_an_execution_that_is_none_of_ours_is_raised_and_so_kept(
    aws_event: AwsEvent, context: Any
) -> None:
    """Lambda calls again, twice, and then puts the event into the failure queue."""
    another_run = json.dumps(ASKED | {"run_id": f"{RUN}9"})

    with pytest.raises(ValidationError):
        ended.handler(event_of(aws_event, input='{"hello": "there"}'), context)
    with pytest.raises(NotFound):
        ended.handler(event_of(aws_event, input=another_run), context)
