"""Letters are taken whole and given back; each kind goes to the source that it came from."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from darkroom.adapters.dead_letters import Sources, SqsDeadLetters
from darkroom.ingest import Message
from darkroom.operations.letters import NotSent, Unreadable, read
from darkroom.projections import Refold
from darkroom.testing.samples import REF, another_image

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AwsEvent = Callable[[str], dict[str, Any]]
MESSAGE = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")


@pytest.fixture
def sqs(session: boto3.Session) -> Iterator["SQSClient"]:
    with mock_aws():
        yield session.client("sqs")


@pytest.fixture
def url(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName="dead")["QueueUrl"]


@pytest.fixture
def box(sqs: "SQSClient", url: str) -> SqsDeadLetters:
    return SqsDeadLetters(sqs, url)


@pytest.fixture
def functions(session: boto3.Session) -> Iterator[Stubber]:
    with Stubber(session.client("lambda")) as stub:  # type: ignore[call-overload]
        yield stub


@pytest.fixture
def streams(session: boto3.Session) -> Iterator[Stubber]:
    with Stubber(session.client("dynamodbstreams")) as stub:  # type: ignore[call-overload]
        yield stub


@pytest.fixture
def sources(sqs: "SQSClient", functions: Stubber, streams: Stubber) -> Sources:
    intake, refold = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("intake", "refold"))
    return Sources(sqs, intake, refold, functions.client, streams.client)


def fill(box: SqsDeadLetters, count: int) -> None:
    for number in range(count):
        box.client.send_message(QueueUrl=box.url, MessageBody=f"letter {number}")


def test_all_letters_are_taken_each_once(box: SqsDeadLetters) -> None:
    """More than SQS gives in one answer; meanwhile nobody else sees them."""
    fill(box, 23)

    letters = box.take(1000)

    assert {letter.body for letter in letters} == {f"letter {number}" for number in range(23)}
    assert len(letters) == 23
    assert {letter.received for letter in letters} == {1}
    assert box.take(1000) == ()


def test_no_more_are_taken_than_asked_for(box: SqsDeadLetters) -> None:
    """The others stay in sight."""
    fill(box, 13)

    assert len(box.take(12)) == 12
    assert len(box.take(12)) == 1


def test_letters_given_back_are_there_at_once_and_count_the_look(box: SqsDeadLetters) -> None:
    """SQS counts every look as a time that they were received."""
    fill(box, 12)

    box.give_back(box.take(20))

    assert [letter.received for letter in box.take(20)] == [2] * 12


def test_a_deleted_letter_is_gone(box: SqsDeadLetters) -> None:
    """And no other with it."""
    fill(box, 2)
    first, second = box.take(10)

    box.delete(first)
    box.give_back([second])

    assert [letter.id for letter in box.take(10)] == [second.id]


def test_a_message_goes_back_to_the_intake_queue(sources: Sources) -> None:
    """As it was: the orchestrator knows what has been done of it."""
    sources.send(MESSAGE)

    (received,) = sources.sqs.receive_message(QueueUrl=sources.intake_url)["Messages"]
    assert Message.model_validate_json(received["Body"]) == MESSAGE


def test_an_image_goes_back_to_the_queue_of_those_to_be_folded(sources: Sources) -> None:
    """As it was: it asks for the same at any time."""
    refold = Refold(tenant=REF.tenant, image_id=REF.image_id, reason="why")

    sources.send(refold)

    (received,) = sources.sqs.receive_message(QueueUrl=sources.refold_url)["Messages"]
    assert Refold.model_validate_json(received["Body"]) == refold


def test_a_failed_call_is_made_again_without_waiting(
    sources: Sources, functions: Stubber, aws_event: AwsEvent
) -> None:
    """Of the same function with the same payload; Lambda tries it three times."""
    record = aws_event("failed_call") | {"requestPayload": aws_event("s3_object_created")}
    functions.add_response(
        "invoke",
        {"StatusCode": 202},
        {
            "FunctionName": record["requestContext"]["functionArn"],
            "InvocationType": "Event",
            "Payload": json.dumps(record["requestPayload"]),
        },
    )

    sources.send(read(json.dumps(record)))

    functions.assert_no_pending_responses()


def give(streams: Stubber, *pages: int) -> None:
    """Let the stream give so many records a page, each of another image."""
    streams.add_response("get_shard_iterator", {"ShardIterator": "i"})
    numbers = count()
    for size in pages:
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"pk": {"S": another_image(next(numbers)).stream}, "sk": {"N": "1"}},
                    "SequenceNumber": "8" * 21,
                },
            }
            for _ in range(size)
        ]
        streams.add_response("get_records", {"Records": records, "NextShardIterator": "i"})


def test_the_images_of_records_that_were_given_up_are_to_be_folded_again(
    sources: Sources, functions: Stubber, streams: Stubber, aws_event: AwsEvent
) -> None:
    """Read from the stream, over empty pages; each goes the way that an image goes by itself."""
    give(streams, 2, 0, 1)

    sources.send(read(json.dumps(aws_event("given_up_records"))))

    found = sources.sqs.receive_message(QueueUrl=sources.refold_url, MaxNumberOfMessages=10)
    refolds = [Refold.model_validate_json(each["Body"]) for each in found["Messages"]]
    assert {each.ref for each in refolds} == {another_image(number) for number in range(3)}
    assert len(refolds) == 3
    assert {each.reason.partition(" by ")[0] for each in refolds} == {"given up"}
    functions.assert_no_pending_responses()
    streams.assert_no_pending_responses()


def test_records_that_the_stream_has_not_all_of_stay(
    sources: Sources, streams: Stubber, aws_event: AwsEvent
) -> None:
    """Which images the others are about, nobody would know any more."""
    give(streams, 2, *[0] * 19)

    with pytest.raises(NotSent, match="the stream gave 2 of 3 records"):
        sources.send(read(json.dumps(aws_event("given_up_records"))))


def test_records_that_the_stream_has_forgotten_stay(
    sources: Sources, streams: Stubber, aws_event: AwsEvent
) -> None:
    """It keeps them for a day; AWS's own words say so."""
    streams.add_client_error("get_shard_iterator", "TrimmedDataAccessException", "beyond the trim")

    with pytest.raises(NotSent, match="TrimmedDataAccessException: beyond the trim"):
        sources.send(read(json.dumps(aws_event("given_up_records"))))


def test_what_is_no_message_of_ours_is_sent_nowhere(sources: Sources) -> None:
    """It would only come back."""
    with pytest.raises(NotSent, match="no message of ours"):
        sources.send(Unreadable("garbage"))
