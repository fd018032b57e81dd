"""A deployment on moto: what the stacks' outputs name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from darkroom.adapters.dynamodb_events import DynamoEventStore

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Tell = Callable[..., tuple[int, str]]
"""Runs a verb on the deployment; gives its exit status and all that it said."""

QUEUES = {
    "Intake": "QueueUrl",
    "Dead": "DeadLettersUrl",
    "Unannounced": "UnannouncedUrl",
    "Unfolded": "UnfoldedUrl",
}


@dataclass(frozen=True)
class OnMoto:
    """The deployment `dev`, as its owner sees it."""

    session: boto3.Session
    outputs: dict[str, str]

    @property
    def history(self) -> DynamoEventStore:
        """The event store."""
        return DynamoEventStore(self.session.client("dynamodb"), self.outputs["EventsTable"])

    @property
    def sqs(self) -> "SQSClient":
        """A client for the queues."""
        return self.session.client("sqs")


def deploy(session: boto3.Session) -> OnMoto:
    """Make what verbs look into: the table of events and the queues."""
    table = session.client("dynamodb").create_table(
        TableName="darkroom-events",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    sqs = session.client("sqs")
    urls = {output: sqs.create_queue(QueueName=name)["QueueUrl"] for name, output in QUEUES.items()}
    return OnMoto(session, {"EventsTable": table["TableDescription"]["TableName"], **urls})
