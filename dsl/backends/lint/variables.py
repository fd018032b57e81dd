"""Variables: what is read was assigned on every way that leads there."""

from collections.abc import Iterator, Mapping

from dsl.backends.lint.parts import Flaw, Json, Scope, routes, scopes
from dsl.backends.lint.queries import Query, queries_of
from dsl.backends.lint.references import references

UNDEFINED = "UNDEFINED_VARIABLE"
# JSONata 2.0.6, without $eval, and what Step Functions adds to it. Source: Step Functions guide,
# "Transforming data with JSONata"; JSONata documentation, "Function library".
_FUNCTIONS = """
    string length substring substringBefore substringAfter uppercase lowercase trim pad contains
    split join match replace base64encode base64decode encodeUrlComponent encodeUrl
    decodeUrlComponent decodeUrl number abs floor ceil round power sqrt random formatNumber
    formatBase formatInteger parseInteger sum max min average boolean not exists count append sort
    reverse shuffle distinct zip keys lookup spread merge sift each error assert type now millis
    fromMillis toMillis map filter single reduce clone
    partition range hash uuid parse
"""
FUNCTIONS = frozenset(f"${name}" for name in _FUNCTIONS.split())

Assigned = frozenset[str]


def variables(machine: Json) -> Iterator[Flaw]:
    """Whoever reads a variable finds it assigned, whichever way the run took."""
    known = _assigned(machine)
    for query in queries_of(machine):
        if query.expression is None:
            continue
        for reference in references(query.expression):
            name = reference.name.removeprefix("$")
            if reference.kind == "function" and reference.name not in FUNCTIONS:
                message = f"Step Functions has no function {reference.name}"
                yield Flaw("UNKNOWN_FUNCTION", message, query.at)
            if reference.kind == "variable" and reference.name not in FUNCTIONS:
                there = known[query.scope.at].get(query.state)
                if there is not None and name not in there:
                    yield Flaw(UNDEFINED, _why(query, name, known), query.at)


def _why(query: Query, name: str, known: Mapping[str, Mapping[str, Assigned]]) -> str:
    scope = query.scope
    while scope.inside:
        outer, state = scope.inside
        if scope.distributed and name in known[outer.at].get(state, frozenset()):
            return f"${name} is assigned outside of the DISTRIBUTED map, which cannot read it"
        scope = outer
    return f"${name} is not assigned on every way to this state"


def _assigned(machine: Json) -> dict[str, dict[str, Assigned]]:
    """Return for each scope, by its place, what is surely assigned where a state is entered."""
    found: dict[str, dict[str, Assigned]] = {}
    for scope in scopes(machine):
        given: Assigned | None = frozenset()
        if scope.inside:
            outer, state = scope.inside
            given = found[outer.at].get(state)
        if given is not None and scope.distributed:
            given = frozenset()
        # What is never reached is told elsewhere; nothing in it is missing anything.
        found[scope.at] = {} if given is None else _entered(scope, given)
    return found


def _entered(scope: Scope, given: Assigned) -> dict[str, Assigned]:
    """Go every way from the scope's start, and keep what all ways to a state have assigned."""
    entered: dict[str, Assigned] = {}
    waiting = [(scope.start, given)]
    while waiting:
        name, there = waiting.pop()
        if name not in scope.states:
            continue
        met = entered.get(name)
        kept = there if met is None else met & there
        if kept != met:
            entered[name] = kept
            waiting.extend(
                (route.target, kept | route.assigned) for route in routes(scope.states[name])
            )
    return entered
