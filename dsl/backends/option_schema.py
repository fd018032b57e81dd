"""JSON Schema of one plugin's options, from their model: what editors offer under `with`."""

import inspect
from typing import Any

from pydantic import BaseModel

from dsl import quantities
from dsl.option_docs import option_docs
from dsl.option_types import json_schema, unit_of
from steps.units import Unit

Schema = dict[str, Any]

# A quantity of each unit as people write it; of others, ten of the first suffix.
_EXAMPLES = {
    "bytes": ["500kB", "25MB"],
    "pixels": ["50MP"],
    "seconds": ["500ms", "30s"],
    "share": ["5%"],
    "length": ["50%"],
    "megabytes": ["1024MB", "2GB"],
}
_FILLED: Schema = {
    "description": "`${…}`: an expression, filled just before the step runs",
    "type": "string",
    "pattern": r"\$\{",
}


def options(model: type[BaseModel], *, filled: bool) -> Schema:
    """Return the schema of options; none is required, for `with` and `variants` share them.

    Where they are `filled`, each may be `${…}` instead of a value.
    """
    own, docs = json_schema(model), option_docs(model)
    return {
        "description": summary(model),
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {
                **({"description": docs[name]} if name in docs else {}),
                **_option(_inlined(each, own.get("$defs", {})), unit_of(model, name), filled),
            }
            for name, each in own["properties"].items()
        },
    }


def quantity(unit: Unit) -> Schema:
    """Return the schema of a quantity that is written with its unit, such as 25MB."""
    suffixes = "|".join(suffix for suffix, _ in unit.suffixes)
    examples = _EXAMPLES.get(unit.name, [f"10{unit.suffixes[0][0]}"])
    return {
        "type": "string",
        "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*({suffixes})\s*$",
        "errorMessage": f"Write a number and its unit, such as {examples[-1]}.",
        "examples": examples,
    }


def summary(documented: object) -> str:
    """Return the first paragraph of a docstring, on one line; empty if there is none."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())


def _option(own: Schema, unit: Unit | None, filled: bool) -> Schema:
    """Return what an option's value may be, and what it is if nobody writes it."""
    default = own.pop("default", None)
    alternatives = [each for each in own.pop("anyOf", [own]) if each.get("type") != "null"]
    if unit is not None:
        alternatives = _counted(alternatives, unit)
        default = None if default is None else quantities.spell(default, unit)
    if filled:
        alternatives.append(_FILLED)
    value = _one_of(alternatives)
    return value if default is None else {"default": default, **value}


def _counted(alternatives: list[Schema], unit: Unit) -> list[Schema]:
    """Return what a quantity may be, or a list of quantities.

    A bare number counts nothing, unless it is a share.
    """
    lists = [each for each in alternatives if each.get("type") == "array"]
    single = [each for each in alternatives if each.get("type") != "array"]
    is_share = any(suffix == "%" for suffix, _ in unit.suffixes)
    counted = [*(single if is_share else []), quantity(unit)] if single else []
    return [*counted, *(_list_of(each, unit) for each in lists)]


def _list_of(schema: Schema, unit: Unit) -> Schema:
    """Return a list's schema with each of its numbers a quantity."""
    changed = dict(schema)
    for key in ("items", "prefixItems"):
        match schema.get(key):
            case dict(item):
                changed[key] = _one_of(_counted([item], unit))
            case list(items):
                changed[key] = [_one_of(_counted([item], unit)) for item in items]
    return changed


def _one_of(alternatives: list[Schema]) -> Schema:
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _inlined(own: Any, shared: Schema) -> Any:
    """Return a schema without titles, which repeat names, and with its references replaced.

    Options refer to nothing but enumerations, so this comes to an end.
    """
    match own:
        case {"$ref": str(ref), **rest}:
            return _inlined({**shared[ref.rpartition("/")[2]], **rest}, shared)
        case dict():
            return {key: _inlined(each, shared) for key, each in own.items() if key != "title"}
        case list():
            return [_inlined(each, shared) for each in own]
        case _:
            return own
