"""The YAML tree to the model of a pipeline file: keys, shapes, names, quantities."""

import keyword

from dsl import fields, limits
from dsl.diagnostics import Report
from dsl.entries import read_step
from dsl.keys import DEFAULT_KEYS, ENGINES, KEEPS, TOP_KEYS
from dsl.model import Budget, Name, PipelineFile, StepEntry
from dsl.text import Span
from dsl.tree import Entry, Mapping

# Steps of a file. A picture goes through at most 200, and a pipeline promises at most 100.
MOST_STEPS = 500
_SMALLEST_STEPS = "steps: { small: { uses: resize, with: { width: 800 } } }"


def read_file(tree: Mapping, report: Report) -> PipelineFile:
    """Return the model of `tree`; what was wrong is in the report and None in the model."""
    fields.check_keys(tree, TOP_KEYS, "a pipeline", report)
    accept = "write: accept: { formats: [jpeg, png] }"
    return PipelineFile(
        name=_pipeline_name(tree, report),
        accept=fields.as_given(tree.get("accept"), accept, report),
        keep=_keep(tree.get("keep"), report),
        engine=_engine(tree.get("engine"), report),
        steps=_steps(tree, _defaults(tree.get("defaults"), report), report),
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


def _keep(entry: Entry | None, report: Report) -> tuple[Name, ...] | None:
    """Return what is named; None, and a report, if any of it is no kind of metadata."""
    names = fields.as_names(entry, "write: keep: [icc, copyright]", report) if entry else ()
    unknown = [name for name in names or () if name.text not in KEEPS]
    for name in unknown:
        fields.refuse_choice(name, "keep", KEEPS, report)
    return None if unknown else names


def _engine(entry: Entry | None, report: Report) -> str:
    """Return what is to run the pipeline: `auto` leaves it to the compiler."""
    name = fields.as_text(entry, "write: engine: auto", report) if entry else None
    if name is None:
        return "auto"
    if name.text not in ENGINES:
        fields.refuse_choice(name, "engine", ENGINES, report)
    return name.text


def _defaults(entry: Entry | None, report: Report) -> Budget:
    """Return the limits of steps that say nothing of their own."""
    cure = "write: defaults: { timeout: 30s }"
    body = fields.as_mapping(entry, cure, report) if entry else None
    if body is None:
        return Budget()
    fields.check_keys(body, DEFAULT_KEYS, "defaults", report)
    return limits.read_budget(body, report)


def _steps(tree: Mapping, defaults: Budget, report: Report) -> tuple[StepEntry, ...]:
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
    if len(entries) > MOST_STEPS:
        _refuse_number(entries, report)
        return ()
    return tuple(read_step(entry, defaults, report) for entry in entries)


def _refuse_number(entries: tuple[Entry, ...], report: Report) -> None:
    """Report the first step too many; none is looked into."""
    report.add(
        "P028",
        entries[MOST_STEPS].key_span,
        f"the pipeline has {len(entries):,} steps, the most is {MOST_STEPS}",
        cure="make one plugin of several steps, or several pipelines",
    )
