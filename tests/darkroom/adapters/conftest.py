"""DynamoDB on moto: a client, and the two tables as the stack makes them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import boto3
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Shared, since a session keeps the service's model, which takes long to read."""
    return boto3.Session("test", "test", region_name="eu-central-1")


@pytest.fixture
def dynamodb(session: boto3.Session) -> Iterator["DynamoDBClient"]:
    with mock_aws():
        client = session.client("dynamodb")
        _create(client, "events", "N")
        _create(client, "views", "S")
        yield client


def _create(client: "DynamoDBClient", name: str, sort_key: Literal["N", "S"]) -> None:
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
