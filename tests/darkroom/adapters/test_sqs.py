"""The queue on SQS carries messages that the orchestrator reads back."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from darkroom.adapters.sqs import SqsQueue
from darkroom.ingest import Message
from darkroom.testing.samples import REF

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MESSAGE = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")


@pytest.fixture
def sqs(session: boto3.Session) -> Iterator["SQSClient"]:
    with mock_aws():
        yield session.client("sqs")


def test_a_message_reads_back_as_it_was_sent(sqs: "SQSClient") -> None:
    """As JSON; sent twice, it is there twice, for the orchestrator to make one of."""
    url = sqs.create_queue(QueueName="intake")["QueueUrl"]
    queue = SqsQueue(sqs, url)

    queue.send(MESSAGE)
    queue.send(MESSAGE)

    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [Message.model_validate(json.loads(each["Body"])) for each in received] == [MESSAGE] * 2


def test_a_queue_that_is_not_there_is_an_error(sqs: "SQSClient") -> None:
    """A lost message is an image that is never processed: S3 has to announce it again."""
    queue = SqsQueue(sqs, "https://sqs.eu-central-1.amazonaws.com/123456789012/no-such-queue")

    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        queue.send(MESSAGE)
