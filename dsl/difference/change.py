"""A change between two plans: of which kind, to whom, and in words."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Section = Literal["outputs", "accepted", "steps", "functions", "engine"]

Kind = Literal[
    "whole",  # it came or went, or there is but one kind in its section
    "options",  # what a step does
    "control",  # whether, on what and how persistently it is done
    "code",  # the version of what does it, and the files that it reads
    "permissions",  # what a role may do
    "size",  # memory and time of a function
]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Change:
    """One change. A breaking one needs somebody to act: a client, or whoever deploys."""

    section: Section
    kind: Kind
    of: str  # the step, or the stage; "" for the pipeline
    text: str
    breaking: bool = False


def pairs(old: Mapping[K, V], new: Mapping[K, V]) -> Iterator[tuple[K, V | None, V | None]]:
    """Yield each key with what is there before and after: the new ones in order, then the gone."""
    for key in (*new, *(key for key in old if key not in new)):
        yield key, old.get(key), new.get(key)


def from_to(what: str, old: object, new: object) -> str:
    """Return `what: old -> new`; None is nothing."""
    return f"{what}: {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)
