"""The parts of a definition: scopes of states, and the ways between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Flaw:
    """Something wrong: AWS's code for it, or ours, what it is, and where, as AWS writes places."""

    code: str
    message: str
    at: str  # "/States/a/Next"

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.at}"


@dataclass(frozen=True)
class Scope:
    """States that may lead to each other: the machine's, a branch's, or an item processor's."""

    at: str  # "" for the machine
    part: Json
    inside: tuple["Scope", str] | None = None  # the scope and the state that it belongs to

    @cached_property
    def states(self) -> Mapping[str, Json]:
        """The states by name; what is no state is left out, `fields` reports it."""
        found = record(self.part.get("States"))
        return {name: state for name, state in found.items() if isinstance(state, dict)}

    @property
    def start(self) -> str:
        """The name of the state where it begins; empty if it does not say."""
        return str(self.part.get("StartAt", ""))

    @property
    def distributed(self) -> bool:
        """Whether each item is an execution of its own."""
        return record(self.part.get("ProcessorConfig")).get("Mode") == "DISTRIBUTED"


@dataclass(frozen=True)
class Route:
    """A way from one state to another, and what is assigned on it."""

    field: str  # "Next", "Catch[0]/Next", "Choices[1]/Next", "Default"
    target: str
    assigned: frozenset[str]


def scopes(machine: Json) -> Iterator[Scope]:
    """Yield the machine's scope and all within it, each before those inside it."""
    yield from _scopes(Scope("", machine))


def routes(state: Json) -> Iterator[Route]:
    """Yield every way out of `state`."""
    own = frozenset(record(state.get("Assign")))
    for field in ("Next", "Default"):
        if field in state:
            yield Route(field, str(state[field]), own)
    for part in ("Choices", "Catch"):
        for index, each in enumerate(records(state.get(part))):
            if "Next" in each:
                assigned = frozenset(record(each.get("Assign")))
                yield Route(f"{part}[{index}]/Next", str(each["Next"]), assigned)


def records(value: object) -> tuple[Json, ...]:
    """Return the objects in the list `value`; none if it is no list."""
    found = value if isinstance(value, list) else []
    return tuple(each for each in found if isinstance(each, dict))


def record(value: object) -> Json:
    """Return the object `value`; an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def _scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for name, state in scope.states.items():
        at = f"{scope.at}/States/{name}"
        for index, branch in enumerate(records(state.get("Branches"))):
            yield from _scopes(Scope(f"{at}/Branches[{index}]", branch, (scope, name)))
        if processor := record(state.get("ItemProcessor")):
            yield from _scopes(Scope(f"{at}/ItemProcessor", processor, (scope, name)))
