"""A deployment on moto: what the stacks' outputs name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import boto3

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.ids import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Tell = Callable[..., tuple[int, str]]
"""Runs a verb on the deployment; gives its exit status and all that it said."""

QUEUES = {
    "Intake": "QueueUrl",
    "Refold": "RefoldUrl",
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
    def views(self) -> DynamoViewStore:
        """The view store."""
        return DynamoViewStore(self.session.client("dynamodb"), self.outputs["ViewsTable"])

    def change(self, ref: ImageRef, version: int, **attributes: dict[str, str]) -> None:
        """Overwrite attributes of a stored event, as nobody may."""
        client = self.session.client("dynamodb")
        key: Any = {"pk": {"S": ref.stream}, "sk": {"N": str(version)}}
        table = self.outputs["EventsTable"]
        item = client.get_item(TableName=table, Key=key)["Item"]
        client.put_item(TableName=table, Item={**item, **attributes})

    def remove(self, ref: ImageRef, version: int) -> None:
        """Delete a stored event, as nobody may."""
        key: Any = {"pk": {"S": ref.stream}, "sk": {"N": str(version)}}
        table = self.outputs["EventsTable"]
        self.session.client("dynamodb").delete_item(TableName=table, Key=key)

    @property
    def s3(self) -> "S3Client":
        """A client for the bucket of originals."""
        return self.session.client("s3")

    @property
    def sqs(self) -> "SQSClient":
        """A client for the queues."""
        return self.session.client("sqs")


def deploy(session: boto3.Session) -> OnMoto:
    """Make what verbs look into: the tables and the queues."""
    tables: dict[str, Literal["N", "S"]] = {"EventsTable": "N", "ViewsTable": "S"}
    for name, sort_key in tables.items():
        session.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": sort_key},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    sqs = session.client("sqs")
    urls = {output: sqs.create_queue(QueueName=name)["QueueUrl"] for name, output in QUEUES.items()}
    s3 = session.client("s3")
    where: Any = {"LocationConstraint": session.region_name}
    s3.create_bucket(Bucket="originals", CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket="originals", VersioningConfiguration={"Status": "Enabled"})
    tables_and_bucket = {**{name: name for name in tables}, "OriginalsBucket": "originals"}
    return OnMoto(session, {**tables_and_bucket, **urls})
