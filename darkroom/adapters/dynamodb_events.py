"""The event store, over a DynamoDB table with the keys `pk` (text) and `sk` (number).

The table is on-demand and has no index. Appending an event is one conditional PutItem: one write
unit, or two for a variant with a long recipe. Several at once are a transaction of such puts, at
twice the price. Loading is one strongly consistent Query a megabyte.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended, Units
from darkroom.history.appending import append, read_on
from darkroom.history.capacity import Meter
from darkroom.history.items import from_item, to_item
from darkroom.ids import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef

logger = logging.getLogger(__name__)

# Somebody else's write to the same item was under way: DynamoDB API reference, PutItem and
# TransactWriteItems. Neither is retried by boto.
_BUSY = frozenset({"TransactionConflict", "TransactionConflictException"})
_REFUSED = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
_BEYOND_ALL = 10**12  # versions: no stream gets so far


@dataclass(frozen=True)
class DynamoEventStore:
    """An EventStore in one table.

    Needs dynamodb:PutItem and dynamodb:Query, and no more; whoever asks for `refs`, Scan too.
    """

    client: "DynamoDBClient"
    table: str
    meter: Meter = field(default_factory=Meter, compare=False, repr=False)

    @property
    def spent(self) -> Units:
        """The units of capacity spent; see EventStore. What `refs` scans is not counted."""
        return self.meter.spent

    def load(self, ref: ImageRef) -> Stream:
        """Return the image's whole stream; see EventStore."""
        return read_on(self, Stream(ref))

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `events` to `stream` as it was loaded; see EventStore."""
        return append(self, stream, events, context, at=at)

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        """Store `recorded`, all or none, unless a version is taken; return what takes it.

        That the version before is there needs no check: it was read, and streams only grow.
        """
        items = [to_item(ref, each) for each in recorded]
        self.meter.count_write(items)
        puts = [self._put(item) for item in items]
        try:
            if len(puts) == 1:
                self.client.put_item(**puts[0])
            else:
                # boto gives the call a token and sends it again with the same: one that did its
                # work and lost its reply is then no conflict with itself.
                self.client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
        except ClientError as error:
            return _blockers(error)
        return None

    def read(
        self,
        ref: ImageRef,
        *,
        after: int = 0,
        up_to: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Recorded]:
        """Yield events of the stream, page by page; see EventStore."""
        first, last = after + 1, _BEYOND_ALL if up_to is None else up_to
        if limit == 0 or last < first:  # DynamoDB refuses to be asked for nothing
            return
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": ref.stream},
                ":first": {"N": str(first)},
                ":last": {"N": str(last)},
            },
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            PaginationConfig={} if limit is None else {"MaxItems": limit, "PageSize": limit},
        )
        for page in pages:
            items = [_plain(item) for item in page["Items"]]
            self.meter.count_read(items)
            yield from map(from_item, items)

    def refs(self) -> Iterator[ImageRef]:
        """Yield every image that has a history; see EventStore."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table, ProjectionExpression="pk", ConsistentRead=True
        )
        streams = (item["pk"]["S"] for page in pages for item in page["Items"])
        # A scan goes through the table partition by partition: the items of one are together.
        for stream, _ in groupby(streams):
            try:
                yield ImageRef.of_stream(stream)
            except ValueError:
                logger.warning("the events table has a key that is no image's: %s", stream)

    def _put(self, item: Mapping[str, str | int]) -> "PutTypeDef":
        return {
            "TableName": self.table,
            "Item": {name: _typed(value) for name, value in item.items()},
            "ConditionExpression": "attribute_not_exists(sk)",
            # The item in the way comes with the refusal: no second round trip, no read unit.
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _blockers(error: ClientError) -> tuple[Recorded, ...]:
    """Return what was in the way of a write, as far as the refusal tells.

    Raises `error` where the write was refused for another reason than a version that is taken.
    """
    refusal: Mapping[str, Any] = error.response
    reasons = refusal.get("CancellationReasons") or [
        {"Code": refusal["Error"]["Code"], "Item": refusal.get("Item")}
    ]
    codes = {reason["Code"] for reason in reasons} - {"None"}
    if not codes or not codes <= _BUSY | _REFUSED:
        raise error
    return tuple(from_item(_plain(reason["Item"])) for reason in reasons if reason.get("Item"))


def _typed(value: str | int) -> "AttributeValueTypeDef":
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _plain(item: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
