"""A deployment on moto: what the stacks' outputs name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.cli import deployment
from darkroom.ids import ImageRef
from darkroom.testing import DynamoVandal, make_table

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

    @property
    def vandal(self) -> DynamoVandal:
        """Somebody who changes and deletes stored events, as nobody may."""
        return DynamoVandal(self.session.client("dynamodb"), self.outputs["EventsTable"])

    def change(self, ref: ImageRef, version: int, **attributes: str) -> None:
        """Overwrite attributes of a stored event."""
        self.vandal.put({**self.vandal.look(ref, version), **attributes})

    @property
    def s3(self) -> "S3Client":
        """A client for the bucket of originals."""
        return self.session.client("s3")

    @property
    def sqs(self) -> "SQSClient":
        """A client for the queues."""
        return self.session.client("sqs")


@contextmanager
def on_moto() -> Iterator[OnMoto]:
    """A deployment to `dev`, in eu-central-1, which verbs find."""
    session = _session()
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        made = _deploy(session)
        patch.setattr(deployment, "session_of", lambda _: session)
        # moto's CloudFormation wants more packages than we have: test_deployment.py answers for it.
        patch.setattr(deployment, "outputs_of", lambda *_: made.outputs)
        yield made


@cache
def _session() -> boto3.Session:
    """Shared, since a session keeps the services' models, which take long to read."""
    return boto3.Session("test", "test", region_name="eu-central-1")


def _deploy(session: boto3.Session) -> OnMoto:
    """Make what verbs look into: the tables and the queues."""
    dynamodb = session.client("dynamodb")
    make_table(dynamodb, "EventsTable", sort_key="N")
    make_table(dynamodb, "ViewsTable", sort_key="S")
    sqs = session.client("sqs")
    urls = {output: sqs.create_queue(QueueName=name)["QueueUrl"] for name, output in QUEUES.items()}
    s3 = session.client("s3")
    where: Any = {"LocationConstraint": session.region_name}
    for bucket in ("originals", "variants"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket="originals", VersioningConfiguration={"Status": "Enabled"})
    named = {name: name for name in ("EventsTable", "ViewsTable")}
    buckets = {"OriginalsBucket": "originals", "VariantsBucket": "variants"}
    return OnMoto(session, {**named, **buckets, **urls})
