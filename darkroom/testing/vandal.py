"""For tests of what nobody may do: reach behind a store, and change or remove what it keeps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from darkroom.ids import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attributes = dict[str, str | int]


class Vandal(Protocol):
    """Reaches what a store has stored. Attributes are those of `darkroom.history.items`."""

    def look(self, ref: ImageRef, version: int) -> Attributes:
        """Return the item of an event."""
        ...

    def put(self, item: Attributes) -> None:
        """Store an item over whatever is there."""
        ...

    def remove(self, ref: ImageRef, version: int) -> None:
        """Remove an event."""
        ...


@dataclass(frozen=True)
class DynamoVandal:
    """A vandal with all permissions on a table of events."""

    client: "DynamoDBClient"
    table: str

    def look(self, ref: ImageRef, version: int) -> Attributes:
        """Return the item of an event; see Vandal."""
        found = self.client.get_item(TableName=self.table, Key=_key(ref, version))["Item"]
        return {
            name: int(value["N"]) if "N" in value else value["S"] for name, value in found.items()
        }

    def put(self, item: Attributes) -> None:
        """Store an item over whatever is there; see Vandal."""
        typed: Any = {
            name: {"N": str(value)} if isinstance(value, int) else {"S": value}
            for name, value in item.items()
        }
        self.client.put_item(TableName=self.table, Item=typed)

    def remove(self, ref: ImageRef, version: int) -> None:
        """Remove an event; see Vandal."""
        self.client.delete_item(TableName=self.table, Key=_key(ref, version))


def make_table(client: "DynamoDBClient", name: str, *, sort_key: Literal["N", "S"]) -> None:
    """Create a table as the stack has it: `N` (number) for the events, `S` (text) for the views."""
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": sort_key},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _key(ref: ImageRef, version: int) -> Any:
    return {"pk": {"S": ref.stream}, "sk": {"N": str(version)}}
