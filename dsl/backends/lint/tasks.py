"""Tasks: each names its function, and none may run for ever."""

from collections.abc import Iterator

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, record, scopes

INVOKE = "arn:aws:states:::lambda:invoke"
_LONGEST_S = 99_999_999  # what AWS takes, and what it takes for a task that does not say


def tasks(machine: Json) -> Iterator[Flaw]:
    """A task says how long it may take; one that invokes a function says which."""
    for scope in scopes(machine):
        for name, state in scope.states.items():
            if state.get("Type") == "Task":
                yield from _task(state, f"{scope.at}/States/{name}")


def _task(state: Json, at: str) -> Iterator[Flaw]:
    limit = state.get("TimeoutSeconds")
    if limit is None:
        message = f"Field 'TimeoutSeconds' is required: without it a task takes {_LONGEST_S} s"
        yield Flaw("MISSING_TIMEOUT", message, at)
    elif isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _LONGEST_S:
        message = f"'TimeoutSeconds' is a whole number from 1 to {_LONGEST_S}"
        yield Flaw(FAILED, message, f"{at}/TimeoutSeconds")
    if str(state.get("Resource")).startswith(INVOKE) and not record(state.get("Arguments")).get(
        "FunctionName"
    ):
        yield Flaw(FAILED, "Field 'FunctionName' is required", f"{at}/Arguments")
