"""Times, amounts and lists are said as people say them."""

from datetime import datetime, timedelta, timezone

import pytest

from darkroom.operations.words import clock_time, counted, listed, span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (9.9994, "9,999 ms"),
        (10, "10.0 s"),
        (119.94, "119.9 s"),
        (120, "2 min"),
        (3599, "1 h 0 min"),
        (3540, "59 min"),
        (7 * 3600 + 125, "7 h 2 min"),
        (47 * 3600 + 60, "47 h"),
        (48 * 3600, "2 d"),
        (-2, "-2,000 ms"),
    ],
)
def test_a_span_is_as_exact_as_it_matters(seconds: float, said: str) -> None:
    """From milliseconds to days; clocks that disagree give a negative one."""
    assert span(timedelta(seconds=seconds)) == said


def test_a_moment_is_said_in_utc_whatever_its_zone() -> None:
    """To the second."""
    moment = datetime(2026, 11, 23, 13, 0, 4, 999, timezone(timedelta(hours=1)))

    assert clock_time(moment) == "2026-11-23 12:00:04 UTC"


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "nothing"), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_names_are_listed_as_in_a_sentence(names: tuple[str, ...], said: str) -> None:
    """With an `and` before the last."""
    assert listed(names) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 events"), (1, "1 event"), (2000, "2,000 events")]
)
def test_a_count_agrees_with_its_noun(number: int, said: str) -> None:
    """One thing, several things."""
    assert counted(number, "event") == said
