"""The YAML tree to the model of a pipeline file: keys, shapes, names, quantities."""

import keyword
import re

from dsl import fields, limits
from dsl.diagnostics import Report
from dsl.keys import (
    ENGINES,
    KEEPS,
    RESERVED,
    STEP_KEYS,
    STEP_KEYS_TO_COME,
    TOP_KEYS,
    TOP_KEYS_TO_COME,
)
from dsl.model import (
    Condition,
    Given,
    Name,
    PipelineFile,
    StepEntry,
    VariantEntry,
)
from dsl.suggest import did_you_mean
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar

_SMALLEST_STEPS = "steps: { small: { uses: resize, with: { width: 800 } } }"


def read_file(tree: Mapping, report: Report) -> PipelineFile:
    """Return the model of `tree`; what was wrong is in the report and None in the model."""
    fields.check_keys(tree, TOP_KEYS, TOP_KEYS_TO_COME, "a pipeline", report)
    _check_engine(tree.get("engine"), report)
    return PipelineFile(
        name=_pipeline_name(tree, report),
        accept=_given(tree.get("accept"), "write: accept: { formats: [jpeg, png] }", report),
        keep=_keep(tree.get("keep"), report),
        steps=_steps(tree, report),
    )


def _pipeline_name(tree: Mapping, report: Report) -> Name | None:
    entry = tree.get("pipeline")
    if entry is None:
        at = Span(tree.span.start, tree.span.start + 1)
        cure = "begin with: pipeline: NAME"
        fields.missing(tree, "pipeline", "the file", report, at=at, cure=cure)
        return None
    name = fields.as_text(entry, "write: pipeline: photos", report)
    # The name is a package under generated/, which Python has to be able to import, and begins the
    # keys of variants: below `intermediates/`, infra/storage.py lets nothing lie for long.
    taken = (*keyword.kwlist, "intermediates")
    return name and fields.as_word(name, "a pipeline's name", report, taken)


def _keep(entry: Entry | None, report: Report) -> tuple[Name, ...]:
    names = fields.as_names(entry, "write: keep: [icc, copyright]", report) if entry else ()
    for name in names or ():
        if name.text not in KEEPS:
            _refuse_choice(name, "keep", KEEPS, report)
        else:
            title = f"keeping `{name.text}` is part of the language, but not built yet"
            report.add("N001", name.span, title, cure="remove it for now: all metadata is dropped")
    return names or ()


def _check_engine(entry: Entry | None, report: Report) -> None:
    name = fields.as_text(entry, "write: engine: auto", report) if entry else None
    if name is None:
        return
    if name.text == "standard":
        title = "`engine: standard` is part of the language, but not built yet"
        report.add("N001", name.span, title, cure="write engine: auto, or remove the line")
    elif name.text not in ENGINES:
        _refuse_choice(name, "engine", ENGINES, report)


def _refuse_choice(name: Name, key: str, allowed: tuple[str, ...], report: Report) -> None:
    cure = did_you_mean(name.text, allowed, "write one of those allowed")
    title = f'"{name.text}" is no value of `{key}`'
    report.add("P003", name.span, title, cure=cure, allowed=allowed)


def _steps(tree: Mapping, report: Report) -> tuple[StepEntry, ...]:
    entry = tree.get("steps")
    if entry is None:
        at = Span(tree.span.start, tree.span.start + 1)
        fields.missing(tree, "steps", "the file", report, at=at, cure=f"add {_SMALLEST_STEPS}")
        return ()
    cure = "write each step under a name of its own: NAME: { uses: PLUGIN }"
    mapping = fields.as_mapping(entry, cure, report)
    if mapping is not None and not mapping.entries and mapping.whole:
        title = "the pipeline has no steps"
        report.add("P018", entry.key_span, title, cure=f"add one: {_SMALLEST_STEPS}")
    entries = mapping.entries if mapping else ()
    steps = (_step(entry, report) for entry in entries)
    return tuple(step for step in steps if step is not None)


def _step(entry: Entry, report: Report) -> StepEntry | None:
    name = fields.as_word(Name(entry.key, entry.key_span), "a step's name", report, RESERVED)
    written = plain_uses(entry)
    cure = f"write {entry.key}: {{ uses: {written} }}"
    body = fields.as_mapping(entry, cure, report)
    if body is None:
        return None
    of = f'step "{entry.key}"'
    fields.check_to_come(body, STEP_KEYS_TO_COME, report)
    variants, given = body.get("variants"), body.get("with")
    options = _given(given, "write: with: { OPTION: VALUE }", report)
    entries = _variants(variants, report) if variants else ()
    only = body.get("only")
    return StepEntry(
        name=name or Name(entry.key, entry.key_span),
        uses=_uses(body, of, entry.key_span, report),
        given=options,
        variants=tuple(each for each in entries if each is not None),
        variants_key=variants.key_span if variants else None,
        only=_only(only, report),
        only_words=_in_words(only),
        when=_when(body.get("when"), report),
        budget=limits.read_budget(body, report),
        strays=fields.strays(body, STEP_KEYS, STEP_KEYS_TO_COME),
        garbled=(given is not None and options is None) or None in entries,
        misnamed=name is None or any(each is not None and not each.named for each in entries),
    )


def plain_uses(entry: Entry) -> str:
    """Return what a step written in one word most likely uses."""
    return str(entry.value.value) if isinstance(entry.value, Scalar) else "PLUGIN"


def _uses(body: Mapping, of: str, at: Span, report: Report) -> Name | None:
    entry = body.get("uses")
    if entry is None:
        fields.missing(body, "uses", of, report, at=at, cure="name its plugin: uses: resize")
        return None
    return fields.as_text(entry, "write: uses: resize", report)


def _given(entry: Entry | None, cure: str, report: Report) -> Given | None:
    mapping = fields.as_mapping(entry, cure, report) if entry else None
    return Given(entry.key_span, mapping) if entry and mapping else None


def _variants(entry: Entry, report: Report) -> tuple[VariantEntry | None, ...]:
    """Return the variants; None for what could not be read as one, or as several."""
    mapping = fields.as_mapping(entry, "write: variants: { NAME: { OPTION: VALUE } }", report)
    if mapping is None:
        return (None,)
    if not mapping.entries and mapping.whole:
        cure = "add one, NAME: { OPTION: VALUE }, or remove the key"
        report.add("P023", entry.key_span, "`variants` is empty", cure=cure)
        return (None,)
    return tuple(_variant(inner, report) for inner in mapping.entries)


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
    if entry and names == ():
        cure = "name the pictures that the step takes, or remove the key"
        report.add("P023", entry.key_span, "`only` is empty", cure=cure)
    return names or None


def _when(entry: Entry | None, report: Report) -> Condition | None:
    value = fields.as_scalar(entry, "write: when: picture.width >= 400", report) if entry else None
    return Condition(entry.key_span, value) if entry and value else None
