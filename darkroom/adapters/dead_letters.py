"""Queues of dead letters over SQS, and the sources that their letters are sent to again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.ingest import Message
from darkroom.operations.letters import Content, Invocation, Letter, NotSent, Place, Unfolded
from darkroom.projections import Refold, refs_in

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HIDDEN_S = 300
_AT_ONCE = 10  # messages of one call: SQS API reference, ReceiveMessage and batches
# A page of a stream may be empty although more follows; an open shard always has another page.
_PAGES = 20
# Long polling asks all of SQS's servers, and not some of them.
_WAIT_S = 2


@dataclass(frozen=True)
class SqsDeadLetters:
    """Letters of one queue."""

    client: "SQSClient"
    url: str

    def take(self, most: int) -> tuple[Letter, ...]:
        """Return up to `most` letters, each once, hidden from others for five minutes."""
        there = min(most, self._count())
        taken: dict[str, Letter] = {}
        while len(taken) < there:
            found = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(_AT_ONCE, there - len(taken)),
                AttributeNames=["All"],
                VisibilityTimeout=_HIDDEN_S,
                WaitTimeSeconds=_WAIT_S,
            ).get("Messages", [])
            if not found:
                break
            taken |= {each["MessageId"]: _letter(each) for each in found}
        return tuple(sorted(taken.values(), key=lambda letter: letter.since))

    def _count(self) -> int:
        """Return how many letters SQS believes to have: it is right but for the last minute."""
        found = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Show letters to others again, at once."""
        shown = tuple(letters)
        for start in range(0, len(shown), _AT_ONCE):
            self.client.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                    for number, letter in enumerate(shown[start : start + _AT_ONCE])
                ],
            )

    def delete(self, letter: Letter) -> None:
        """Forget a letter for good."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)


def _letter(message: "MessageTypeDef") -> Letter:
    attributes = message["Attributes"]
    return Letter(
        id=message["MessageId"],
        body=message["Body"],
        since=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1e3, UTC),
        received=int(attributes["ApproximateReceiveCount"]),
        receipt=message["ReceiptHandle"],
    )


@dataclass(frozen=True)
class Sources:
    """Where letters came from: two queues, functions, and the events table's stream."""

    sqs: "SQSClient"
    intake_url: str
    refold_url: str
    functions: Any  # boto3's client of Lambda
    streams: Any  # boto3's client of DynamoDB Streams

    def send(self, content: Content) -> None:
        """Send a letter's content to where it came from.

        Raises NotSent for what no source would take, and for what AWS refuses.
        """
        try:
            match content:
                case Message():
                    body = content.model_dump_json()
                    self.sqs.send_message(QueueUrl=self.intake_url, MessageBody=body)
                case Refold():
                    body = content.model_dump_json()
                    self.sqs.send_message(QueueUrl=self.refold_url, MessageBody=body)
                case Invocation():
                    self._call(content)
                case Unfolded():
                    self._fold(content)
                case _:
                    raise NotSent("it is no message of ours, and nothing would take it")
        except ClientError as error:
            told = error.response["Error"]
            raise NotSent(f"{told['Code']}: {told['Message']}") from error

    def _call(self, invocation: Invocation) -> None:
        """Call the function without waiting, as it was called: it is tried three times again."""
        self.functions.invoke(
            FunctionName=invocation.called.function_arn,
            InvocationType="Event",
            Payload=json.dumps(dict(invocation.payload)),
        )

    def _fold(self, unfolded: Unfolded) -> None:
        """Ask for the images of the records to be folded again, as the projector itself does."""
        records = list(self._records(unfolded.place))
        if len(records) < unfolded.place.size:
            # Some of the images would be left out, and the letter is the last that knows of them.
            raise NotSent(f"the stream gave {len(records)} of {unfolded.place.size} records")
        for ref in refs_in(records):
            reason = f"given up by {unfolded.called.function}"
            self.send(Refold(tenant=ref.tenant, image_id=ref.image_id, reason=reason))

    def _records(self, place: Place) -> Iterator[Mapping[str, Any]]:
        """Yield the records between the place's two ends."""
        iterator = self.streams.get_shard_iterator(
            StreamArn=place.stream_arn,
            ShardId=place.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=place.first,
        )["ShardIterator"]
        left, pages = place.size, 0
        while iterator and left > 0 and pages < _PAGES:
            found = self.streams.get_records(ShardIterator=iterator, Limit=left)
            yield from found["Records"]
            left -= len(found["Records"])
            pages += 1
            iterator = found.get("NextShardIterator")
