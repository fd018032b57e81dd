"""The same work for many things, a few at a time."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

AT_ONCE = 4
"""Things that are worked on at one time: more would only share the same line."""

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(
    work: Callable[[T], R], things: Sequence[T], stop: Callable[[], object] = lambda: None
) -> Generator[R, None, None]:
    """Yield what `work` makes of each thing, as soon as it does.

    Whoever stops asking, or is interrupted, leaves undone what has not begun; `stop` is called
    then, and at the end, for what has: it is waited for.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            calls = [pool.submit(work, thing) for thing in things]
            for call in as_completed(calls):
                yield call.result()
        finally:
            stop()
            pool.shutdown(wait=False, cancel_futures=True)
