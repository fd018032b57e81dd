"""Spelling: options as their author would write them in the pipeline file, on one line."""

import json

from darkroom.plan import Expression, Template
from dsl.expressions.text import text
from dsl.quantities import spell
from steps.units import BYTES, PIXEL_COUNT

_UNITS = {"max_bytes": BYTES, "max_pixels": PIXEL_COUNT, "max_metadata": BYTES}


def value(given: object) -> str:
    """Return a JSON value; a text stands without quotes if it can be printed."""
    if isinstance(given, str) and given.isprintable():
        return given
    if isinstance(given, list):
        return f"[{', '.join(map(value, given))}]"
    return json.dumps(given, ensure_ascii=False)


def limit(name: str, given: object) -> str:
    """Return the limit `name` of `accept`, in the unit that people would choose for it."""
    if name in _UNITS and isinstance(given, int):
        return spell(given, _UNITS[name])
    return value(given)


def filled(template: Template) -> str:
    """Return a text that is filled at run time, with its `${…}` as they were written."""
    return "".join(map(_part, template.template))


def _part(part: str | Expression) -> str:
    return part.replace("${", "$${") if isinstance(part, str) else f"${{{text(part)}}}"
