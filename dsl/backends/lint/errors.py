"""Error names: each retrier and catcher takes some, and the one that takes all comes last."""

from collections.abc import Iterator

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, records, scopes

_ALL = "States.ALL"
# Names that begin so are AWS's. Source: Step Functions guide, "Error names".
_RESERVED = "States."
_KNOWN = {
    _ALL,
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
}


def error_names(machine: Json) -> Iterator[Flaw]:
    """`States.ALL` stands alone in its route, and no route stands behind it."""
    for scope in scopes(machine):
        for name, state in scope.states.items():
            for part in ("Retry", "Catch"):
                at = f"{scope.at}/States/{name}/{part}"
                yield from _routes(records(state.get(part)), at)


def _routes(found: tuple[Json, ...], at: str) -> Iterator[Flaw]:
    for index, route in enumerate(found):
        place = f"{at}[{index}]/ErrorEquals"
        errors = route.get("ErrorEquals")
        named = isinstance(errors, list) and all(isinstance(each, str) for each in errors)
        if not errors or not named:
            yield Flaw(FAILED, "'ErrorEquals' is a list of at least one error", place)
            continue
        if _ALL in errors and len(errors) > 1:
            yield Flaw(FAILED, f"'{_ALL}' must appear alone", place)
        if _ALL in errors and index < len(found) - 1:
            yield Flaw(FAILED, f"'{_ALL}' must appear last: what is behind it is dead", place)
        for error in map(str, errors):
            if error.startswith(_RESERVED) and error not in _KNOWN:
                yield Flaw(FAILED, f"there is no error '{error}'", place)
