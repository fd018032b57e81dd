"""The interpreter of compiled machines does what the Step Functions guide says."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from dsl.backends.asl import state_machine
from dsl.compile import compile_source
from steps import plugins
from tests.dsl.machines import Execution, LambdaError, OutsideSubset, run_machine

ROOT = Path(__file__).parents[2]
INVOKE = "arn:aws:states:::lambda:invoke"


def task(**fields: Any) -> dict[str, Any]:
    arguments = {"FunctionName": "${Work}", "Payload": "{% $states.input %}"}
    done = {"Output": "{% $states.result.Payload %}"} | fields
    ends = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, **done, **ends}


def machine(**states: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}


def failing(*outcomes: object) -> Callable[[Any], Any]:
    """A function that raises, or answers, what comes next; the last one for ever."""
    left = list(outcomes)

    def work(payload: Any) -> Any:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return work


def run(definition: dict[str, Any], given: Any = None, *outcomes: object) -> Execution:
    work = failing(*outcomes) if outcomes else lambda payload: payload
    return run_machine(definition, {"Work": work}, given)


THROTTLED = LambdaError("Lambda.TooManyRequestsException", "slow down")


def test_a_function_gets_its_payload_and_its_answer_goes_on() -> None:
    """By copy: nobody else sees what it does to it."""
    given = {"n": 1}

    execution = run_machine(machine(a=task()), {"Work": lambda hand: hand | {"m": 2}}, given)

    assert execution.status == "SUCCEEDED"
    assert execution.output == {"n": 1, "m": 2}
    assert execution.invocations == (("Work", {"n": 1}),)
    assert execution.visited == ("a",)
    assert given == {"n": 1}


def test_a_retrier_gives_as_many_further_attempts_as_it_says() -> None:
    """MaxAttempts does not count the first; the wait grows by the rate."""
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 3}]

    execution = run(machine(a=task(Retry=retry)), {}, THROTTLED)

    assert len(execution.invocations) == 3
    assert execution.waited_s == 3 + 6
    assert (execution.status, execution.error) == ("FAILED", "Lambda.TooManyRequestsException")
    assert execution.cause == "slow down"


def test_a_later_attempt_may_succeed() -> None:
    """Its answer is the state's."""
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]

    assert run(machine(a=task(Retry=retry)), {}, THROTTLED, "well").output == "well"


def test_each_retrier_counts_for_itself_and_only_the_first_that_matches() -> None:
    """Errors of two kinds in turn use up both."""
    retry = [
        {"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1},
    ]

    same = run(machine(a=task(Retry=retry)), {}, THROTTLED)
    mixed = run(machine(a=task(Retry=retry)), {}, THROTTLED, ValueError("x"), THROTTLED)

    assert len(same.invocations) == 2
    assert len(mixed.invocations) == 3


def test_the_first_catcher_that_matches_takes_the_error() -> None:
    """After the retries; without an output of its own it hands on the error."""
    states = machine(
        a=task(
            Retry=[{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}],
            Catch=[
                {"ErrorEquals": ["Lambda.Unknown"], "Next": "no"},
                {"ErrorEquals": ["States.Timeout", "States.TaskFailed"], "Next": "yes"},
                {"ErrorEquals": ["States.ALL"], "Next": "no"},
            ],
        ),
        no={"Type": "Fail"},
        yes={"Type": "Succeed"},
    )

    execution = run(states, {}, LambdaError("States.Timeout", "late"))

    assert len(execution.invocations) == 2
    assert execution.visited == ("a", "yes")
    assert execution.output == {"Error": "States.Timeout", "Cause": "late"}


def test_a_catchers_output_may_keep_the_input() -> None:
    """What the state was given is still known where it failed."""
    route = {
        "ErrorEquals": ["States.ALL"],
        "Next": "b",
        "Output": {"given": "{% $states.input.n %}", "error": "{% $states.errorOutput.Error %}"},
    }

    execution = run(machine(a=task(Catch=[route]), b={"Type": "Succeed"}), {"n": 7}, ValueError())

    assert execution.output == {"given": 7, "error": "ValueError"}


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        (["States.TaskFailed"], "Sandbox.Timedout", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["Runtime.ExitError"], "Runtime.HandlerError", False),
    ],
)
def test_wildcards_take_what_the_guide_says(names: list[str], error: str, caught: bool) -> None:
    """Two names stand for many, and neither for all."""
    route = {"ErrorEquals": names, "Next": "b"}
    states = machine(a=task(Catch=[route]), b={"Type": "Succeed"})

    assert (run(states, {}, LambdaError(error)).status == "SUCCEEDED") is caught


