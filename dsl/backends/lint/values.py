"""Values: what each field may hold, part by part.

Sources: Step Functions guide, "Task workflow state", "Map workflow state", "Wait workflow state",
"Handling errors" and "Passing data between states with variables"; Amazon States Language.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, record, records, scopes

LONGEST_S = 99_999_999  # what AWS takes, and what it takes for a task that does not say
_LONGEST_DELAY_S = 31_622_399  # less than 366 days
_LONGEST_LABEL = 40
_VARIABLE = re.compile(r"(?!states$)[A-Za-z]\w{0,79}")


@dataclass(frozen=True)
class Value:
    """What a field is, in words that stand behind "is", and whether a value is that."""

    words: str
    holds: Callable[[object], bool]


def _whole(least: int, most: int) -> Value:
    def holds(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return Value(f"a whole number from {least} to {most}", holds)


def _number(least: float, most: float | None = None) -> Value:
    def holds(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return least <= value and (most is None or value <= most)

    return Value(f"a number from {least:g}{'' if most is None else f' to {most:g}'}", holds)


def _one_of(*words: str) -> Value:
    return Value(" or ".join(map(repr, words)), lambda value: value in words)


def _asked(value: Value) -> Value:
    """Return what is either `value` or a query for it, which only a run can answer."""
    return Value(f"{value.words}, or a JSONata expression", lambda v: _query(v) or value.holds(v))


def _query(value: object) -> bool:
    return isinstance(value, str) and value.startswith("{%")


def _time(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _variables(value: object) -> bool:
    return isinstance(value, dict) and all(_VARIABLE.fullmatch(str(name)) for name in value)


_NAME = Value("the name of a state", lambda value: isinstance(value, str) and value != "")
_LIST = Value("a list", lambda value: isinstance(value, list))
_ROUTE = {"Next": _NAME, "Assign": Value("an object of variables by name", _variables)}
_END = {"End": Value("true", lambda value: value is True)}
_SECONDS = {"TimeoutSeconds": _whole(1, LONGEST_S)}

VALUES: Mapping[str, Mapping[str, Value]] = {
    "machine": {**_SECONDS, "Version": _one_of("1.0")},
    "state": {**_ROUTE, **_END, "Default": _NAME},
    "Task": {
        **_SECONDS,
        "HeartbeatSeconds": _asked(_whole(1, LONGEST_S)),
        "Resource": Value(
            "an ARN", lambda value: isinstance(value, str) and value.startswith("arn:")
        ),
    },
    "Parallel": {
        "Branches": Value(
            "a list of at least one branch",
            lambda value: (
                isinstance(value, list)
                and value != []
                and all(isinstance(each, dict) for each in value)
            ),
        ),
    },
    "Map": {
        "Items": _asked(_LIST),
        "MaxConcurrency": _asked(_whole(0, LONGEST_S)),
        "ToleratedFailureCount": _asked(_whole(0, LONGEST_S)),
        "ToleratedFailurePercentage": _asked(_number(0, 100)),
        "Label": Value(
            f"a text of at most {_LONGEST_LABEL} characters",
            lambda value: isinstance(value, str) and 0 < len(value) <= _LONGEST_LABEL,
        ),
    },
    "ProcessorConfig": {
        "Mode": _one_of("INLINE", "DISTRIBUTED"),
        "ExecutionType": _one_of("STANDARD", "EXPRESS"),
    },
    "Wait": {
        "Seconds": _asked(_whole(0, LONGEST_S)),
        "Timestamp": _asked(Value("a time with its zone, as 2026-08-01T12:00:00Z", _time)),
    },
    "Retry": {
        "IntervalSeconds": _whole(1, LONGEST_S),
        "MaxAttempts": _whole(0, LONGEST_S),
        "BackoffRate": _number(1),
        "MaxDelaySeconds": _whole(1, _LONGEST_DELAY_S),
        "JitterStrategy": _one_of("FULL", "NONE"),
    },
    "Catch": _ROUTE,
    "Choices": {
        **_ROUTE,
        "Condition": Value(
            "a JSONata expression, true or false",
            lambda value: isinstance(value, bool) or _query(value),
        ),
    },
}
"""By part, a state's type or what all states have; then by field."""


def values(machine: Json) -> Iterator[Flaw]:
    """Every field holds what it may; whether it may be there is told by `fields`."""
    yield from _checked(machine, "machine", "")
    for scope in scopes(machine):
        for name, state in scope.states.items():
            at = f"{scope.at}/States/{name}"
            yield from _checked(state, "state", at)
            yield from _checked(state, str(state.get("Type")), at)
            for part in ("Retry", "Catch", "Choices"):
                for index, each in enumerate(records(state.get(part))):
                    yield from _checked(each, part, f"{at}/{part}[{index}]")
            config = record(record(state.get("ItemProcessor")).get("ProcessorConfig"))
            yield from _checked(config, "ProcessorConfig", f"{at}/ItemProcessor/ProcessorConfig")


def _checked(part: Json, kind: str, at: str) -> Iterator[Flaw]:
    for field, value in VALUES.get(kind, {}).items():
        if field in part and not value.holds(part[field]):
            yield Flaw(FAILED, f"'{field}' is {value.words}", f"{at}/{field}")
