"""The event store on the embedded cloud keeps the contract, threads included: nothing takes turns.

It is a second implementation of DynamoDB beside moto: where both agree, it is not by one's mistake.
"""

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.local.cloud import EmbeddedCloud
from darkroom.testing import (
    CapacityCases,
    DecisionCases,
    DynamoVandal,
    EventStoreCases,
    ProjectionCases,
    ReadingCases,
    TamperingCases,
    make_table,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.e2e
numbers = count()


@pytest.fixture(scope="module")
def client() -> Iterator["DynamoDBClient"]:
    """DynamoDB alone: nothing is deployed. No call is ever sent twice."""
    with EmbeddedCloud() as cloud:
        once = Config(retries={"total_max_attempts": 1}, max_pool_connections=16)
        yield boto3.client("dynamodb", config=once, **cloud.client_options)


@pytest.fixture
def store(client: "DynamoDBClient") -> DynamoEventStore:
    table = f"events-{next(numbers)}"
    make_table(client, table, sort_key="N")
    return DynamoEventStore(client, table)


@pytest.fixture
def vandal(store: DynamoEventStore) -> DynamoVandal:
    return DynamoVandal(store.client, store.table)


def view_store(client: "DynamoDBClient") -> DynamoViewStore:
    table = f"views-{next(numbers)}"
    make_table(client, table, sort_key="S")
    return DynamoViewStore(client, table)


@pytest.fixture
def views(client: "DynamoDBClient") -> DynamoViewStore:
    return view_store(client)


@pytest.fixture
def other_views(client: "DynamoDBClient") -> DynamoViewStore:
    return view_store(client)


class TestAppending(EventStoreCases):
    """One event at a time."""


class TestDecisions(DecisionCases):
    """Several events at once."""


class TestReading(ReadingCases):
    """Parts of a history, and all of them."""


class TestTampering(TamperingCases):
    """What was done behind the store."""


class TestCapacity(CapacityCases):
    """By our own counting."""


class TestProjection(ProjectionCases):
    """Both stores together."""
