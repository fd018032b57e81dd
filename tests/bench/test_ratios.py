"""The bench's arithmetic; how long anything takes is never asserted."""

import pytest

from bench.measure import Measured, middle
from bench.ratios import BARS, share, times_as_fast, verdicts


def took(ms: float, mb: float = 100) -> Measured:
    return Measured(cpu_ms=ms, wall_ms=ms * 2, peak_mb=mb, bytes=1000)


def test_half_the_time_is_twice_as_fast() -> None:
    """As sharp, unless another is named."""
    taken = {"darkroom": took(100), "sharp": took(200), "pillow": took(400)}

    assert times_as_fast(taken, "darkroom") == 2
    assert times_as_fast(taken, "pillow") == 0.5
    assert times_as_fast(taken, "darkroom", "pillow") == 4


def test_rounds_are_told_by_their_middle() -> None:
    """One that something disturbed does not count."""
    found = middle([took(100, 50), took(900, 90), took(110, 60)])

    assert found == Measured(cpu_ms=110, wall_ms=220, peak_mb=60, bytes=1000)


def test_only_cases_that_were_measured_are_held_to_a_bar() -> None:
    """With `--only`, or with somebody's own photos, there may be none."""
    taken = {"darkroom": took(100), "sharp": took(150), "pillow": took(500)}

    found = verdicts({"jpeg-6mp": taken})

    assert [(bar.against, bar.times, times) for bar, times in found] == [
        ("sharp", 1.2, 1.5),
        ("pillow", 4.0, 5.0),
    ]
    assert verdicts({}) == []
    assert len(BARS) == 4


def test_the_share_is_what_the_pictures_take_by_themselves() -> None:
    """80 pictures of 100 ms in ten seconds: a fifth went elsewhere."""
    assert share(100, 80, 10_000) == pytest.approx(0.8)
