"""Whatever is edited in a pipeline, what changes is told, and nothing is told of no change."""

import json
from typing import Any

import yaml
from hypothesis import assume, event, given
from hypothesis import strategies as st

from dsl.backends.asl import state_machine
from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused
from dsl.difference.pipeline import plan_changes
from tests.dsl.pipelines import pipelines
from tests.equivalence.plugins import PLUGINS

Steps = dict[str, dict[str, Any]]

LIMITS = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 400)})
PIPELINES = pipelines(
    picture_steps={
        "grey": st.just({}),
        "narrow": LIMITS,
        "resize": st.fixed_dictionaries({"width": st.integers(1, 400)}),
    },
    facts_steps={"shape": LIMITS, "moderate": st.just({})},
)
# Keys of a step, with what may be written there; None takes the key away.
KEYS: dict[str, tuple[Any, ...]] = {
    "alone": (True, None),
    "memory": ("512MB", "3GB", None),
    "on_error": ("pass", "drop", "fail", None),
    "only": (["tiny"], None),
    "retry": ({"attempts": 1}, {"attempts": 4, "wait": "2s"}, None),
    "timeout": ("9s", None),
    "uses": ("grey", "narrow"),
    "variants": ({"tiny": {}}, {"flat": {}, "tiny": {}}, None),
    "when": ("picture.alpha", "picture.width < 300", "true", None),
    "with": ({}, {"limit": 7}, {"limit": "${picture.width}"}, {"width": 7}, {"width": 8}, None),
}
# The same of the whole file.
HEAD: dict[str, tuple[Any, ...]] = {
    "accept": ({}, {"max_pixels": "2MP"}, {"formats": ["png", "jpeg"]}, {"tags": ["b", "a"]}),
    "engine": ("standard", "auto", None),
    "keep": (["icc"], ["copyright", "icc"], None),
    "pipeline": ("other",),
}


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """Return a pipeline, and the same with one edit."""
    text = draw(PIPELINES)
    changed = yaml.safe_load(text)
    steps: Steps = changed["steps"]
    name = draw(st.sampled_from(sorted(steps)))
    match draw(st.sampled_from(["key", "key", "head", "swap", "turn", "drop", "rename"])):
        case "key":
            _put(steps[name], *draw(_entry(KEYS)))
        case "head":
            _put(changed, *draw(_entry(HEAD)))
        case "swap":
            changed["steps"] = dict(draw(st.permutations(list(steps.items()))))
        case "turn":
            variants = steps[name].get("variants", {})
            _put(steps[name], "variants", dict(reversed(variants.items())) or None)
        case "drop":
            del steps[name]
        case "rename":
            changed["steps"] = {"new" if key == name else key: steps[key] for key in steps}
    return text, json.dumps(changed)


def _entry(keys: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.sampled_from([(key, value) for key in keys for value in keys[key]])


def _put(part: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        part.pop(key, None)
    else:
        part[key] = value


def compiled(text: str) -> Compiled:
    """Compile a pipeline that hypothesis made, or give it up."""
    try:
        return compile_source(text, "pipeline.yaml", PLUGINS)
    except PipelineRefused:
        assume(False)
        raise


@given(pair=edits())
def test_something_is_told_of_every_change_and_nothing_of_none(pair: tuple[str, str]) -> None:
    """Of another plan, so of another digest, machine or function: whatever was edited."""
    old, new = (compiled(text).plan for text in pair)
    told = plan_changes(old, new)

    event("another plan" if old != new else "the same plan")
    assert bool(told) is (old != new)
    assert told or state_machine(old) == state_machine(new)
    assert told or old.digest == new.digest
    assert bool(plan_changes(new, old)) is bool(told)
