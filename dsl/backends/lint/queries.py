"""Queries: JSONata is delimited, and reads only what there is where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, Scope, scopes
from dsl.backends.lint.references import references

UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"
_NESTED = ("Branches", "ItemProcessor", "Next", "Default", "Comment", "Type", "Resource")
_RESULT = ("Task", "Parallel", "Map")


@dataclass(frozen=True)
class Query:
    """A value in a state that may be JSONata, and what of `$states` there is for it."""

    scope: Scope
    state: str
    field: str  # "Catch[0]/Output/given"
    text: str
    members: frozenset[str]

    @property
    def at(self) -> str:
        """Where it stands in the definition."""
        return f"{self.scope.at}/States/{self.state}/{self.field}"

    @property
    def expression(self) -> str | None:
        """The JSONata between `{%` and `%}`, None if the text is no more than a text."""
        if self.text.startswith("{%") and self.text.endswith("%}"):
            return self.text[2:-2]
        return None


def queries(machine: Json) -> Iterator[Flaw]:
    """Every expression is closed, starts from `$states` or a variable, and finds it there."""
    for query in queries_of(machine):
        if query.expression is None:
            if query.text.startswith("{%") or query.text.endswith("%}"):
                yield Flaw(FAILED, "a JSONata expression begins with {% and ends with %}", query.at)
            continue
        for reference in references(query.expression):
            if reference.kind == "bare":
                at_top = "" if reference.name == "$$" else " at the top level"
                message = f"Reference to '{reference.name}'{at_top} is not supported."
                yield Flaw(UNSUPPORTED, message, query.at)
            elif reference.kind == "states" and reference.name not in query.members:
                message = f"Field '$states.{reference.name}' does not exist."
                yield Flaw(UNSUPPORTED, message, query.at)


def queries_of(machine: Json) -> Iterator[Query]:
    """Yield every text in a state that could be JSONata."""
    for scope in scopes(machine):
        for name, state in scope.states.items():
            for field, value in state.items():
                if field not in _NESTED:
                    for place, text in _texts(value, field):
                        members = _members(str(state.get("Type")), place)
                        yield Query(scope, name, place, text, members)


def _texts(value: object, field: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield field, value
        case dict():
            for name, each in value.items():
                yield from _texts(each, f"{field}/{name}")
        case list():
            for index, each in enumerate(value):
                yield from _texts(each, f"{field}[{index}]")


def _members(kind: str, field: str) -> frozenset[str]:
    """Return the members that `$states` has in `field` of a state of type `kind`."""
    first, _, rest = field.partition("/")
    second = rest.partition("/")[0]
    found = {"input", "context"}
    if first in ("Output", "Assign") and kind in _RESULT:
        found.add("result")
    if first.startswith("Catch[") and second in ("Output", "Assign"):
        found.add("errorOutput")
    return frozenset(found)
