"""What expressions may name (rules 10 and 11): the image, the picture, and facts above."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from typing import Any

from dsl import branches
from dsl.draft import Draft, Resolved
from dsl.expressions import TAGS, Hidden, Kind, Known, Scope
from dsl.keys import ORIGINAL
from steps.formats import ORIGINAL_FORMATS

_ALWAYS: dict[str, Kind] = {
    "image.id": "text",
    "image.tenant": "text",
    "image.owner": "text",
    "image.bytes": "int",
    "image.width": "int",
    "image.height": "int",
    "image.frames": "int",
    "image.alpha": "bool",
    "picture.name": "text",
    "picture.width": "int",
    "picture.height": "int",
    "picture.frames": "int",
    "picture.alpha": "bool",
}
_SOMETIMES: dict[str, Kind] = {"image.owner_name": "text", "image.file_name": "text"}
_FORMATS = ("image.format", "picture.format")  # both the original's: a picture is only pixels
_JSON_KINDS: dict[str, Kind] = {
    "boolean": "bool",
    "integer": "int",
    "number": "number",
    "string": "text",
}


def of_steps(draft: Draft) -> Iterator[tuple[Resolved, Scope]]:
    """Yield each step with what it may name: the image, the picture, and facts on its way."""
    opened = environment(draft.tags)
    if draft.opening_step:
        opened |= facts(draft.opening_step)
    unclear = frozenset(step.name for step in draft.steps if step.plugin is None)
    variants = {each.name.text: step.name for step in draft.steps for each in step.entry.variants}
    most = {f"{of}.frames": draft.limits.max_frames for of in ("image", "picture")}
    below: dict[str | None, dict[str, Known]] = {None: opened}
    for step in draft.steps:
        known = below[step.origin.step]
        if not step.origin.known:
            # It may be any step's pictures that are meant.
            known = {name: each for seen in below.values() for name, each in seen.items()}
        yield step, Scope(known, _hidden(draft.steps, step), unclear, variants, most)
        below[step.name] = known | facts(step)


def environment(tags: Items[str] = ()) -> dict[str, Known]:
    """Return what every step may name, where uploads may bring `tags`."""
    always = {name: Known(kind) for name, kind in _ALWAYS.items()}
    always |= {name: Known("text", values=ORIGINAL_FORMATS) for name in _FORMATS}
    told = "not every upload tells it"
    brought = {f"{TAGS}{tag}": Known("text", "not every upload brings it") for tag in tags}
    return always | {name: Known(kind, told) for name, kind in _SOMETIMES.items()} | brought


def facts(step: Resolved) -> dict[str, Known]:
    """Return what `step` makes known to the steps below it."""
    if step.plugin is None or step.plugin.facts_model is None:
        return {}
    fields = step.plugin.facts_model.model_json_schema()["properties"]
    missing = _why_missing(step)
    return {f"{step.name}.{name}": _known(schema, missing) for name, schema in fields.items()}


def _why_missing(step: Resolved) -> str:
    keys = {
        "`when`": step.entry.when,
        "`only`": step.entry.only,
        "on_error: pass": step.on_error == "pass",
    }
    reasons = [f"`{step.name}` has {key}" for key, value in keys.items() if value]
    return " and ".join(reasons)


def _known(schema: dict[str, Any], missing: str) -> Known:
    kinds = [each.get("type") for each in schema.get("anyOf", [schema])]
    told = [_JSON_KINDS[kind] for kind in kinds if kind in _JSON_KINDS]
    absent = "it is not always found" if "null" in kinds else ""
    # Whatever is no scalar can only be handed on, whole, to an option that takes a list.
    kind: Kind = told[0] if len(told) == 1 else "list"
    return Known(kind, missing or absent, _choices(schema) if kind == "text" else ())


def _choices(schema: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts that a fact may be, if its model lists them."""
    texts = [each for each in schema.get("anyOf", [schema]) if each.get("type") == "string"]
    return tuple(word for each in texts for word in each.get("enum", _constant(each)))


def _constant(schema: dict[str, Any]) -> list[str]:
    return [schema["const"]] if "const" in schema else []


def _hidden(steps: Items[Resolved], step: Resolved) -> dict[str, Hidden]:
    """Say of each step why `step` cannot name its facts, if it cannot."""
    found: dict[str, Hidden] = {}
    way = [each.name for each in branches.on_the_way(step, steps)]
    seen = False
    for each in steps:
        name = each.name
        if name == step.name:
            seen = True
            found[name] = Hidden(f"`{name}` is this step itself: its facts are known below it")
        elif seen:
            found[name] = Hidden(f"`{name}` is below this step: its facts are not known yet")
        elif each.plugin and not facts(each):
            found[name] = Hidden(f"`{name}` ({each.plugin.name}) tells no facts")
        elif each.plugin and step.origin.known and name not in way:
            found[name] = _beside(each, step, way)
    return found


def _beside(other: Resolved, step: Resolved, way: Items[str]) -> Hidden:
    """Say that `other` looks at other pictures than those that come to `step`."""
    names = " > ".join((ORIGINAL, *way, step.name))
    return Hidden(
        f"`{step.name}` cannot see `{other.name}`: it is not on the way {names}",
        code="D304",
        cure=f"take the picture from: {other.name}",
    )