def choice(*conditions: str, **fields: Any) -> dict[str, Any]:
    routes = [
        {"Condition": f"{{% {condition} %}}", "Next": f"c{index}"}
        for index, condition in enumerate(conditions)
    ]
    ends = {f"c{index}": {"Type": "Succeed"} for index in range(len(routes))}
    return machine(a={"Type": "Choice", "Choices": routes, **fields}, **ends, d={"Type": "Pass"})


@pytest.mark.parametrize(("n", "end"), [(5, "c0"), (2, "c1"), (0, "d")])
def test_a_choice_takes_the_first_rule_that_holds_or_the_default(n: int, end: str) -> None:
    """In the order in which they are written."""
    states = choice("$states.input.n > 4", "$states.input.n > 1", Default="d")

    execution = run(states, {"n": n})

    assert execution.visited == ("a", end)
    assert execution.output == {"n": n}


def test_a_choice_without_a_rule_that_holds_fails() -> None:
    """If it has no default."""
    assert run(choice("false")).error == "States.NoChoiceMatched"


@pytest.mark.parametrize("condition", ["$states.input.nothing", "'true'", "$nothing()", "1 +", "1"])
def test_a_condition_is_true_or_false(condition: str) -> None:
    """Anything else fails the machine, and no Catch is there to help."""
    assert run(choice(condition, Default="d"), {}).error == "States.QueryEvaluationError"


def test_null_is_a_value_and_nothing_is_none() -> None:
    """One goes on, the other is an error that can be caught."""
    given = {"here": None}

    assert run(machine(a=task(Output="{% $states.input.here %}")), given).output is None
    assert run(machine(a=task(Output="{% $states.input.gone %}")), given).error == (
        "States.QueryEvaluationError"
    )


def inline(**fields: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "each",
        "States": {"each": task()},
    }
    state = {"Type": "Map", "Items": "{% $states.input.all %}", "ItemProcessor": processor}
    return machine(m=state | fields | ({} if "Next" in fields else {"End": True}))


def test_a_map_gives_the_outputs_in_order() -> None:
    """Each item is shaped by the selector, which sees the map's own input."""
    selector = {"at": "{% $states.context.Map.Item.Index %}", "of": "{% $states.input.name %}",
                "it": "{% $states.context.Map.Item.Value %}"}  # fmt: skip

    execution = run(inline(ItemSelector=selector), {"all": ["x", "y"], "name": "n"})

    assert execution.output == [
        {"at": 0, "of": "n", "it": "x"},
        {"at": 1, "of": "n", "it": "y"},
    ]
    assert execution.visited == ("m", "each", "each")


def test_a_map_over_nothing_gives_nothing() -> None:
    """No iteration, and no error."""
    execution = run(inline(), {"all": []})

    assert (execution.output, execution.invocations) == ([], ())


def test_a_map_over_no_list_fails() -> None:
    """One item is not taken for a list of it."""
    assert run(inline(), {"all": 1}).error == "States.QueryEvaluationError"


def test_an_iteration_that_fails_fails_the_map() -> None:
    """By its own error, which the map may catch."""
    route = {"ErrorEquals": ["ValueError"], "Next": "end"}
    caught = inline(Catch=[route])
    caught["States"]["end"] = {"Type": "Succeed"}

    assert run(inline(), {"all": [1, 2]}, 1, ValueError("x")).error == "ValueError"
    assert run(caught, {"all": [1, 2]}, ValueError("x")).visited == ("m", "each", "end")


