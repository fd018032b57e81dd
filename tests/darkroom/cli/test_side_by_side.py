"""A few things at a time, and no more of them once nobody asks."""

from threading import Event, Lock, active_count

import pytest

from darkroom.cli.side_by_side import AT_ONCE, side_by_side


def test_all_are_done_and_never_more_at_a_time_than_said() -> None:
    """In any order."""
    lock, at_once, most = Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        Event().wait(0.001)
        with lock:
            at_once -= 1
        return number

    assert sorted(side_by_side(work, range(40))) == list(range(40))
    assert most <= AT_ONCE


def test_whoever_breaks_off_waits_for_nothing_that_can_be_stopped() -> None:
    """What was begun is stopped, what was not is left, and no thread stays."""
    before, stopped, begun = active_count(), Event(), []

    def work(number: int) -> int:
        begun.append(number)
        if number:
            stopped.wait(60)
        return number

    results = side_by_side(work, range(100), stopped.set)
    assert next(results) == 0
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)

    assert len(begun) < 20
    assert active_count() == before
