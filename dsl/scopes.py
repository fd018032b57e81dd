"""What expressions may name (rules 10 and 11): the image, the picture, and facts above."""

from collections.abc import Iterable
from typing import Any

from dsl.draft import Resolved
from dsl.expressions import Kind, Known

_ALWAYS: dict[str, Kind] = {
    "image.id": "text",
    "image.tenant": "text",
    "image.owner": "text",
    "image.bytes": "int",
    "image.format": "text",
    "image.width": "int",
    "image.height": "int",
    "image.frames": "int",
    "image.alpha": "bool",
    "picture.format": "text",
    "picture.width": "int",
    "picture.height": "int",
    "picture.frames": "int",
    "picture.alpha": "bool",
}
_SOMETIMES: dict[str, Kind] = {"image.owner_name": "text", "image.file_name": "text"}
_JSON_KINDS: dict[str, Kind] = {
    "boolean": "bool",
    "integer": "int",
    "number": "number",
    "string": "text",
}


def environment() -> dict[str, Known]:
    """Return what every step may name."""
    always = {name: Known(kind) for name, kind in _ALWAYS.items()}
    told = "not every upload tells it"
    return always | {name: Known(kind, told) for name, kind in _SOMETIMES.items()}


def facts(step: Resolved) -> dict[str, Known]:
    """Return what `step` makes known to the steps below it."""
    if step.plugin is None or step.plugin.facts_model is None:
        return {}
    fields = step.plugin.facts_model.model_json_schema()["properties"]
    missing = _why_missing(step)
    return {f"{step.name}.{name}": _known(schema, missing) for name, schema in fields.items()}


def _why_missing(step: Resolved) -> str:
    keys = {"when": step.entry.when, "only": step.entry.only}
    reasons = [f"`{step.name}` has `{key}`" for key, value in keys.items() if value]
    return " and ".join(reasons)


def _known(schema: dict[str, Any], missing: str) -> Known:
    kinds = [each.get("type") for each in schema.get("anyOf", [schema])]
    told = [_JSON_KINDS[kind] for kind in kinds if kind in _JSON_KINDS]
    absent = "it is not always found" if "null" in kinds else ""
    # Whatever is no scalar can only be handed on, whole, to an option that takes a list.
    return Known(told[0] if len(told) == 1 else "list", missing or absent)


def hidden(steps: Iterable[Resolved], above: int) -> dict[str, str]:
    """Say of each step why the one at index `above` cannot name its facts."""
    found = {}
    for index, step in enumerate(steps):
        name = step.name
        if index == above:
            found[name] = f"`{name}` is this step itself: its facts are known below it"
        elif index > above:
            found[name] = f"`{name}` is below this step: its facts are not known yet"
        elif step.plugin:
            found[name] = f"`{name}` ({step.plugin.name}) tells no facts"
    return found
