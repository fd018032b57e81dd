"""Indentation that is missing: which lines below an empty key were meant to be its value."""

from collections.abc import Sequence as Items
from itertools import takewhile

from dsl.keys import STEP_KEYS, TOP_KEYS
from dsl.tree import Entry

_HOLDING = ("steps", "accept", "defaults", "with", "variants", "retry")


def belonging(key: str, below: Items[Entry]) -> tuple[Entry, ...]:
    """Return the entries right below the empty `key`, beside it, that can only be its own.

    Behind `steps:`, those are what a pipeline has no key for; behind `with:`, what a step has
    none for; and behind a step's name, the keys of a step.
    """
    if key in _HOLDING:
        level = TOP_KEYS if key in TOP_KEYS else STEP_KEYS
        return tuple(takewhile(lambda entry: entry.key not in level, below))
    if key in TOP_KEYS or key in STEP_KEYS:
        return ()
    return tuple(takewhile(lambda entry: entry.key in STEP_KEYS, below))
