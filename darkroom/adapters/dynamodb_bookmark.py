"""How far the originals have been looked at: one item in the table of views, and none of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "reconciled"
"""The partition and sort key of the item: no row of a view has such a one."""


@dataclass(frozen=True)
class DynamoBookmark:
    """Keeps one place in a listing; it needs dynamodb:GetItem and PutItem."""

    client: "DynamoDBClient"
    table: str

    def read(self) -> str:
        """Return the place that was kept last; empty, for the beginning, where none was.

        Or one that was kept before it: a part of a round is then done twice, which is no harm.
        """
        found = self.client.get_item(
            TableName=self.table, Key={"pk": {"S": NAME}, "sk": {"S": NAME}}
        )
        item = found.get("Item")
        return "" if item is None else item["after"]["S"]

    def keep(self, place: str) -> None:
        """Keep `place`, whatever was kept before: to begin elsewhere loses nothing."""
        self.client.put_item(
            TableName=self.table,
            Item={"pk": {"S": NAME}, "sk": {"S": NAME}, "after": {"S": place}},
        )
