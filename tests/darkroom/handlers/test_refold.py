"""The refolding function: an image that could not be folded is, once it can be."""

import json
from collections.abc import Callable
from typing import Any

from darkroom.handlers import refold
from darkroom.projections import NotProjected, Refold, rows
from darkroom.testing import samples
from darkroom.testing.samples import REF, another_image, appended

AwsEvent = Callable[[str], dict[str, Any]]


def messages(aws_event: AwsEvent, *bodies: str) -> dict[str, Any]:
    """Return the event of a batch of such messages, with ids from 0."""
    records = []
    for number, body in enumerate(bodies):
        (found,) = aws_event("sqs_message")["Records"]
        records.append({**found, "messageId": str(number), "body": body})
    return {"Records": records}


def asking(ref: Any) -> str:
    return Refold.of(NotProjected(ref, ValueError("once"))).model_dump_json()


def test_the_whole_history_is_folded_as_it_is_by_now(
    cloud: Any, aws_event: AwsEvent, context: Any, metrics: Callable[[], dict[str, Any]]
) -> None:
    """The message says only which image; it may be days old, and come twice."""
    image, _ = rows(appended(cloud.history, *samples.history()))

    answer = refold.handler(messages(aws_event, asking(REF), asking(REF)), context)

    assert answer == {"batchItemFailures": []}
    assert cloud.views.image(REF) == image
    assert metrics() == {"RefoldFailed": [0.0]}


def test_only_messages_that_cannot_be_dealt_with_come_back(
    cloud: Any,
    aws_event: AwsEvent,
    context: Any,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """In the end they are dead letters, which say which image it is, and why."""
    appended(cloud.history, samples.uploaded())
    broken = another_image(2)
    appended(cloud.history, samples.uploaded(), samples.started(), ref=broken)
    cloud.history.client.delete_item(
        TableName=cloud.history.table, Key={"pk": {"S": broken.stream}, "sk": {"N": "1"}}
    )
    none_of_ours = json.dumps({"tenant": "main", "image_id": "x", "reason": ""})

    answer = refold.handler(
        messages(aws_event, asking(broken), "garbage", asking(REF), none_of_ours), context
    )

    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["0", "1", "3"]
    assert cloud.views.image(REF) is not None
    (told,) = [line for line in log_lines() if line["message"] == "image still not projected"]
    assert told["correlation_id"] == broken.image_id
    assert told["reason"].startswith("BrokenStream")
