"""The queues of the embedded cloud, seen as its owner."""

import boto3

from darkroom.local.cloud import EmbeddedCloud


def messages_in(cloud: EmbeddedCloud, url: str) -> int:
    """Count the messages of a queue, those that somebody is working on included."""
    answer = boto3.client("sqs", **cloud.client_options).get_queue_attributes(
        QueueUrl=url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(count) for count in answer["Attributes"].values())
