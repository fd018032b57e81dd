"""The schema for editors: what completes, and that it is never stricter than the compiler."""

import re
from pathlib import Path
from typing import Any

import pytest

from dsl import source
from dsl.backends.schema import schema
from dsl.diagnostics import Report
from dsl.draft import Plugins
from dsl.keys import STEP_KEYS, TOP_KEYS
from dsl.text import SourceText
from dsl.tree import plain

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))


def holds(value: Any, rule: dict[str, Any], top: dict[str, Any]) -> bool:
    """Whether `value` keeps `rule`: the few words of JSON Schema that ours is written in."""
    if "$ref" in rule:
        return holds(value, top["definitions"][rule["$ref"].rpartition("/")[2]], top)
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    checks = [
        "type" not in rule
        or any(
            isinstance(value, types[each]) and isinstance(value, bool) <= (each == "boolean")
            for each in ([rule["type"]] if isinstance(rule["type"], str) else rule["type"])
        ),
        "enum" not in rule or value in rule["enum"],
        "const" not in rule or value == rule["const"],
        "pattern" not in rule or (isinstance(value, str) and re.search(rule["pattern"], value)),
        "anyOf" not in rule or any(holds(value, each, top) for each in rule["anyOf"]),
        all(holds(value, each, top) for each in rule.get("allOf", ())),
        not isinstance(value, int | float) or _within(value, rule),
        not isinstance(value, list) or _items_hold(value, rule, top),
        not isinstance(value, dict) or _members_hold(value, rule, top),
    ]
    if "if" in rule and holds(value, rule["if"], top):
        checks.append(holds(value, rule["then"], top))
    return all(checks)


def _within(value: float, rule: dict[str, Any]) -> bool:
    return (
        rule.get("exclusiveMinimum", value - 1) < value
        and rule.get("minimum", value) <= value
        and bool(value <= rule.get("maximum", value))
    )


def _items_hold(value: list[Any], rule: dict[str, Any], top: dict[str, Any]) -> bool:
    few, many = rule.get("minItems", 0), rule.get("maxItems", len(value))
    return few <= len(value) <= many and all(
        holds(item, rule.get("items", {}), top) for item in value
    )


def _members_hold(value: dict[str, Any], rule: dict[str, Any], top: dict[str, Any]) -> bool:
    named, others = rule.get("properties", {}), rule.get("additionalProperties", True)
    return (
        set(rule.get("required", ())) <= set(value)
        and len(value) >= rule.get("minProperties", 0)
        and all(holds(key, rule.get("propertyNames", {}), top) for key in value)
        and all(holds(value[key], named[key], top) for key in value if key in named)
        and all(
            others is not False and (others is True or holds(value[key], others, top))
            for key in value
            if key not in named
        )
    )


def accepts(text: str, plugins: Plugins) -> bool:
    tree = source.read(Report(SourceText("file", text)))
    assert tree is not None
    whole = schema(plugins)
    return holds(plain(tree), whole, whole)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_good_pipeline_keeps_the_schema(path: Path, plugins: Plugins) -> None:
    """An editor underlines nothing that compiles."""
    assert accepts(path.read_text("utf-8"), plugins)


@pytest.mark.parametrize(
    "name",
    [
        "P001-unknown-plugin",
        "P002-accept",
        "P002-in-a-variant",
        "P002-unknown-option",
        "P003-choice-in-a-list",
        "P003-engine",
        "P003-formats",
        "P003-not-a-choice",
        "P003-not-a-number",
        "P003-too-large",
        "P003-too-small",
        "P009-max-pixels",
        "P009-timeout",
        "P013-option-beside-with",
        "P013-step",
        "P014-no-pipeline",
        "P014-no-uses",
        "P016-variant-is-a-number",
        "P018-no-steps",
        "P023-no-variants",
        "P026-unit-of-another-case",
    ],
)
def test_a_mistake_of_shape_is_seen_by_the_editor(name: str, plugins: Plugins) -> None:
    """Before the compiler is run at all."""
    path = Path(__file__).parent / "fixtures" / "errors" / f"{name}.yaml"

    assert not accepts(path.read_text("utf-8"), plugins)


def test_every_key_and_option_is_described_or_typed(plugins: Plugins) -> None:
    """What an editor shows on hovering and offers on completing."""
    whole = schema(plugins)
    step = whole["definitions"]["step"]

    assert set(whole["properties"]) == set(TOP_KEYS)
    assert set(step["properties"]) == set(STEP_KEYS)
    assert step["properties"]["uses"]["enum"] == list(plugins)
    resize = next(
        each for each in step["allOf"] if each["if"]["properties"]["uses"]["const"] == "resize"
    )
    offered = resize["then"]["properties"]["with"]["properties"]
    assert {"contain", "cover"} <= set(offered["fit"]["anyOf"][0]["enum"])
    assert offered["enlarge"]["default"] is False
