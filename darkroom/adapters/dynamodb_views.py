"""The view store, over a DynamoDB table with the keys `pk` and `sk`, both text.

A row is an item of `pk`, `sk`, `v` (the version it was folded from) and `d` (the row as JSON). Rows
of a generation after the first have its number at the end of `pk`; tombstones have `gone` as well.
"""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from darkroom.ids import ImageRef
from darkroom.images import ImageState
from darkroom.projections import GalleryRow, ImageRow, Page, Row, Usage, usage
from darkroom.projections.paging import check_limit, page, place
from darkroom.projections.rows import gallery_partition, image_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_ABOVE_ALL = "~"  # sorts after every time
_MANY = 1000  # rows a call, some 350 KB, where most may be passed over


@dataclass(frozen=True)
class DynamoViewStore:
    """A ViewStore in one table. The projector needs dynamodb:PutItem; readers GetItem, Query."""

    client: "DynamoDBClient"
    table: str
    generation: int = 1

    def put_if_newer(self, row: Row) -> bool:
        """Store `row` unless the stored one is as new; see ViewStore."""
        pk, sk = row.key
        try:
            self.client.put_item(
                TableName=self.table,
                Item={
                    "pk": {"S": self._partition(pk)},
                    "sk": {"S": sk},
                    "v": {"N": str(row.v)},
                    "d": {"S": row.model_dump_json()},
                    **_tombstone(row),
                },
                ConditionExpression="attribute_not_exists(v) OR v < :v",
                ExpressionAttributeValues={":v": {"N": str(row.v)}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def image(self, ref: ImageRef) -> ImageRow | None:
        """Return the image's row, if it was ever projected."""
        pk, sk = image_key(ref)
        key: dict[str, AttributeValueTypeDef] = {"pk": {"S": self._partition(pk)}, "sk": {"S": sk}}
        found = self.client.get_item(TableName=self.table, Key=key)
        item = found.get("Item")
        return None if item is None else ImageRow.model_validate_json(item["d"]["S"])

    def images_of(
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Return a page of the owner's images, newest first; see ViewStore."""
        check_limit(limit)
        below = _ABOVE_ALL if cursor is None else place(cursor)
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk < :below",
            ExpressionAttributeValues={
                ":pk": {"S": self._partition(gallery_partition(tenant, owner))},
                ":below": {"S": below},
            },
            FilterExpression="attribute_not_exists(gone)",
            ScanIndexForward=False,
            PaginationConfig={"PageSize": limit + 1 if state is None else _MANY},
        )
        items = (item for found in pages for item in found["Items"])
        rows = (GalleryRow.model_validate_json(item["d"]["S"]) for item in items)
        shown = (row for row in rows if state in (None, row.state))
        return page(tuple(islice(shown, limit + 1)), limit)

    def usage_of(self, tenant: str, owner: str) -> Usage:
        """Return what the owner's images amount to, page by page of a megabyte; see ViewStore."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={
                ":pk": {"S": self._partition(gallery_partition(tenant, owner))}
            },
        )
        items = (item for found in pages for item in found["Items"])
        return usage(GalleryRow.model_validate_json(item["d"]["S"]) for item in items)

    def _partition(self, pk: str) -> str:
        return pk if self.generation == 1 else f"{pk}@{self.generation}"


def _tombstone(row: Row) -> "dict[str, AttributeValueTypeDef]":
    return {"gone": {"BOOL": True}} if isinstance(row, GalleryRow) and row.gone else {}


def generation_of(partition: str) -> int:
    """Return the generation of the rows under a partition key; there is no `@` in a name."""
    _, at, number = partition.rpartition("@")
    return int(number) if at else 1
