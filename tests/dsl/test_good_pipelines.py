"""Good pipelines: the plan, its drawing and its state machine, as files that people can read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darkroom.plan import Plan
from darkroom.plan.tree import nodes_of
from dsl.backends.asl import state_machine
from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))
each_pipeline = pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)


def compiled(path: Path, plugins: Plugins) -> Compiled:
    return compile_source(path.read_text("utf-8"), path.name, plugins)


@each_pipeline
def test_a_pipeline_has_its_plan(
    path: Path, plugins: Plugins, expect_json: Callable[[Path, Any], None]
) -> None:
    """What the runner reads."""
    plan = compiled(path, plugins).plan

    expect_json(path.with_suffix(".plan.json"), plan.model_dump(mode="json"))


@each_pipeline
def test_a_pipeline_has_its_state_machine(
    path: Path, plugins: Plugins, expect_json: Callable[[Path, Any], None]
) -> None:
    """What Step Functions runs."""
    expect_json(path.with_suffix(".asl.json"), state_machine(compiled(path, plugins).plan))


@each_pipeline
def test_a_pipeline_has_its_drawing(
    path: Path, plugins: Plugins, expect: Callable[[Path, str], None]
) -> None:
    """What its author reads."""
    expect(path.with_suffix(".txt"), compiled(path, plugins).tree + "\n")


@each_pipeline
def test_a_plan_survives_its_file(path: Path, plugins: Plugins) -> None:
    """Written as JSON and read again, it is the same plan: types of constants included."""
    plan = compiled(path, plugins).plan

    assert Plan.model_validate(json.loads(json.dumps(plan.model_dump(mode="json")))) == plan


@each_pipeline
def test_outputs_are_promised_at_one_place_each(path: Path, plugins: Plugins) -> None:
    """Every promise has one node that keeps it; branches are promised as the file has them."""
    plan = compiled(path, plugins).plan
    kept = [node.output for node in nodes_of(plan.nodes) if node.output]

    assert sorted(kept) == sorted(plan.outputs)
    assert len(set(plan.outputs)) == len(plan.outputs)


@each_pipeline
def test_options_are_what_the_plugin_takes(path: Path, plugins: Plugins) -> None:
    """A plan's options are read by the plugin's own model without another word."""
    for node in nodes_of(compiled(path, plugins).plan.nodes):
        if not node.templates:
            plugins[node.uses].read_options(node.options)
