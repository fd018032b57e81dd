"""Work on all cores: the answers in order, and a process that dies takes nobody's but its own."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor

import pytest

from darkroom.local.cores import available, in_order

SLOWLY = "__import__('time').sleep(0.3) or 'first'"
DYING = "__import__('os').kill(__import__('os').getpid(), 9)"


def test_answers_come_in_the_order_of_the_items() -> None:
    """However long each takes."""
    assert list(in_order(eval, [SLOWLY, "2", "3"], 2)) == [(SLOWLY, "first"), ("2", 2), ("3", 3)]


def test_a_process_that_dies_costs_one_item_its_answer() -> None:
    """Those before it, those in hand beside it and those behind it have theirs."""
    items = ["1", "2", DYING, "4", "5"]

    assert [answer for _, answer in in_order(eval, items, 2)] == [1, 2, None, 4, 5]


def test_nothing_to_do_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No items, no answers."""
    monkeypatch.delattr(ProcessPoolExecutor, "__init__")

    assert list(in_order(eval, [], 2)) == []


def test_a_process_has_one_thread_of_libvips_and_is_deaf_to_interrupts() -> None:
    """A core each; Ctrl-C in a terminal reaches all of them, and the first one ends the others."""
    settings = "__import__('os').environ['VIPS_CONCURRENCY']"
    deaf = "__import__('signal').getsignal(2).name"
    before = signal.getsignal(signal.SIGINT)

    assert [answer for _, answer in in_order(eval, [settings, deaf], 1)] == ["1", "SIG_IGN"]
    assert signal.getsignal(signal.SIGINT) is before


def test_the_cores_are_those_that_this_process_may_use() -> None:
    """Not those of the machine, of which a container may have been given a part."""
    assert 1 <= available() <= (os.cpu_count() or 1)
