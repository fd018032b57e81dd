"""Counters on DynamoDB: exact however many take at one time, and settled once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.dynamodb_counters import KEPT, DynamoCounters
from darkroom.quotas import Amount
from darkroom.testing import make_table
from darkroom.testing.samples import at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ADA, DAY, IMAGE = "ada", "2026-11-24", "01JDA7Q0G0ABCDEFGHJKMNPQRS"
LIMIT = Amount(uploads=20, byte_size=1000)


@pytest.fixture
def counters(dynamodb: "DynamoDBClient") -> DynamoCounters:
    make_table(dynamodb, "counters", sort_key="S")
    return DynamoCounters(dynamodb, "counters", "main", clock=lambda: at(0))


def items(counters: DynamoCounters) -> list[dict[str, Any]]:
    return counters.client.scan(TableName=counters.table)["Items"]


def counted(counters: DynamoCounters) -> Amount:
    """Return what the day's item says."""
    (day,) = (each for each in items(counters) if each["sk"]["S"] == f"day#{DAY}")
    return Amount(int(day["uploads"]["N"]), int(day["byte_size"]["N"]))


def test_fifty_at_one_time_get_exactly_the_twenty_there_are(counters: DynamoCounters) -> None:
    """Thirty are refused, and count nothing."""
    with ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(lambda _: counters.take(ADA, DAY, Amount(1, 10), LIMIT), range(50))
        )

    assert answers.count(True) == 20
    assert counted(counters) == Amount(20, 200)


def test_users_and_days_are_counted_apart(counters: DynamoCounters) -> None:
    """What one has used up is still there for another, and tomorrow."""
    assert counters.take(ADA, DAY, LIMIT, LIMIT)

    assert not counters.take(ADA, DAY, Amount(1, 0), LIMIT)
    assert counters.take("grace", DAY, LIMIT, LIMIT)
    assert counters.take(ADA, "2026-11-25", LIMIT, LIMIT)


@pytest.mark.parametrize("amount", [Amount(21, 0), Amount(1, 1001), Amount(21, 1001)])
def test_more_than_a_whole_day_is_refused_on_a_fresh_one(
    counters: DynamoCounters, amount: Amount
) -> None:
    """There is no item yet that a condition could look at."""
    assert not counters.take(ADA, DAY, amount, LIMIT)
    assert items(counters) == []


def test_what_did_not_arrive_is_given_back_once(counters: DynamoCounters) -> None:
    """S3 announces a second time, and maybe with other bytes."""
    counters.take(ADA, DAY, Amount(1, 900), LIMIT)
    counters.reserve(ADA, DAY, IMAGE, 900)

    for byte_size in (300, 300, 1):
        counters.settle(ADA, IMAGE, byte_size)

    assert counted(counters) == Amount(1, 300)


def test_an_upload_without_a_reservation_changes_nothing(counters: DynamoCounters) -> None:
    """Such as one of a day that is forgotten, or of exactly what was granted."""
    counters.settle(ADA, IMAGE, 300)
    assert items(counters) == []

    counters.take(ADA, DAY, Amount(1, 900), LIMIT)
    counters.reserve(ADA, DAY, IMAGE, 900)
    counters.settle(ADA, IMAGE, 900)

    assert counted(counters) == Amount(1, 900)


def test_every_item_expires(counters: DynamoCounters) -> None:
    """Three days after it was last granted on."""
    counters.take(ADA, DAY, Amount(1, 900), LIMIT)
    counters.reserve(ADA, DAY, IMAGE, 900)

    expiry = str(int((at(0) + KEPT).timestamp()))
    assert [each["expires_at"]["N"] for each in items(counters)] == [expiry] * 2


AMOUNTS = st.lists(st.builds(Amount, st.integers(1, 8), st.integers(0, 400)), max_size=8)


def test_no_sequence_is_granted_more_than_the_limit(counters: DynamoCounters) -> None:
    """A refusal is right, too: the amount would not have fitted."""

    days = count()

    @given(AMOUNTS)
    def whatever(amounts: list[Amount]) -> None:
        day, had = str(next(days)), Amount(0, 0)
        for amount in amounts:
            then = Amount(had.uploads + amount.uploads, had.byte_size + amount.byte_size)
            fits = then.uploads <= LIMIT.uploads and then.byte_size <= LIMIT.byte_size
            assert counters.take(ADA, day, amount, LIMIT) == fits
            had = then if fits else had

    whatever()
