"""S3's announcements become one event and a message each, or are left alone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ClientError

from darkroom.handlers import clients, s3_event
from darkroom.ingest import Message
from darkroom.quotas import Amount
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF

AwsEvent = Callable[[str], dict[str, Any]]
LogLines = Callable[[], list[dict[str, Any]]]
Metrics = Callable[[], dict[str, Any]]


def messages(cloud: Any) -> list[Message]:
    answer = clients.sqs().receive_message(
        QueueUrl=cloud.settings["QUEUE_URL"], MaxNumberOfMessages=10
    )
    return [Message.model_validate_json(each["Body"]) for each in answer.get("Messages", [])]


def test_an_announcement_is_recorded_enqueued_logged_and_counted(
    cloud: Any,
    aws_event: AwsEvent,
    context: Any,
    log_lines: LogLines,
    metrics: Metrics,
) -> None:
    """One event, one message, one line under the image's id."""
    s3_event.handler(aws_event("s3_object_created"), context)

    (recorded,) = cloud.history.load(REF).events
    assert recorded.event == samples.uploaded()
    assert messages(cloud) == [Message(tenant="main", image_id=REF.image_id, version_id="v1")]
    (line,) = log_lines()
    assert (line["message"], line["correlation_id"]) == ("upload recorded", REF.image_id)
    assert metrics() == {"ObjectAnnounced": [1.0], "OriginalBytes": [4_204_816.0]}


def test_three_announcements_are_one_event_and_three_messages(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """What follows of the messages is one run."""
    for _ in range(3):
        s3_event.handler(aws_event("s3_object_created"), context)

    assert cloud.history.load(REF).version == 1
    assert len(messages(cloud)) == 3


def test_an_upload_is_counted_by_the_bytes_that_arrived(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """Announced twice, it gives back once what was reserved beyond them."""
    counters, limit = s3_event.counters(), Amount(2, 9_000_000)
    assert counters.take(OWNER, "2026-11-24", Amount(1, 5_000_000), limit)
    counters.reserve(OWNER, "2026-11-24", REF.image_id, 5_000_000)

    for _ in range(2):
        s3_event.handler(aws_event("s3_object_created"), context)

    left = limit.byte_size - samples.uploaded().byte_size
    assert not counters.take(OWNER, "2026-11-24", Amount(1, left + 1), limit)
    assert counters.take(OWNER, "2026-11-24", Amount(1, left), limit)


def test_what_was_put_is_not_settled(cloud: Any, aws_event: AwsEvent, context: Any) -> None:
    """It has as many bytes as were granted: the counters are not asked."""
    event = aws_event("s3_object_created")
    event["Records"][0]["eventName"] = "ObjectCreated:Put"
    calls: list[str] = []
    events = clients.dynamodb().meta.events
    events.register("before-call.dynamodb.UpdateItem", lambda **_: calls.append("asked"))

    s3_event.handler(event, context)

    assert cloud.history.load(REF).version == 1
    assert calls == []


def test_the_test_event_of_s3_is_nothing(cloud: Any, aws_event: AwsEvent, context: Any) -> None:
    """It comes once, as notifications are set up."""
    s3_event.handler(aws_event("s3_test_event"), context)

    assert messages(cloud) == []


def announcing(aws_event: AwsEvent, key: str) -> dict[str, Any]:
    event = aws_event("s3_object_created")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key, safe="/")
    return event


@pytest.mark.parametrize("key", ["stray.jpg", "photos/main/a b/écrit", "a/b/c/d"])
def test_an_object_of_nobody_is_logged_and_left(
    cloud: Any, aws_event: AwsEvent, context: Any, key: str, log_lines: LogLines
) -> None:
    """Raising would only bring it back."""
    s3_event.handler(announcing(aws_event, key), context)

    (line,) = log_lines()
    assert (line["level"], line["key"]) == ("ERROR", key)
    assert messages(cloud) == []


def test_an_object_of_nobody_is_counted(
    cloud: Any, aws_event: AwsEvent, context: Any, metrics: Metrics
) -> None:
    """An alarm can look at it."""
    s3_event.handler(announcing(aws_event, "stray.jpg"), context)

    assert metrics() == {"ObjectAnnounced": [1.0], "UnknownObject": [1.0]}


def test_a_queue_that_does_not_answer_makes_s3_announce_again(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """The event is there already; the next delivery brings the message."""
    name = cloud.settings["QUEUE_URL"].rsplit("/", 1)[-1]
    clients.sqs().delete_queue(QueueUrl=cloud.settings["QUEUE_URL"])
    with pytest.raises(ClientError):
        s3_event.handler(aws_event("s3_object_created"), context)
    clients.sqs().create_queue(QueueName=name)

    s3_event.handler(aws_event("s3_object_created"), context)

    assert cloud.history.load(REF).version == 1
    assert len(messages(cloud)) == 1
