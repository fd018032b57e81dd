"""The generations of the views, all in one DynamoDB table, with an item that says which there are.

That item has the key `generations`, `generations`; the partition keys of rows end in `@` and the
number of their generation, but for the first, whose rows were there before there was another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.table import BatchWriter
from botocore.exceptions import ClientError

from darkroom.adapters.dynamodb_bookmark import NAME as _BOOKMARK
from darkroom.adapters.dynamodb_views import DynamoViewStore, generation_of
from darkroom.projections import Generations

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_NAME = "generations"


@dataclass(frozen=True)
class DynamoGenerations:
    """A GenerationStore in one table.

    The projector needs dynamodb:GetItem and PutItem; readers GetItem and Query; a rebuild Scan and
    BatchWriteItem besides.
    """

    client: "DynamoDBClient"
    table: str

    def current(self) -> Generations:
        """Return which generations there are; see GenerationStore."""
        found = self.client.get_item(
            TableName=self.table,
            Key={"pk": {"S": _NAME}, "sk": {"S": _NAME}},
            ConsistentRead=True,
        )
        item = found.get("Item")
        return Generations() if item is None else _read(item)

    def change(self, seen: Generations, then: Generations) -> bool:
        """Keep `then`, if `seen` is what is kept; see GenerationStore."""
        # By value, not by spelling: what other code keeps beside these is none of our business.
        kept = "live = :live AND building = :building AND made = :made"
        first = seen == Generations()
        try:
            self.client.put_item(
                TableName=self.table,
                Item={"pk": {"S": _NAME}, "sk": {"S": _NAME}, **_written(then)},
                ConditionExpression=f"attribute_not_exists(live) OR ({kept})" if first else kept,
                ExpressionAttributeValues={f":{name}": it for name, it in _written(seen).items()},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def views(self, generation: int) -> DynamoViewStore:
        """Return the views of one generation; see GenerationStore."""
        return DynamoViewStore(self.client, self.table, generation)

    def remove_before(self, generation: int) -> int:
        """Remove all rows of older generations; see GenerationStore."""
        removed = 0
        with BatchWriter(self.table, self.client) as batch:
            for pk, sk in self._keys():
                if pk not in {_NAME, _BOOKMARK} and generation_of(pk) < generation:
                    batch.delete_item(Key={"pk": {"S": pk}, "sk": {"S": sk}})
                    removed += 1
        return removed

    def _keys(self) -> Iterator[tuple[str, str]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table, ProjectionExpression="pk, sk"
        )
        for page in pages:
            for item in page["Items"]:
                yield item["pk"]["S"], item["sk"]["S"]


def _written(generations: Generations) -> dict[str, "AttributeValueTypeDef"]:
    """Return the attributes that the generations are kept as; zero is none in the making."""
    numbers = {
        "live": generations.live,
        "building": generations.building or 0,
        "made": generations.made,
    }
    return {name: {"N": str(number)} for name, number in numbers.items()}


def _read(item: Mapping[str, Any]) -> Generations:
    live, building, made = (int(item[name]["N"]) for name in ("live", "building", "made"))
    return Generations(live, building or None, made)
