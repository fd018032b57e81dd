"""What lies in the deployment, seen from behind the API as its owner."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.adapters.sqs import SqsQueue
from darkroom.handlers.clients import now
from darkroom.ids import ImageRef, parse_original_key
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs
from darkroom.local.queues import messages_in
from darkroom.projections import Refold

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


# What the platform, and not the function, writes.
_PLATFORM = ("START ", "END ", "REPORT ")
# The function that sets the bucket's notification as the stack is deployed is CDK's.
_NOT_OURS = "Notifier"


@dataclass(frozen=True)
class Aws:
    """Buckets and queues of one deployment."""

    cloud: EmbeddedCloud
    deployed: Outputs

    @cached_property
    def s3(self) -> "S3Client":
        """A client with all permissions."""
        return boto3.client("s3", **self.cloud.client_options)

    @cached_property
    def history(self) -> DynamoEventStore:
        """The event store."""
        return DynamoEventStore(self._dynamodb, self._table("Events"))

    @cached_property
    def views(self) -> DynamoGenerations:
        """The generations of the views."""
        return DynamoGenerations(self._dynamodb, self._table("Views"))

    @cached_property
    def counters(self) -> DynamoCounters:
        """What users were granted."""
        return DynamoCounters(self._dynamodb, self._table("Counters"), "main", now)

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        return boto3.client("dynamodb", **self.cloud.client_options)

    def _table(self, name: str) -> str:
        (found,) = (each for each in self._dynamodb.list_tables()["TableNames"] if name in each)
        return found

    def bytes_granted(self, key: str) -> int:
        """Count the bytes that the owner of an original was granted, on all days together."""
        owner = {":owner": {"S": f"main#{parse_original_key(key).owner}"}, ":days": {"S": "day#"}}
        found = self._dynamodb.query(
            TableName=self._table("Counters"),
            KeyConditionExpression="pk = :owner AND begins_with(sk, :days)",
            ExpressionAttributeValues=owner,
        )
        return sum(int(day["byte_size"]["N"]) for day in found["Items"])

    def log_lines(self) -> list[str]:
        """Return all that our functions have written so far; not what the platform writes."""
        logs = boto3.client("logs", **self.cloud.client_options)
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        return [
            event["message"].strip()
            for group in groups
            if _NOT_OURS not in group
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            for event in page["events"]
            if not event["message"].startswith(_PLATFORM)
        ]

    def stored(self) -> str:
        """Return all items of all tables: events, views and counts."""
        found = [
            self._dynamodb.scan(TableName=name)["Items"]
            for name in self._dynamodb.list_tables()["TableNames"]
        ]
        return json.dumps(found, default=str)

    def keys_in(self, bucket: str) -> set[str]:
        """Return the keys of all objects."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {each["Key"] for page in pages for each in page.get("Contents", [])}

    def originals_of(self, image_id: str) -> list[str]:
        """Return the versions of an image's original."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.deployed.originals_bucket
        )
        versions = (each for page in pages for each in page.get("Versions", []))
        return [each["VersionId"] for each in versions if each["Key"].endswith(image_id)]

    def left_one_original(self, image_id: str, within_s: float = 60.0) -> None:
        """Wait until one version is left of an image's original: the image itself."""
        deadline = time.monotonic() + within_s
        while len(self.originals_of(image_id)) > 1:
            assert time.monotonic() < deadline, "a second original is not removed"
            time.sleep(0.2)

    def messages_in(self, url: str) -> int:
        """Count the messages of a queue, hidden ones included."""
        return messages_in(self.cloud, url)

    def refold(self, ref: ImageRef) -> None:
        """Have the image folded again, and wait until it is."""
        message = Refold(tenant=ref.tenant, image_id=ref.image_id, reason="to see it done")
        sqs = boto3.client("sqs", **self.cloud.client_options)
        SqsQueue(sqs, self.deployed.refold_url).send(message)
        self._emptied(self.deployed.refold_url, 60.0)

    def reconcile(self) -> None:
        """Call the function that looks for what was lost, as the clock does."""
        client = boto3.client("lambda", **self.cloud.client_options)
        names = (found["FunctionName"] for found in client.list_functions()["Functions"])
        (name,) = (name for name in names if "Reconciler" in name)
        assert "FunctionError" not in client.invoke(FunctionName=name, Payload=b"{}")

    def drained(self, within_s: float = 60.0) -> None:
        """Wait until the intake queue holds nothing, so that what failed has come to its end."""
        self._emptied(self.deployed.queue_url, within_s)

    def _emptied(self, url: str, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while self.messages_in(url):
            assert time.monotonic() < deadline, f"{url} does not drain"
            time.sleep(0.2)
