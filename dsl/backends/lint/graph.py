"""The graph: every target is there, every state is reached, and there is an end."""

from collections.abc import Iterator

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, Scope, routes, scopes

MISSING = "MISSING_TRANSITION_TARGET"


def graph(machine: Json) -> Iterator[Flaw]:
    """Within each scope; no way leads out of one or into another."""
    for scope in scopes(machine):
        yield from _missing(scope)
        yield from _unreachable(scope)
        ends = [
            state
            for state in scope.states.values()
            if state.get("End") or state.get("Type") in ("Succeed", "Fail")
        ]
        if scope.states and not ends:
            yield Flaw(FAILED, "there is no terminal state", scope.at or "/")


def _missing(scope: Scope) -> Iterator[Flaw]:
    if "StartAt" in scope.part and scope.start not in scope.states:
        yield Flaw(MISSING, f"Missing 'StartAt' target: {scope.start}", f"{scope.at}/StartAt")
    for name, state in scope.states.items():
        for route in routes(state):
            if route.target not in scope.states:
                field = route.field.rpartition("/")[2]
                at = f"{scope.at}/States/{name}/{route.field}"
                yield Flaw(MISSING, f"Missing '{field}' target: {route.target}", at)


def _unreachable(scope: Scope) -> Iterator[Flaw]:
    """Yield the states that no way leads to; none if the scope begins nowhere: that is told."""
    if scope.start not in scope.states:
        return
    reached: set[str] = set()
    waiting = [scope.start]
    while waiting:
        name = waiting.pop()
        if name in scope.states and name not in reached:
            reached.add(name)
            waiting.extend(route.target for route in routes(scope.states[name]))
    for name in scope.states:
        if name not in reached:
            yield Flaw(MISSING, f'State "{name}" is not reachable.', f"{scope.at}/States/{name}")
