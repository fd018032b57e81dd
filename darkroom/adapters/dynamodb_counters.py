"""What users were granted, counted in DynamoDB: an item a day and user, and one a reservation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from darkroom.quotas import Amount

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A grant is used within minutes, and a day is over after one: the rest is for whoever looks.
KEPT = timedelta(days=3)


@dataclass(frozen=True)
class DynamoCounters:
    """Counts in one table, whose items expire; it needs dynamodb:UpdateItem and PutItem.

    An item of a day is changed by one conditional update, so DynamoDB puts those who take at one
    time in a line. An update whose reply is lost is sent again and counted twice: that grants less
    than the limit, never more. See Counters for what the methods promise.
    """

    client: "DynamoDBClient"
    table: str
    tenant: str
    clock: Callable[[], datetime]

    def take(self, owner: str, day: str, amount: Amount, limit: Amount) -> bool:
        """Count `amount`, unless the day's count would exceed `limit`; see Counters."""
        left = Amount(limit.uploads - amount.uploads, limit.byte_size - amount.byte_size)
        if left.uploads < 0 or left.byte_size < 0:
            return False
        try:
            self.client.update_item(
                TableName=self.table,
                Key=self._day(owner, day),
                UpdateExpression="ADD uploads :uploads, byte_size :bytes SET expires_at = :expires",
                ConditionExpression="attribute_not_exists(uploads)"
                " OR (uploads <= :uploads_left AND byte_size <= :bytes_left)",
                ExpressionAttributeValues={
                    ":uploads": {"N": str(amount.uploads)},
                    ":bytes": {"N": str(amount.byte_size)},
                    ":uploads_left": {"N": str(left.uploads)},
                    ":bytes_left": {"N": str(left.byte_size)},
                    ":expires": self._expiry(),
                },
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def reserve(self, owner: str, day: str, image_id: str, byte_size: int) -> None:
        """Remember how many of the bytes that were counted are meant for this upload."""
        self.client.put_item(
            TableName=self.table,
            Item={
                **self._grant(owner, image_id),
                "day": {"S": day},
                "reserved": {"N": str(byte_size)},
                "expires_at": self._expiry(),
            },
        )

    def settle(self, owner: str, image_id: str, byte_size: int) -> None:
        """Give back what was reserved for this upload beyond `byte_size`; see Counters."""
        reserved = self._settled(owner, image_id, byte_size)
        if reserved is None or int(reserved["reserved"]["N"]) <= byte_size:
            return
        unused = int(reserved["reserved"]["N"]) - byte_size
        self.client.update_item(
            TableName=self.table,
            Key=self._day(owner, reserved["day"]["S"]),
            UpdateExpression="ADD byte_size :unused",
            ExpressionAttributeValues={":unused": {"N": str(-unused)}},
        )

    def _settled(self, owner: str, image_id: str, byte_size: int) -> dict[str, Any] | None:
        """Note what was uploaded, and return the reservation; None where there is none, or was."""
        try:
            answer = self.client.update_item(
                TableName=self.table,
                Key=self._grant(owner, image_id),
                UpdateExpression="SET uploaded = :bytes",
                ConditionExpression="attribute_exists(reserved) AND attribute_not_exists(uploaded)",
                ExpressionAttributeValues={":bytes": {"N": str(byte_size)}},
                ReturnValues="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return None
        return answer["Attributes"]

    def _day(self, owner: str, day: str) -> Any:
        return {"pk": {"S": f"{self.tenant}#{owner}"}, "sk": {"S": f"day#{day}"}}

    def _grant(self, owner: str, image_id: str) -> Any:
        return {"pk": {"S": f"{self.tenant}#{owner}"}, "sk": {"S": f"grant#{image_id}"}}

    def _expiry(self) -> Any:
        return {"N": str(int((self.clock() + KEPT).timestamp()))}
