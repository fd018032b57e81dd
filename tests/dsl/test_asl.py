"""State machines: what Step Functions refuses is not written, by our own rules and by others'."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from statelint.linter import Linter

from darkroom.plan import Plan, Retry
from dsl.backends.asl import state_machine
from dsl.backends.retries import INFRASTRUCTURE
from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins
from steps import plugins as real_plugins
from tests.dsl.conftest import Compile

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))


@pytest.fixture(params=[*FIXTURES, ROOT / "pipeline.yaml"], ids=lambda path: path.stem)
def compiled_file(request: pytest.FixtureRequest, plugins: Plugins) -> Compiled:
    path: Path = request.param
    known = real_plugins.find() if path.parent == ROOT else plugins
    return compile_source(path.read_text("utf-8"), path.name, known)


@pytest.fixture(params=["plan", "unfused"])
def plan(request: pytest.FixtureRequest, compiled_file: Compiled) -> Plan:
    """The plan as it is deployed, and with every node in an invocation of its own."""
    found: Plan = getattr(compiled_file, request.param)
    return found


@pytest.fixture
def machine(plan: Plan) -> dict[str, Any]:
    return state_machine(plan)


def parts(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the machine, and every branch and item processor in it: what has states."""
    yield machine
    for state in machine["States"].values():
        for part in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from parts(part)


def tasks(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    states = (state for part in parts(machine) for state in part["States"].values())
    return (state for state in states if state["Type"] == "Task")


def targets(state: dict[str, Any]) -> Iterator[str]:
    routes = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    yield from (route["Next"] for route in routes if "Next" in route)
    if "Default" in state:
        yield state["Default"]


def test_statelint_has_no_complaint(machine: dict[str, Any]) -> None:
    """An independent reading of the language's specification."""
    assert Linter.validate(machine) == []


def test_every_state_is_reached_and_every_target_is_there(machine: dict[str, Any]) -> None:
    """No dead ends and no loose ends; and no two states of a machine have one name."""
    every = [name for part in parts(machine) for name in part["States"]]
    for part in parts(machine):
        states, reached, waiting = part["States"], set(), [part["StartAt"]]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(targets(states[name]))

        assert reached == set(states)
    assert len(set(every)) == len(every)
    assert max(map(len, every)) <= 80


def test_states_all_stands_alone_and_last(machine: dict[str, Any]) -> None:
    """Before others it would swallow them; AWS refuses it in company."""
    for state in tasks(machine):
        for routes in (state["Retry"], state["Catch"]):
            errors = [route["ErrorEquals"] for route in routes]
            assert errors == [] or errors[-1] == ["States.ALL"]
            named = [error for route in errors[:-1] for error in route]
            assert named in ([], list(INFRASTRUCTURE))


def test_a_task_names_a_published_version_by_substitution(machine: dict[str, Any]) -> None:
    """What is in flight finishes on the code that it began with."""
    for state in tasks(machine):
        assert state["Resource"] == "arn:aws:states:::lambda:invoke"
        assert state["Arguments"]["FunctionName"].startswith("${StageFunction_")
        assert "$states.result" not in json.dumps(state["Arguments"])


def test_the_machine_ends_no_later_than_the_plan_says(compiled_file: Compiled) -> None:
    """Whoever waits for a run can rely on the plan's worst case; Express ends all at 300 s."""
    plan = compiled_file.plan

    assert state_machine(plan)["TimeoutSeconds"] == plan.worst_case_s
    assert (plan.worst_case_s < 300) == (plan.engine == "express")


def test_an_only_attempt_is_not_retried(compiled_file: Compiled) -> None:
    """`attempts` counts tries, so one means none more."""
    plan = compiled_file.plan
    once = tuple(stage.model_copy(update={"retry": Retry(attempts=1)}) for stage in plan.stages)

    machine = state_machine(plan.model_copy(update={"stages": once}))

    assert [state["Retry"] for state in tasks(machine) if state["Retry"]] == []


def test_names_of_states_fit_the_console(compiled: Compile) -> None:
    """At most 80 characters, however many steps a stage has and however long their names are."""
    steps = "".join(f"  s{index}{'s' * 36}: {{ uses: greyscale }}\n" for index in range(30))
    machine = state_machine(
        compiled(f"pipeline: long\naccept: {{ max_pixels: 1MP }}\nsteps:\n{steps}").plan
    )

    assert machine["StartAt"].endswith("and 29 more steps")
    assert max(map(len, machine["States"])) <= 80
