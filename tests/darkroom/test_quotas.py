"""Quotas: a day of a user's ends at midnight in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import TooManyRequests
from darkroom.quotas import Amount, Quota

LIMIT = Amount(uploads=3, byte_size=1000)


@dataclass
class Heard:
    """Remembers what it was asked, and answers always the same."""

    answer: bool = True
    taken: list[tuple[str, str, Amount, Amount]] = field(default_factory=list)
    reserved: list[tuple[str, str, str, int]] = field(default_factory=list)

    def take(self, owner: str, day: str, amount: Amount, limit: Amount) -> bool:
        self.taken.append((owner, day, amount, limit))
        return self.answer

    def reserve(self, owner: str, day: str, image_id: str, byte_size: int) -> None:
        self.reserved.append((owner, day, image_id, byte_size))

    def settle(self, owner: str, image_id: str, byte_size: int) -> None:
        raise AssertionError("nothing arrived")


def taken(counters: Heard, moment: datetime, byte_sizes: Mapping[str, int]) -> None:
    quota = Quota(LIMIT, counters, clock=lambda: moment)
    quota.take("ada", byte_sizes, may_be_less=byte_sizes)


def test_several_uploads_are_taken_at_once_and_reserved_one_by_one() -> None:
    """All of them or none; each by its own bytes."""
    counters = Heard()

    taken(counters, datetime(2026, 11, 24, 12, tzinfo=UTC), {"one": 400, "two": 500})

    assert counters.taken == [("ada", "2026-11-24", Amount(2, 900), LIMIT)]
    assert counters.reserved == [
        ("ada", "2026-11-24", "one", 400),
        ("ada", "2026-11-24", "two", 500),
    ]


def test_the_day_is_that_of_utc_wherever_the_clock_is() -> None:
    """At half past ten in New York the next day has begun."""
    counters = Heard()
    new_york = timezone(timedelta(hours=-5))

    taken(counters, datetime(2026, 11, 24, 22, 30, tzinfo=new_york), {"one": 1})

    ((_, day, _, _),) = counters.taken
    assert day == "2026-11-25"


def test_what_is_exact_is_not_reserved() -> None:
    """Only what may turn out to be less is: nobody else has anything to get back."""
    counters = Heard()
    quota = Quota(LIMIT, counters, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))

    quota.take("ada", {"one": 400, "two": 500}, may_be_less=["two"])

    assert counters.reserved == [("ada", "2026-11-24", "two", 500)]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=800)))
def test_whoever_waits_as_long_as_told_asks_on_the_next_day(age: timedelta) -> None:
    """And not a second before it; nothing is reserved."""
    counters, moment = Heard(answer=False), datetime(2026, 11, 24, tzinfo=UTC) + age

    with pytest.raises(TooManyRequests) as refused:
        taken(counters, moment, {"one": 1})

    again = moment + timedelta(seconds=refused.value.retry_after_s)
    assert again.date() == moment.date() + timedelta(days=1)
    assert (again - timedelta(seconds=1)).date() == moment.date()
    assert refused.value.facts == {"uploads_a_day": 3, "bytes_a_day": 1000}
    assert counters.reserved == []
