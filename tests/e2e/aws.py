"""What lies in the deployment, seen from behind the API as its owner."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Aws:
    """Buckets and queues of one deployment."""

    cloud: EmbeddedCloud
    deployed: Outputs

    @cached_property
    def s3(self) -> "S3Client":
        """A client with all permissions."""
        return boto3.client("s3", **self.cloud.client_options)

    def keys_in(self, bucket: str) -> set[str]:
        """Return the keys of all objects."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {each["Key"] for page in pages for each in page.get("Contents", [])}

    def messages_in(self, url: str) -> int:
        """Count the messages of a queue, hidden ones included."""
        sqs = boto3.client("sqs", **self.cloud.client_options)
        attributes = sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())
