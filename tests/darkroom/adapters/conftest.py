"""DynamoDB on moto: a client, and tables as the stack makes them."""

import inspect
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from moto import mock_aws

from darkroom.testing import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Shared, since a session keeps the service's model, which takes long to read."""
    return boto3.Session("test", "test", region_name="eu-central-1")


class TakingTurns:
    """A client whose calls come one at a time.

    moto looks at a condition and then writes, without a lock between: two threads may both find
    it to hold, which DynamoDB rules out. What is between the calls still races.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._turn = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        return self._taking_a_turn(attribute) if inspect.ismethod(attribute) else attribute

    def _taking_a_turn(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            with self._turn:
                return call(*given, **named)

        return called


@pytest.fixture
def dynamodb(session: boto3.Session) -> Iterator["DynamoDBClient"]:
    with mock_aws():
        client = session.client("dynamodb")
        make_table(client, "events", sort_key="N")
        make_table(client, "views", sort_key="S")
        make_table(client, "other-views", sort_key="S")
        yield cast("DynamoDBClient", TakingTurns(client))
