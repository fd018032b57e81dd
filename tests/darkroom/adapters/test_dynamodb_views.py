"""The view store on DynamoDB keeps the contract."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.testing import ViewStoreCases
from darkroom.testing.samples import REF
from darkroom.testing.view_store import image_row, tombstone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TestDynamoViewStore(ViewStoreCases):
    @pytest.fixture
    def store(self, dynamodb: "DynamoDBClient") -> DynamoViewStore:
        return DynamoViewStore(dynamodb, "views")


def test_a_row_is_found_under_the_documented_keys(dynamodb: "DynamoDBClient") -> None:
    """One item a row, with the version as a number: the guard compares it."""
    DynamoViewStore(dynamodb, "views").put_if_newer(image_row(v=3))

    item = dynamodb.get_item(TableName="views", Key={"pk": {"S": REF.stream}, "sk": {"S": "view"}})[
        "Item"
    ]

    assert item["v"] == {"N": "3"}
    assert set(item) == {"pk", "sk", "v", "d"}


def test_a_tombstone_is_an_item_that_says_so(dynamodb: "DynamoDBClient") -> None:
    """Lists leave it out by that attribute; nothing removes it, there is no time to live."""
    DynamoViewStore(dynamodb, "views").put_if_newer(tombstone(1, v=2))

    (item,) = dynamodb.scan(TableName="views")["Items"]

    assert item["gone"] == {"BOOL": True}
    assert set(item) == {"pk", "sk", "v", "d", "gone"}


def test_what_the_table_refuses_for_other_reasons_is_raised(dynamodb: "DynamoDBClient") -> None:
    """A throttle or a missing table is no older row."""
    with pytest.raises(ClientError, match="ResourceNotFound"):
        DynamoViewStore(dynamodb, "no-such-table").put_if_newer(image_row())
