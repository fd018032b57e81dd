"""One entry of `steps`: its keys, and what shape their values have."""

import re
from typing import get_args

from darkroom.plan.models import OnError
from dsl import fields, limits
from dsl.diagnostics import Report
from dsl.keys import MAX_OUTPUTS, RESERVED, STEP_KEYS
from dsl.model import Budget, Condition, ErrorPolicy, Name, StepEntry, VariantEntry
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar, Unreadable, kind_of, plain

_ON_ERROR: dict[str, OnError] = {each: each for each in get_args(OnError)}


def read_step(entry: Entry, defaults: Budget, report: Report) -> StepEntry:
    """Return the step; one of which nothing is known, and a report, if it is no mapping of keys."""
    name = fields.as_word(Name(entry.key, entry.key_span), "a step's name", report, RESERVED)
    body = _body(entry, report)
    given, only = body.get("with"), body.get("only")
    options = fields.as_given(given, "write: with: { OPTION: VALUE }", report)
    unclear_with = given is not None and options is None
    entries = _variants(body.get("variants"), report)
    return StepEntry(
        name=name or Name(entry.key, entry.key_span),
        uses=_uses(body.get("uses"), report),
        lacks_uses=body.get("uses") is None and fields.is_missing(body, "uses"),
        given=options,
        variants=tuple(each for each in entries if each is not None),
        variants_key=_key(body, "variants"),
        origin=_origin(body.get("from"), report),
        origin_key=_key(body, "from"),
        only=_only(only, report),
        only_words=_in_words(only),
        when=_when(body.get("when"), report),
        on_error=_on_error(body.get("on_error"), report),
        alone=_alone(body.get("alone"), report),
        timeout_key=_key(body, "timeout"),
        budget=limits.read_budget(body, report).over(defaults),
        strays=fields.strays(body, STEP_KEYS),
        unclear_with=unclear_with,
        garbled=unclear_with or None in entries or not isinstance(entry.value, Mapping),
        misnamed=name is None or any(each is not None and not each.named for each in entries),
    )


def _body(entry: Entry, report: Report) -> Mapping:
    """Return the step's keys; none, and a report, if it is no mapping of them."""
    cure = f"write {entry.key}: {{ uses: {_plain_uses(entry)} }}"
    body = fields.as_mapping(entry, cure, report)
    return Mapping(entry.value.span, (), whole=False) if body is None else body


def _key(body: Mapping, key: str) -> Span | None:
    """Return where `key` stands; None where it does not."""
    entry = body.get(key)
    return entry.key_span if entry else None


def _uses(entry: Entry | None, report: Report) -> Name | None:
    return fields.as_text(entry, "write: uses: resize", report) if entry else None


def _plain_uses(entry: Entry) -> str:
    """Return what a step written in one word most likely uses."""
    return str(entry.value.value) if isinstance(entry.value, Scalar) else "PLUGIN"


def _variants(entry: Entry | None, report: Report) -> tuple[VariantEntry | None, ...]:
    """Return the variants; None for what could not be read as one, or as several."""
    if entry is None:
        return ()
    mapping = fields.as_mapping(entry, "write: variants: { NAME: { OPTION: VALUE } }", report)
    if mapping is None:
        return (None,)
    if not mapping.entries and mapping.whole:
        cure = "add one, NAME: { OPTION: VALUE }, or remove the key"
        report.add("P023", entry.key_span, "`variants` is empty", cure=cure)
        return (None,)
    if len(mapping.entries) > MAX_OUTPUTS:
        _refuse_number(mapping.entries, report)
        return (None,)
    return tuple(_variant(inner, report) for inner in mapping.entries)


def _refuse_number(variants: tuple[Entry, ...], report: Report) -> None:
    """Report the first variant too many; none is looked into."""
    report.add(
        "P028",
        variants[MAX_OUTPUTS].key_span,
        f"`variants` has {len(variants):,} entries, an image becomes at most {MAX_OUTPUTS} "
        "pictures",
        cure="use fewer variants, or a second pipeline",
    )


def _variant(entry: Entry, report: Report) -> VariantEntry | None:
    word = Name(entry.key, entry.key_span)
    named = fields.as_word(word, "a variant's name", report) is not None
    cure = f"write {entry.key}: {{ OPTION: VALUE }}, or {entry.key}: {{}} for those of `with`"
    options = fields.as_mapping(entry, cure, report)
    return None if options is None else VariantEntry(word, options, named)


def _in_words(entry: Entry | None) -> Scalar | None:
    """Return the text that stands where `only` should have a list."""
    text = entry.value if entry and isinstance(entry.value, Scalar) else None
    return text if text and isinstance(text.value, str) and text.value.strip(", ") else None


def _only(entry: Entry | None, report: Report) -> tuple[Name, ...] | None:
    if words := _in_words(entry):
        # Reported with the pictures that come there: only they tell what to write.
        return tuple(Name(word, words.span) for word in re.findall(r"[^\s,]+", str(words.value)))
    names = fields.as_names(entry, "write: only: [NAME]", report) if entry else None
    if entry and names == () and plain(entry.value) == []:
        cure = "name the pictures that the step takes, or remove the key"
        report.add("P023", entry.key_span, "`only` is empty", cure=cure)
    return names or None


def _when(entry: Entry | None, report: Report) -> Condition | None:
    value = fields.as_scalar(entry, "write: when: picture.width >= 400", report) if entry else None
    return Condition(entry.key_span, value) if entry and value else None


def _origin(entry: Entry | None, report: Report) -> Name | None:
    cure = "name one step above, step.variant or original: pictures never join"
    return fields.as_text(entry, cure, report) if entry else None


def _on_error(entry: Entry | None, report: Report) -> ErrorPolicy | None:
    name = fields.as_text(entry, "write: on_error: drop", report) if entry else None
    if name is None:
        return None
    if name.text not in _ON_ERROR:
        fields.refuse_choice(name, "on_error", tuple(_ON_ERROR), report)
        return None
    return ErrorPolicy(name.span, _ON_ERROR[name.text])


def _alone(entry: Entry | None, report: Report) -> bool:
    value = entry.value.value if entry and isinstance(entry.value, Scalar) else None
    if isinstance(value, bool):
        return value
    if entry and not isinstance(entry.value, Unreadable):
        title = f"`alone` is a yes/no value, this is {kind_of(entry.value)}"
        report.add("P015", entry.value.span, title, cure="write: alone: true")
    return False
