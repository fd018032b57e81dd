"""Lint: what would be wrong with a state machine on AWS, found before it is written.

It holds what no public validator does (variables that nobody assigned, `$states.result` where
there is none yet, `States.ALL` before others, ...) and what those that do say less clearly; where
AWS's own words are known, these are they. Machines are in JSONata throughout.

Sources: Step Functions guide, "Amazon States Language", "Transforming data with JSONata",
"Passing data between states with variables" and "Quotas"; diagnostics of
ValidateStateMachineDefinition as recorded in floci-io/floci#2670, #2735, #2968 and
localstack/localstack#12487.
"""

import json
from collections.abc import Callable, Iterator

from dsl.backends.lint.errors import error_names
from dsl.backends.lint.fields import fields
from dsl.backends.lint.graph import graph
from dsl.backends.lint.kinds import kinds
from dsl.backends.lint.parts import Flaw, Json, scopes
from dsl.backends.lint.queries import queries
from dsl.backends.lint.values import values
from dsl.backends.lint.variables import variables

__all__ = ["RULES", "Flaw", "lint"]

LARGEST = 1_048_576  # bytes of a definition. Source: Step Functions quotas, "Maximum request size"
LONGEST_NAME = 80  # characters of a state's name. Source: Step Functions quotas


def lint(machine: Json) -> tuple[Flaw, ...]:
    """Return everything that is wrong with the definition `machine`, in the order of the rules."""
    return tuple(flaw for rule in RULES for flaw in rule(machine))


def size(machine: Json) -> Iterator[Flaw]:
    """A definition travels in one request."""
    sent = len(json.dumps(machine, ensure_ascii=False, indent=2).encode())
    if sent > LARGEST:
        message = f"the definition has {sent} bytes, at most {LARGEST} are taken"
        yield Flaw("DEFINITION_TOO_LARGE", message, "/")


def names(machine: Json) -> Iterator[Flaw]:
    """Names of states are short, and unique in the whole machine."""
    seen: set[str] = set()
    for scope in scopes(machine):
        for name in scope.states:
            at = f"{scope.at}/States/{name}"
            if len(name) > LONGEST_NAME:
                message = f"State name has {len(name)} characters, at most {LONGEST_NAME} are taken"
                yield Flaw("SCHEMA_VALIDATION_FAILED", message, at)
            if name in seen:
                yield Flaw("DUPLICATE_STATE_NAME", f'State "{name}" is there twice.', at)
            seen.add(name)


RULES: tuple[Callable[[Json], Iterator[Flaw]], ...] = (
    size,
    names,
    fields,
    values,
    kinds,
    graph,
    error_names,
    queries,
    variables,
)
