"""The event store, over a DynamoDB table with the keys `pk` (text) and `sk` (number).

The table is on-demand and has no index. Appending an event is one conditional PutItem: one write
unit, or two for a variant with a long recipe. Loading is one strongly consistent Query a megabyte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended
from darkroom.history.appending import append
from darkroom.history.items import from_item, to_item
from darkroom.ids import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True)
class DynamoEventStore:
    """An EventStore in one table. Needs dynamodb:PutItem and dynamodb:Query, no more."""

    client: "DynamoDBClient"
    table: str

    def load(self, ref: ImageRef) -> Stream:
        """Return the image's whole stream; see EventStore."""
        return Stream(ref, tuple(self.read(ref, after=0)))

    def append(
        self, stream: Stream, event: Event, context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `event` to `stream` as it was loaded; see EventStore."""
        return append(self, stream, event, context, at=at)

    def insert(self, ref: ImageRef, recorded: Recorded) -> Recorded | None:
        """Store `recorded` unless its version is taken; return what takes it, else None.

        That the version before is there needs no check: it was read, and streams only grow.
        """
        try:
            self.client.put_item(
                TableName=self.table,
                Item={name: _typed(value) for name, value in to_item(ref, recorded).items()},
                ConditionExpression="attribute_not_exists(sk)",
                # The item in the way comes with the refusal: no second round trip, no read unit.
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            refusal: Mapping[str, Any] = error.response
            return from_item(_plain(refusal["Item"]))
        return None

    def read(self, ref: ImageRef, *, after: int) -> Iterator[Recorded]:
        """Yield the events with a version above `after`, in order, page by page."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk > :after",
            ExpressionAttributeValues={":pk": {"S": ref.stream}, ":after": {"N": str(after)}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from (from_item(_plain(item)) for item in page["Items"])


def _typed(value: str | int) -> "AttributeValueTypeDef":
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _plain(item: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
