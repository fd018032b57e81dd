"""JSON Schema of a pipeline's overlays (rule 20): what an environment may change of it.

An overlay holds a part of a pipeline file, for this one pipeline: so its steps and variants can
be offered by name, and `with` needs no `uses` to be known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from darkroom.plan.models import Plan
from darkroom.plan.tree import nodes_of
from dsl.backends.option_schema import Schema
from dsl.backends.schema import options_of, schema
from dsl.draft import Plugins
from dsl.passes.resolve import OPENING

# What a part need not have, and what a mistake of the whole file shows only after merging.
_OF_THE_WHOLE = ("required", "minProperties", "default", "allOf", "if", "then", "else")


def overlay_schema(plan: Plan, plugins: Plugins) -> Schema:
    """Return the schema of what lies beside the pipeline of `plan` as `pipeline.ENV.yaml`."""
    whole, uses, variants = schema(plugins), _uses(plan), _variants(plan)
    keys = whole["definitions"]["step"]["properties"]
    needed = [options_of(name) for name in sorted(set(uses.values()))]
    return {
        **_partial({key: whole[key] for key in whole if key != "definitions"}),
        "title": f"What an environment changes of the pipeline {plan.pipeline}",
        "type": "object",
        "properties": {
            **_partial(whole)["properties"],
            "steps": {
                "description": "the steps that change; null removes one",
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {
                    name: _step(plugin, variants[name], keys) for name, plugin in uses.items()
                },
            },
        },
        "definitions": {
            **{f"{key}-of-a-step": _partial(rule) for key, rule in keys.items()},
            **{name: _partial(whole["definitions"][name]) for name in needed},
        },
    }


def _uses(plan: Plan) -> dict[str, str]:
    """Return the plugin of each step."""
    opening = {plan.opening.step: OPENING} if plan.opening.step else {}
    return opening | {node.step: node.uses for node in nodes_of(plan.nodes)}


def _variants(plan: Plan) -> Mapping[str, Iterable[str]]:
    """Return the names of each step's variants, none for a step that has none."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for node in nodes_of(plan.nodes):
        if node.variant is not None:
            found[node.step][node.variant] = None
    return found


def _step(uses: str, variants: Iterable[str], keys: Iterable[str]) -> Schema:
    """Return what a step may change; another plugin leaves its options open."""
    own = {"$ref": f"#/definitions/{options_of(uses)}"}
    named = {"properties": dict.fromkeys(variants, own)} if variants else {}
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {key: {"$ref": f"#/definitions/{key}-of-a-step"} for key in keys},
        "if": {"required": ["uses"]},
        "else": {
            "properties": {
                "with": own,
                "variants": {"type": ["object", "null"], **named, "additionalProperties": own},
            }
        },
    }


def _partial(rule: Any) -> Any:
    """Return a schema that a part of what keeps `rule` keeps, or null where it removes."""
    if not isinstance(rule, dict):
        return rule
    kept = {key: value for key, value in rule.items() if key not in _OF_THE_WHOLE}
    if "properties" in kept:
        kept["properties"] = {key: _partial(each) for key, each in kept["properties"].items()}
    if "additionalProperties" in kept:
        kept["additionalProperties"] = _partial(kept["additionalProperties"])
    if "anyOf" in kept:
        return {**kept, "anyOf": [*kept["anyOf"], {"type": "null"}]}
    if "enum" in kept:
        kept["enum"] = [*kept["enum"], None]
    return {**kept, "type": [kept["type"], "null"]} if "type" in kept else kept
