"""Cores: work on many items in processes of their own, one for each core, answers in order."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import TypeVar

from steps.allocator import KEEPS_MEMORY

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def available() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    work: Callable[[Item], Answer], items: Iterable[Item], processes: int
) -> Iterator[tuple[Item, Answer | None]]:
    """Yield each item with what `work` answers to it, in the order of the items.

    None stands for the answer where a process died of the item: a crash, or too little memory.
    The others then go on in new processes. `work`, items and answers are pickled, and `work` has
    to be safe to repeat: what was in hand as a process died is done again.
    """
    waiting = list(items)
    while waiting:
        answered = 0
        for answer in _answers(work, waiting, processes):
            yield waiting[answered], answer
            answered += 1
        waiting = waiting[answered:]
        if waiting:
            # One of those in hand, not known which: this one alone tells whether it was it.
            suspect = waiting.pop(0)
            yield suspect, next(_answers(work, [suspect], 1), None)


def _answers(work: Callable[[Item], Answer], items: list[Item], processes: int) -> Iterator[Answer]:
    """Yield the answers, in order, up to an item at which a process died."""
    # spawn: libvips has threads by the time the first process starts, and forks lose those.
    pool = ProcessPoolExecutor(
        min(processes, len(items)), mp_context=get_context("spawn"), initializer=_begin
    )
    try:
        with _without_interrupts(), _environment():
            answers = pool.map(work, items)
        yield from answers
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Set up a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """End this process as the one that started it does, which may be killed."""
    first = parent_process()
    if first is not None:
        first.join()
        os._exit(1)


_ENVIRONMENT = {**KEEPS_MEMORY, "VIPS_CONCURRENCY": "1"}  # threads of libvips: a core has one


@contextmanager
def _environment() -> Iterator[None]:
    """Have processes that are started here read those variables."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have processes that are started here be deaf to Ctrl-C: the first one ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
