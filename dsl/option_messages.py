"""Pydantic's verdicts on options, in the words and at the places of the pipeline file."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dsl.diagnostics import Report
from dsl.option_types import Target, bounds, choices
from dsl.suggest import did_you_mean
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar, Sequence, Tree, find, kind_of

_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_TOO_SMALL = ("greater_than", "greater_than_equal")
_LENGTHS = ("string_too_short", "string_too_long", "too_short", "too_long")
_TOO_LARGE = ("less_than", "less_than_equal")


def report_invalid(
    error: ValidationError, target: Target, written: Mapping, report: Report
) -> None:
    """Record each of the mistakes that pydantic found in the options `written`."""
    for detail in error.errors(include_url=False):
        path = _path(detail, written)
        entry = written.get(str(path[0])) if path else None
        if entry is not None:
            _report_value(_Wrong(detail, path, entry), target, report)
        elif detail["type"] == "missing":
            title = f'{target.of} needs the option "{path[0]}"'
            report.add("P004", written.span, title, cure=f"add {path[0]}: …", note=target.declared)
        else:
            sentence = _sentence(detail)
            title = sentence if sentence.startswith(target.of) else f"{target.of}: {sentence}"
            options, note = target.names, target.declared
            report.add("P003", written.span, title, allowed=options, note=note)


@dataclass(frozen=True)
class _Wrong:
    """One value that is not what its option admits."""

    detail: ErrorDetails
    path: list[str | int]  # of the value, within all options
    entry: Entry

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return find(self.entry.value, self.path[1:])

    @property
    def kind(self) -> str:
        """Name what was written where the value is wrong."""
        tree = self.entry.value
        for part in self.path[1:]:
            if not isinstance(part, int) or not isinstance(tree, Sequence):
                break
            tree = tree.items[part]
        is_number = isinstance(tree, Scalar) and isinstance(tree.value, int | float)
        return str(self.detail["input"]) if is_number else kind_of(tree)


def _path(detail: ErrorDetails, written: Mapping) -> list[str | int]:
    """Return the location without the names of union members that pydantic puts into it."""
    path: list[str | int] = []
    tree: Tree = written
    for part in detail["loc"]:
        entry = tree.get(part) if isinstance(tree, Mapping) and isinstance(part, str) else None
        if entry is not None:
            tree = entry.value
        if entry is not None or isinstance(part, int) or (detail["type"] == "missing" and not path):
            path.append(part)
    return path


def _report_value(wrong: _Wrong, target: Target, report: Report) -> None:
    """Record one value that is not what its option admits."""
    kind, name = wrong.detail["type"], wrong.entry.key
    allowed: tuple[str, ...] = ()
    words = bounds(target.model, name)
    note = f"it is {words}" if words else ""
    if kind in _WANTED:
        title = f"`{name}` is {_WANTED[kind]}, this is {wrong.kind}"
        cure = _type_cure(kind, wrong.detail["input"], name)
    elif kind in ("literal_error", "enum"):
        allowed, note = choices(target.model, name), ""
        word = str(wrong.detail["input"])
        title = f'"{word}" is no value of `{name}`'
        cure = did_you_mean(word, allowed, "write one of those allowed")
    elif kind in _TOO_SMALL + _TOO_LARGE:
        size = "small" if kind in _TOO_SMALL else "large"
        title = f"`{name}` is too {size}: {_shown(wrong.entry.value, report)}"
        cure, note = f"write a value that is {words or _bound(wrong.detail)}", ""
    elif kind in _LENGTHS:
        least, most = wrong.detail["ctx"].get("min_length"), wrong.detail["ctx"].get("max_length")
        size = "long" if least is None else "short"
        title = f"`{name}` is too {size}: {_shown(wrong.entry.value, report)}"
        end, bound = ("least", least) if most is None else ("most", most)
        what = "character" if kind.startswith("string") else "item"
        cure = f"write at {end} {bound} {what}{'' if bound == 1 else 's'}"
    else:
        sentence, _, cure = _sentence(wrong.detail).partition(": ")
        title = f"`{name}` of {target.of}: {sentence}"
    report.add("P003", wrong.span, title, cure=cure, allowed=allowed, note=note)


def _type_cure(kind: str, given: Any, name: str) -> str:
    if kind == "bool_type":
        return f"write {name}: true, or {name}: false"
    if kind in ("tuple_type", "list_type"):
        return f"write {name}: [{given}]"
    if kind == "string_type":
        return f'write {name}: "{given}"' if not isinstance(given, dict | list) else "write a text"
    if kind == "float_type" and re.fullmatch(r"[0-9]{1,3}%", str(given)):
        return f"write {name}: {int(given[:-1]) / 100:g}"
    if kind in ("int_type", "int_from_float", "float_type"):
        number = re.match(r"-?[0-9]+", str(given))
        return f"write {name}: {number[0] if number else '800'}"
    return "write NAME: VALUE pairs"


def _bound(detail: ErrorDetails) -> str:
    words = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
    return " and ".join(f"{words[key]} {value}" for key, value in detail.get("ctx", {}).items())


def _shown(tree: Tree, report: Report) -> str:
    """Return the value as it is written."""
    if not isinstance(tree, Scalar):
        return kind_of(tree)
    return report.source.content[tree.span.start : tree.span.end]


def _sentence(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
