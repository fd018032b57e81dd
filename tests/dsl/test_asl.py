"""State machines: what Step Functions refuses is not written, by our own rules and by others'."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.static_analyser.static_analyser import StaticAnalyser
from statelint.linter import Linter

from darkroom.plan import Plan, Retry, Stage
from dsl.backends.asl import INFRASTRUCTURE, state_machine, state_name
from dsl.compile import compile_source
from dsl.draft import Plugins
from steps import plugins as real_plugins

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))


@pytest.fixture(params=[*FIXTURES, ROOT / "pipeline.yaml"], ids=lambda path: path.stem)
def plan(request: pytest.FixtureRequest, plugins: Plugins) -> Plan:
    path: Path = request.param
    known = real_plugins.find() if path.parent == ROOT else plugins
    return compile_source(path.read_text("utf-8"), path.name, known).plan


def two_stages(plan: Plan) -> Plan:
    """The plan as it will be when passes split it: everything is written for several stages."""
    second = Stage(
        id="second", steps=("more",), memory_mb=512, timeout_s=3, retry=Retry(attempts=1)
    )
    return plan.model_copy(update={"stages": (*plan.stages, second), "worst_case_s": 299})


@pytest.fixture(params=[lambda plan: plan, two_stages], ids=["as-compiled", "two-stages"])
def machine(request: pytest.FixtureRequest, plan: Plan) -> dict[str, Any]:
    return state_machine(request.param(plan))


def tasks(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (state for state in machine["States"].values() if state["Type"] == "Task")


def targets(state: dict[str, Any]) -> Iterator[str]:
    routes = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    yield from (route["Next"] for route in routes if "Next" in route)
    if "Default" in state:
        yield state["Default"]


def test_statelint_has_no_complaint(machine: dict[str, Any]) -> None:
    """An independent reading of the language's specification."""
    assert Linter.validate(machine) == []


def test_motos_parser_accepts_it(machine: dict[str, Any]) -> None:
    """The grammar of the emulator that AWS users test with."""
    # moto keeps state of the last definition in a class attribute: one bad machine spoils others.
    Preprocessor._query_language_per_scope.clear()

    StaticAnalyser().analyse(json.dumps(machine))


def test_every_state_is_reached_and_every_target_is_there(machine: dict[str, Any]) -> None:
    """No dead ends and no loose ends."""
    states = machine["States"]
    reached, waiting = set(), [machine["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(targets(states[name]))

    assert reached == set(states)


def test_states_all_stands_alone_and_last(machine: dict[str, Any]) -> None:
    """Before others it would swallow them; AWS refuses it in company."""
    for state in tasks(machine):
        for routes in (state["Retry"], state["Catch"]):
            errors = [route["ErrorEquals"] for route in routes]
            assert errors in ([], [list(INFRASTRUCTURE), ["States.ALL"]])


def test_a_task_names_a_published_version_by_substitution(machine: dict[str, Any]) -> None:
    """What is in flight finishes on the code that it began with."""
    for state in tasks(machine):
        assert state["Resource"] == "arn:aws:states:::lambda:invoke"
        assert state["Arguments"]["FunctionName"].startswith("${StageFunction_")
        assert "$states.result" not in json.dumps(state["Arguments"])


def test_the_machine_ends_no_later_than_the_plan_says(plan: Plan) -> None:
    """Whoever waits for a run can rely on the plan's worst case."""
    assert state_machine(plan)["TimeoutSeconds"] == plan.worst_case_s < 300


def test_an_only_attempt_is_not_retried(plan: Plan) -> None:
    """`attempts` counts tries, so one means none more."""
    once = plan.stages[0].model_copy(update={"retry": Retry(attempts=1)})

    machine = state_machine(plan.model_copy(update={"stages": (once,)}))

    assert [state["Retry"] for state in tasks(machine)] == [[]]


def test_names_of_states_fit_the_console() -> None:
    """At most 80 characters, however many steps a stage has and however long their names are."""
    steps = tuple(f"{index}{'s' * 38}" for index in range(100, 130))
    long = Stage(id="long", steps=steps, memory_mb=128, timeout_s=1)

    assert state_name(long).endswith("and 29 more steps")
    assert len(f"after {state_name(long)}") <= 80
