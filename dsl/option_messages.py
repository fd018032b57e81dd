"""Pydantic's verdicts on options, in the words and at the places of the pipeline file."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dsl.diagnostics import Report
from dsl.model import Given
from dsl.option_types import Target, alternatives, bounds, choices, usual_value, within
from dsl.suggest import did_you_mean, nearest
from dsl.text import Span, shortened
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
_LISTS = ("tuple_type", "list_type")
_TOO_SMALL = ("greater_than", "greater_than_equal")
_LENGTHS = ("string_too_short", "string_too_long", "too_short", "too_long")
_TOO_LARGE = ("less_than", "less_than_equal")
_NUMBERS = ("int_type", "int_from_float", "float_type", *_TOO_SMALL, *_TOO_LARGE)


@dataclass(frozen=True)
class Written:
    """The options as they are merged, and which of them are the variant's, or `with`'s, own."""

    entries: tuple[Entry, ...]
    given: Given

    @property
    def mapping(self) -> Mapping:
        """All options; as a whole, they stand where their own key does."""
        return Mapping(self.given.key, self.entries)


def report_invalid(
    error: ValidationError, target: Target, written: Written, report: Report
) -> None:
    """Record each of the mistakes that pydantic found in the options `written`."""
    details = error.errors(include_url=False)
    places = [_place(detail, _path(detail, written.mapping)) for detail in details]
    told: set[tuple[str | int, ...]] = set()
    for detail, place in zip(details, places, strict=True):
        path = _path(detail, written.mapping)
        entry = written.mapping.get(str(path[0])) if path else None
        if entry is not None and place not in told:
            # Of a value that may be one thing or another, pydantic tells why it is neither.
            told.add(place)
            _report_value(_Wrong(detail, path, entry, places.count(place)), target, report)
        elif entry is not None:
            continue
        elif detail["type"] == "missing":
            title, cure = f'{target.of} is missing "{path[0]}"', f"add {path[0]}: …"
            report.add("P004", written.given.key, title, cure=cure, note=target.declared)
        else:
            _report_together(_sentence(detail), target, written, report)


def _place(detail: ErrorDetails, path: list[str | int]) -> tuple[str | int, ...]:
    """Return what is told at once: a value, or all numbers of a list that are beyond one bound."""
    in_a_list = len(path) > 1 and detail["type"] in _TOO_SMALL + _TOO_LARGE
    return (path[0], detail["type"]) if in_a_list else tuple(path)


def _report_together(sentence: str, target: Target, written: Written, report: Report) -> None:
    """Record what the plugin says of several options together, at the first one it names."""
    words = re.findall(r"\w+", sentence)
    named = [name for name in dict.fromkeys(words) if name in target.names]
    lacking = [name for name in named if written.mapping.get(name) is None]
    sentence, cure = _with_cure(sentence, target.names)
    join = " or " if " or " in sentence else " and "
    if not cure and lacking:
        cure = f"add {join.join(f'{name}: …' for name in lacking)}"
    if lacking and lacking == named and " needs " in sentence:
        title = f"{target.of} is missing " + join.join(f'"{name}"' for name in lacking)
        at, note = written.given.key, target.declared
        report.add("P004", at, title, label=sentence, cure=cure, note=note)
        return
    if not cure:
        cure = f"change {' or '.join(named)}" if named else "change one of those listed"
    own = [entry for entry in map(written.given.options.get, named) if entry is not None]
    report.add(
        "P003",
        Span(own[0].key_span.start, own[0].value.span.end) if own else written.given.key,
        _said_of(target, sentence),
        cure=cure,
        allowed=target.names,
        note=target.declared,
    )


def _said_of(target: Target, sentence: str) -> str:
    """Return what a plugin says of its options, with the step that it says it of."""
    said = sentence.removeprefix(f"{target.plugin} ") if target.plugin else sentence
    return f"{target.of}: {sentence}" if said == sentence else f"{target.of} {said}"


def _with_cure(sentence: str, names: tuple[str, ...] = ()) -> tuple[str, str]:
    """Part what a plugin says at its last colon: the cure stands behind it, if there is one.

    The colon of `fit: cover`, an option and its value, is not that one.
    """
    title, _, cure = sentence.rpartition(": ")
    is_value = any(title == name or title.endswith(f" {name}") for name in names)
    return (title, cure) if title and not is_value else (sentence, "")


@dataclass(frozen=True)
class _Wrong:
    """One value that is not what its option admits."""

    detail: ErrorDetails
    path: list[str | int]  # of the value, within all options
    entry: Entry
    alike: int = 1  # mistakes that are told with this one

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return find(self.entry.value, self.path[1:])

    @property
    def tree(self) -> Tree:
        """What was written where the value is wrong."""
        tree = self.entry.value
        for part in self.path[1:]:
            if not isinstance(part, int) or not isinstance(tree, Sequence):
                break
            tree = tree.items[part]
        return tree

    @property
    def kind(self) -> str:
        """Name it."""
        tree = self.tree
        is_short = isinstance(tree, Scalar) and not isinstance(tree.value, str)
        return _spelt(self.detail["input"]) if is_short else kind_of(tree)


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
    if (either := alternatives(target.model, name)) and kind in _NUMBERS:
        title = f"`{name}` cannot be {_shown(wrong.entry.value, report)}"
        report.add("P003", wrong.span, title, cure=f"write {either}", note=target.declared)
        return
    words = either or words
    note = f"it is {words}; {target.declared}" if words else target.declared
    if kind in _WANTED:
        title = f"`{name}` is {_WANTED[kind]}, this is {wrong.kind}"
        allowed = choices(target.model, name) if kind in _LISTS else ()
        cure = _type_cure(kind, wrong.detail["input"], name, target.model)
    elif kind in ("literal_error", "enum"):
        allowed, note = choices(target.model, name), target.declared
        word = _spelt(wrong.detail["input"])
        title = f'"{shortened(word)}" is no value of `{name}`'
        cure = did_you_mean(word, allowed, "write one of those allowed")
    elif kind in _TOO_SMALL + _TOO_LARGE:
        title = _beyond(wrong, report)
        cure, note = _within_bounds(words or _bound(wrong.detail), target, name), target.declared
    elif kind in _LENGTHS:
        title, cure = _length(wrong, report)
        allowed = choices(target.model, name) if kind == "too_short" else ()
    else:
        sentence, cure = _with_cure(_sentence(wrong.detail))
        title = f"`{name}` of {target.of}: {sentence}"
    report.add("P003", wrong.span, title, cure=cure, allowed=allowed, note=note)


def _beyond(wrong: _Wrong, report: Report) -> str:
    """Return the title for a number that is too small or too large, or for several in a list."""
    name, shown = wrong.entry.key, _shown(wrong.tree, report)
    size = "small" if wrong.detail["type"] in _TOO_SMALL else "large"
    if wrong.alike > 1:
        return f"{wrong.alike} entries of `{name}` are too {size}, the first of them {shown}"
    one = "" if wrong.tree is wrong.entry.value else "an entry of "
    return f"{one}`{name}` is too {size}: {shown}"


def _within_bounds(words: str, target: Target, name: str) -> str:
    """Return the cure for a number that is too small or too large; one end may be open."""
    cure, usual = f"write a value that is {words}", usual_value(target.model, name)
    return f"{cure}, such as {usual}" if usual and " and " not in words else cure


def _length(wrong: _Wrong, report: Report) -> tuple[str, str]:
    """Return the title and the cure for a text or a list of the wrong length."""
    name, tree, given = wrong.entry.key, wrong.entry.value, wrong.detail["input"]
    least, most = wrong.detail["ctx"].get("min_length"), wrong.detail["ctx"].get("max_length")
    is_text = wrong.detail["type"].startswith("string")
    size = "long" if least is None else "short"
    what = _shown(tree, report) if is_text else f"{len(given)} entries"
    title = f"`{name}` is too {size}: {what}" if len(given) else f"`{name}` is empty"
    end, bound = ("least", least) if most is None else ("most", most)
    noun = "character" if is_text else "entry"
    counted = noun if bound == 1 else "entries" if noun == "entry" else "characters"
    return title, f"write at {end} {'one' if bound == 1 else bound} {counted}"


def _type_cure(kind: str, given: Any, name: str, model: type[BaseModel]) -> str:
    if kind == "bool_type":
        return f"write {name}: true, or {name}: false"
    if kind in _LISTS:
        return _list_cure(_spelt(given), name, choices(model, name))
    if kind == "string_type":
        return (
            f'write {name}: "{_spelt(given)}"'
            if not isinstance(given, dict | list)
            else "write a text"
        )
    if kind in ("int_type", "int_from_float", "float_type"):
        return _number_cure(str(given), name, model, whole=kind != "float_type")
    return "write NAME: VALUE pairs"


def _list_cure(given: str, name: str, allowed: tuple[str, ...]) -> str:
    """Return the list that was written without its brackets."""
    if not allowed:
        return f"write {name}: [{shortened(given)}]"
    words = [nearest(word, allowed) for word in re.findall(r"[^\s,]+", given)]
    meant = [word for word in words if word]
    whole = meant and len(meant) == len(words)
    return f"write {name}: [{', '.join(meant)}]" if whole else "write a list of those allowed"


def _number_cure(given: str, name: str, model: type[BaseModel], *, whole: bool) -> str:
    """Return the number that stands in the text `given`, if the option can have it."""
    found = re.match(r"-?[0-9]{1,15}" if whole else r"-?[0-9]{1,15}(\.[0-9]{1,15})?", given)
    number = float(found[0]) if found else None
    if number is not None and not whole and given.endswith("%"):
        number /= 100
    if number is not None and within(model, name, number):
        return f"write {name}: {number:.15g}"
    return f"write {'digits alone' if whole else 'digits, with a decimal point if need be'}"


def _spelt(value: Any) -> str:
    """Return a value as YAML writes it: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound(detail: ErrorDetails) -> str:
    words = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
    return " and ".join(f"{words[key]} {value}" for key, value in detail.get("ctx", {}).items())


def _shown(tree: Tree, report: Report) -> str:
    """Return the value as it is written."""
    if not isinstance(tree, Scalar):
        return kind_of(tree)
    return shortened(report.text(tree.span))


def _sentence(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
