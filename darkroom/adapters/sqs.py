"""Queues of messages, over SQS: uploads to be processed, and images to be folded again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from darkroom.ingest import Message
from darkroom.projections import Refold

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class SqsQueue:
    """Sends messages to one queue."""

    client: "SQSClient"
    url: str

    def send(self, message: Message | Refold, *, after_s: int = 0) -> None:
        """Enqueue `message`, at least once, to be received after so many seconds (at most 900)."""
        self.client.send_message(
            QueueUrl=self.url, MessageBody=message.model_dump_json(), DelaySeconds=after_s
        )

    def is_empty(self) -> bool:
        """Whether nothing waits to be received, as far as SQS knows: its count is approximate."""
        found = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return found["Attributes"]["ApproximateNumberOfMessages"] == "0"
