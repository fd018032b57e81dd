"""The interpreter and moto's agree: two readings of the guide, neither made from the other.

Where they do not, the guide is cited: those machines are not here but in test_machines.py.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from tests.dsl.machines import Execution, run_machine
from tests.dsl.machines.moto import run_by_moto, step_functions

INVOKE = "arn:aws:states:::lambda:invoke"
ALL = ["States.ALL"]


class Throttled(Exception):
    """What a function raises."""


class Timedout(Exception):
    """What another raises."""


class Case(NamedTuple):
    """A machine, what it is given, and what its functions do, invocation by invocation."""

    definition: dict[str, Any]
    given: Any = {"n": 1}  # noqa: RUF012 - never written to
    outcomes: tuple[object, ...] = ()


def task(function: str = "Work", **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": f"${{{function}}}", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        **fields,
        **({} if "Next" in fields else {"End": True}),
    }


def machine(**states: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}


def caught(**fields: Any) -> dict[str, Any]:
    """A task whose first catcher takes `Throttled`, its second all else."""
    first = {"ErrorEquals": ["Throttled"], "Next": "first", **fields}
    return machine(
        a=task(Catch=[first, {"ErrorEquals": ALL, "Next": "second"}]),
        first={"Type": "Succeed", "Output": {"first": "{% $states.input %}"}},
        second={"Type": "Succeed", "Output": {"second": "{% $states.input.Error %}"}},
    )


def choice() -> dict[str, Any]:
    routes = [
        {"Condition": "{% $states.input.n > 4 %}", "Next": "many"},
        {"Condition": "{% $exists($states.input.m) and $states.input.m != null %}", "Next": "two"},
    ]
    return machine(
        a={"Type": "Choice", "Choices": routes, "Default": "few"},
        many={"Type": "Succeed", "Output": {"many": "{% $states.input.n %}"}},
        two={"Type": "Pass", "Output": {"two": "{% $states.input.m %}"}, "End": True},
        few={"Type": "Fail", "Error": "{% $string($states.input.n) %}", "Cause": "few"},
    )


def mapped(**fields: Any) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "e", "States": {"e": task()}}
    return machine(
        m={
            "Type": "Map",
            "Items": "{% $states.input.all %}",
            "ItemSelector": {
                "at": "{% $states.context.Map.Item.Index %}",
                "it": "{% $states.context.Map.Item.Value %}",
                "of": "{% $states.input.name %}",
            },
            "MaxConcurrency": 1,
            "ItemProcessor": processor,
            "Output": {"done": "{% $states.result %}"},
            "Next": "end",
            **fields,
        },
        end={"Type": "Succeed"},
    )


def parallel(**fields: Any) -> dict[str, Any]:
    states = [task("Work"), task("Other"), {"Type": "Pass", "Output": {"p": 3}, "End": True}]
    branches = [
        {"StartAt": f"b{index}", "States": {f"b{index}": state}}
        for index, state in enumerate(states)
    ]
    merged = {"all": "{% $states.result %}", "given": "{% $states.input %}"}
    return machine(
        p={"Type": "Parallel", "Branches": branches, "Output": merged, "Next": "end", **fields},
        end={"Type": "Succeed"},
    )


def queried(**fields: Any) -> dict[str, Any]:
    """A task that catches what an expression of it comes to."""
    route = {"ErrorEquals": ["States.QueryEvaluationError"], "Next": "b"}
    return machine(
        a=task(Catch=[route], **fields),
        b={"Type": "Succeed", "Output": {"error": "{% $states.input.Error %}"}},
    )


RETRY = [
    {"ErrorEquals": ["Throttled"], "MaxAttempts": 2, "IntervalSeconds": 1},
    {"ErrorEquals": ALL, "MaxAttempts": 1},
]
ITEMS = {"all": ["x", "y", "z"], "name": "n"}
UNKNOWN = {"FunctionName": "${Work}", "Payload": "{% $states.input.no %}"}
KEPT = {"was": "{% $states.input.n %}", "error": "{% $states.errorOutput.Error %}"}

CASES: Mapping[str, Case] = {
    "task": Case(machine(a=task(Next="b"), b=task())),
    "retries used up": Case(machine(a=task(Retry=RETRY)), outcomes=(Throttled(),) * 4),
    "retry succeeds": Case(
        machine(a=task(Retry=RETRY)), outcomes=(Throttled(), Throttled(), {"w": 1})
    ),
    "two retriers in turn": Case(
        machine(a=task(Retry=RETRY)), outcomes=(Throttled(), Timedout(), Throttled(), Timedout())
    ),
    "first catcher": Case(caught(), outcomes=(Throttled("told"),)),
    "second catcher": Case(caught(), outcomes=(Timedout("told"),)),
    "catcher's output": Case(caught(Output=KEPT), outcomes=(Throttled(),)),
    "choice, first rule": Case(choice(), {"n": 5}),
    "choice, second rule": Case(choice(), {"n": 1, "m": "it's"}),
    "choice, null is no value": Case(choice(), {"n": 1, "m": None}),
    "choice, default fails": Case(choice(), {"n": 1}),
    "map": Case(mapped(), ITEMS),
    "map over nothing": Case(mapped(MaxConcurrency=0), {"all": [], "name": "n"}),
    "map over no list": Case(mapped(), {"all": {"x": 1}, "name": "n"}),
    "iteration fails": Case(mapped(), ITEMS, ({"w": 1}, Throttled("told"))),
    "map catches": Case(mapped(Catch=[{"ErrorEquals": ALL, "Next": "end"}]), ITEMS, (Timedout(),)),
    "parallel": Case(parallel(), {"n": 2}),
    "branch fails": Case(parallel(), {"n": 2}, (Throttled("told"),)),
    "no value in arguments": Case(queried(Arguments=UNKNOWN)),
    "no value in output": Case(queried(Output="{% $states.result.Payload.no %}")),
}


def functions(case: Case) -> Mapping[str, Callable[[Any], Any]]:
    """`Work` does what comes next, then what the last outcome says; `Other` answers at once."""
    left = list(case.outcomes)

    def work(payload: Any) -> Any:
        if not left:
            return {"got": payload}
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return {"Work": work, "Other": lambda payload: {"other": payload}}


def seen(execution: Execution) -> tuple[object, ...]:
    """All that both tell; branches run at once in moto, so invocations have no order there."""
    work = [payload for function, payload in execution.invocations if function == "Work"]
    return execution.status, execution.output, execution.error, work


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with step_functions() as found:
        yield found


@pytest.mark.parametrize("name", CASES)
def test_both_interpreters_end_alike(
    name: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same status, output, error and payloads."""
    case = CASES[name]

    ours = run_machine(case.definition, functions(case), case.given)
    theirs = run_by_moto(
        case.definition, functions(case), case.given, client=client, patch=monkeypatch
    )

    assert seen(ours) == seen(theirs)


def test_the_cases_end_in_more_ways_than_one() -> None:
    """The comparison would be empty if all of them just succeeded."""
    ends = {
        run_machine(case.definition, functions(case), case.given).error for case in CASES.values()
    }

    assert {None, "Throttled", "Timedout", "1", "States.QueryEvaluationError"} <= ends
