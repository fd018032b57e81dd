"""What the model of a plugin's options says of one option: its unit, its types, its bounds."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from dsl.expressions import Kind
from dsl.quantities import spell
from steps.annotations import folders, notes
from steps.units import Unit

_JSON_TYPES: dict[Kind, tuple[str, ...]] = {
    "bool": ("boolean",),
    "int": ("integer", "number"),
    "number": ("number",),
    "text": ("string",),
    "list": ("array",),
}
_BOUNDS = (
    ("exclusiveMinimum", "greater than"),
    ("minimum", "at least"),
    ("exclusiveMaximum", "less than"),
    ("maximum", "at most"),
)


@dataclass(frozen=True)
class Target:
    """What options are for, as messages say it, and the model that they have to fit."""

    of: str  # `step "small" (resize)`
    model: type[BaseModel]
    plugin: str = ""  # what its own messages call it; empty for `accept`
    beside: tuple[str, ...] = ()  # what can stand with the options and is read elsewhere
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by the option they are for

    @property
    def names(self) -> tuple[str, ...]:
        """The options there are."""
        return (*self.model.model_fields, *self.beside)

    @property
    def declared(self) -> str:
        """Name the file that declares the options, and the line if a plugin has them of its own."""
        line = _line(self.model) if self.plugin else ""
        return f"declared in {self.model.__module__.replace('.', '/')}.py{line}"

    def folder(self, option: str) -> str:
        """Name the folder whose files `option` chooses from."""
        package = self.model.__module__.rpartition(".")[0].replace(".", "/")
        return f"{package}/{folders(self.model)[option]}/".removeprefix("/")


@cache
def _line(model: type[BaseModel]) -> str:
    """Return `:18` for a class on that line of its file; empty where the file is not at hand."""
    try:
        return f":{inspect.getsourcelines(model)[1]}"
    except (OSError, TypeError):
        return ""


def unit_of(model: type[BaseModel], name: str) -> Unit | None:
    """Return the unit in which option `name` counts, None if it is no quantity."""
    option = model.model_fields.get(name)
    if option is None:
        return None
    return next((each for each in notes(option) if isinstance(each, Unit)), None)


@cache
def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of `model`; its shared parts are under `definitions`."""
    return model.model_json_schema(ref_template="#/definitions/{model}")


def _variants(model: type[BaseModel], name: str) -> Iterator[dict[str, Any]]:
    """Yield the schemas of which one has to hold for option `name`."""
    schema = json_schema(model)
    waiting = [schema["properties"][name]]
    while waiting:
        each = waiting.pop(0)
        if "$ref" in each:
            each = schema["$defs"][each["$ref"].rpartition("/")[2]]
        alternatives = each.get("anyOf", each.get("oneOf", each.get("allOf")))
        if alternatives:
            waiting.extend(alternatives)
        else:
            yield each


def admits(model: type[BaseModel], name: str, kind: Kind) -> bool:
    """Return whether a value of `kind` can be option `name`, as far as types go."""
    return any(_type(each) in _JSON_TYPES[kind] for each in _variants(model, name))


def choices(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """Return the texts that option `name` is one of; empty if it is no choice."""
    found = [text for each in _variants(model, name) for text in _listed(each)]
    return tuple(str(text) for text in found)


def _listed(schema: dict[str, Any]) -> list[Any]:
    items = schema.get("items")
    inner = _listed(items) if isinstance(items, dict) else []
    return [*schema.get("enum", []), *([schema["const"]] if "const" in schema else []), *inner]


def bounds(model: type[BaseModel], name: str) -> str:
    """Return the bounds of option `name` in words; empty if it has none."""
    schemas, unit = list(_variants(model, name)), unit_of(model, name)
    if any("minimum" in each and each["minimum"] == each.get("maximum") for each in schemas):
        return f"exactly {_spelt(schemas[0]['minimum'], unit)}"
    found = [
        f"{words} {_spelt(each[key], unit)}"
        for each in schemas
        for key, words in _BOUNDS
        if key in each
    ]
    return " and ".join(found)


def usual_value(model: type[BaseModel], name: str) -> str:
    """Return the default of option `name`, a quantity, as one would write it; else nothing."""
    default, unit = model.model_fields[name].default, unit_of(model, name)
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    return spell(default, unit) if unit and is_number else ""


def _spelt(number: float, unit: Unit | None) -> str:
    return spell(number, unit) if unit and unit.name != "length" else f"{number:g}"


def alternatives(model: type[BaseModel], name: str) -> str:
    """Return in words what kinds of number option `name` may be; empty if there is one kind."""
    schemas = [each for each in _variants(model, name) if each.get("type") in _SAID_NUMBERS]
    words = [_number_in_words(each, unit_of(model, name)) for each in schemas]
    return ", or ".join(words) if len(words) > 1 else ""


_SAID_NUMBERS = {"integer": "a whole number", "number": "a number"}


def _number_in_words(schema: dict[str, Any], unit: Unit | None) -> str:
    found = {words: schema[key] for key, words in _BOUNDS if key in schema}
    is_share = schema["type"] == "number" and unit is not None and "%" in dict(unit.suffixes)
    if is_share:
        return f"a share {' and '.join(f'{word} {100 * each:g}%' for word, each in found.items())}"
    limits = " and ".join(f"{word} {each:g}" for word, each in found.items())
    return f"{_SAID_NUMBERS[schema['type']]} {limits}".strip()


def within(model: type[BaseModel], name: str, number: float) -> bool:
    """Return whether `number` meets the bounds of option `name`."""
    return all(
        number >= each.get("minimum", number)
        and number <= each.get("maximum", number)
        and ("exclusiveMinimum" not in each or number > each["exclusiveMinimum"])
        and ("exclusiveMaximum" not in each or number < each["exclusiveMaximum"])
        for each in _variants(model, name)
    )


def _type(schema: dict[str, Any]) -> str | None:
    if "type" in schema:
        return str(schema["type"])
    listed = _listed(schema)
    return "string" if listed and all(isinstance(each, str) for each in listed) else None