def parallel(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    branches = [
        {"StartAt": f"b{index}", "States": {f"b{index}": state}}
        for index, state in enumerate(states)
    ]
    return machine(p={"Type": "Parallel", "Branches": branches, "End": True, **fields})


def test_branches_all_get_the_input_and_give_a_list() -> None:
    """In the order of the branches."""
    execution = run(parallel(task(), task(Output=2), Output="{% $states.result %}"), {"n": 1})

    assert execution.output == [{"n": 1}, 2]
    assert execution.visited == ("p", "b0", "b1")


def test_a_branch_that_fails_fails_its_parallel() -> None:
    """A Fail state in it as well; tried again, all branches are."""
    ends = {"Type": "Fail", "Error": "{% $states.input.why %}", "Cause": "told"}
    retry = [{"ErrorEquals": ["no"], "MaxAttempts": 1}]

    execution = run(parallel(task(), ends, Retry=retry), {"why": "no"})

    assert (execution.error, execution.cause) == ("no", "told")
    assert execution.visited == ("p", "b0", "b1", "b0", "b1")


def test_what_is_too_large_does_not_travel() -> None:
    """256 KiB, measured in UTF-8; no wildcard catches it."""
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "b"}]
    states = machine(a=task(Catch=catch), b={"Type": "Succeed"})

    assert run(states, {}, "é" * 131_071).status == "FAILED"
    assert run(machine(a=task()), {}, "x" * 200_000).status == "SUCCEEDED"
    assert run(states, {}, "é" * 131_072).error == "States.DataLimitExceeded"


def strange() -> Iterable[tuple[str, dict[str, Any]]]:
    yield "Assign", machine(a={"Type": "Pass", "End": True, "Assign": {"x": 1}})
    yield "Wait", machine(a={"Type": "Wait", "Seconds": 1, "End": True})
    yield "Label", inline(Label="x")
    yield "HeartbeatSeconds", machine(a=task(HeartbeatSeconds=1))
    yield "Assign", machine(a=task(Catch=[{"ErrorEquals": ["x"], "Next": "a", "Assign": {}}]))
    yield "JSONata", machine(a=task()) | {"QueryLanguage": "JSONPath"}
    yield "putItem", machine(a=task(Resource="arn:aws:states:::dynamodb:putItem"))
    yield "Qualifier", machine(a=task(Arguments={"FunctionName": "x", "Qualifier": "1"}))
    yield "QueryLanguage", parallel({"Type": "Pass", "QueryLanguage": "JSONata", "End": True})


@pytest.mark.parametrize(("named", "definition"), list(strange()))
def test_what_is_not_executed_is_refused(named: str, definition: dict[str, Any]) -> None:
    """Before anything runs, also in a state that would not be reached."""
    with pytest.raises(OutsideSubset, match=named):
        run(definition)


def test_a_tests_own_complaint_goes_through() -> None:
    """Neither an assertion in a function nor a missing function is an error of the machine's."""
    with pytest.raises(AssertionError, match="told"):
        run(machine(a=task()), {}, AssertionError("told"))
    with pytest.raises(KeyError, match="Work"):
        run_machine(machine(a=task()), {}, {})


def test_a_machine_without_an_end_is_noticed() -> None:
    """Rather than waited for."""
    with pytest.raises(AssertionError, match="does not end"):
        run(machine(a={"Type": "Pass", "Next": "a"}))


@pytest.mark.parametrize(
    ("outcome", "end"), [("done", "All stages done"), ("rejected", "Image rejected")]
)
def test_the_shipped_machine_ends_by_the_outcome_of_its_stage(outcome: str, end: str) -> None:
    """What `make generate` writes is what is executed."""
    text = (ROOT / "pipeline.yaml").read_text("utf-8")
    plan = compile_source(text, "pipeline.yaml", plugins.find()).plan
    stage = {f"StageFunction_{plan.stages[0].id}": lambda hand: {"outcome": outcome}}

    execution = run_machine(state_machine(plan), stage, {})

    assert execution.visited[-1] == end
    assert execution.status == "SUCCEEDED"
