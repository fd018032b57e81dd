"""typecheck: options against their plugins, conditions and `${…}` against what can be named."""

from collections.abc import Mapping
from dataclasses import replace

from darkroom.plan.expressions import Constant, Expression, Reference
from dsl import expressions, option_metadata, options, scopes
from dsl.acceptance import accepted_by, tags_of
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugin, Resolved
from dsl.expressions import SAID, Kind, Scope
from dsl.model import Condition, Given, Name, nothing_given
from dsl.option_types import Target
from dsl.options import Checked
from dsl.text import Span
from dsl.tree import Entry, Scalar, kind_of
from steps.annotations import folders

_YES = ("yes", "on", "y")


def run(draft: Draft, report: Report) -> Draft:
    """Check every option and condition; what is right is in the draft."""
    checked: dict[tuple[str, str | None], Checked] = {}
    conditions: dict[str, Expression] = {}
    draft = replace(draft, limits=accepted_by(draft, report), tags=tags_of(draft, report))
    for step, scope in scopes.of_steps(draft):
        checked |= _options(step, scope, draft.file.keep, report)
        _note_verdict(step, report)
        if step.entry.when and (found := _condition(step.entry.when, scope, report)):
            conditions[step.name] = found
    open_ = sum(len(each.templates) for each in checked.values())
    reason = f"{len(checked)} sets of options, {open_} values filled at run time"
    return replace(
        draft,
        options=checked,
        conditions=conditions,
        decisions=draft.decided("typecheck", reason),
    )


def broken(draft: Draft) -> str | None:
    """Every step has options for each of its variants, and a condition if it has `when`."""
    wanted = {(step.name, name) for step in draft.steps for name in variant_names(step)}
    if wanted != set(draft.options):
        return f"options for {sorted(map(str, wanted ^ set(draft.options)))}"
    conditional = {step.name for step in draft.steps if step.entry.when}
    return None if conditional == set(draft.conditions) else "conditions are missing"


def variant_names(step: Resolved) -> tuple[str | None, ...]:
    """Return the names of the step's variants, or None alone if it has none."""
    return tuple(variant.name.text for variant in step.entry.variants) or (None,)


def _options(
    step: Resolved, scope: Scope, keep: tuple[Name, ...] | None, report: Report
) -> Mapping[tuple[str, str | None], Checked]:
    """Check the options of `with`, replaced one by one by those of each variant."""
    if step.plugin is None or step.entry.uses is None or step.entry.unclear_with:
        return {}
    target = _target(step, step.plugin)
    found = {}
    for name, (entries, place) in _merged(step, step.entry.uses.span).items():
        found[step.name, name] = options.check(target, entries, scope, place, report)
        if keep is not None:
            let_in = tuple(each.text for each in keep)
            option_metadata.check(entries, target, let_in, report)
    return {key: checked for key, checked in found.items() if checked is not None}


def _target(step: Resolved, plugin: Plugin) -> Target:
    model = plugin.options_model
    files = {name: plugin.files_in(folder) for name, folder in folders(model).items()}
    of = f'step "{step.name}" ({plugin.name})'
    return Target(of, model, plugin=plugin.name, files=files)


def _merged(step: Resolved, at: Span) -> Mapping[str | None, tuple[tuple[Entry, ...], Given]]:
    """Return the options of each variant, or of the step, and where those of its own stand."""
    given = step.entry.given
    shared = _entries(given) | {entry.key: entry for entry in step.misplaced}
    merged: dict[str | None, tuple[dict[str, Entry], Given]] = {
        variant.name.text: (
            shared | {entry.key: entry for entry in variant.options.entries},
            Given(variant.name.span, variant.options),
        )
        for variant in step.entry.variants
    }
    if not merged and not step.entry.garbled:
        merged = {None: (shared, given or nothing_given(at))}
    return {name: (tuple(each.values()), place) for name, (each, place) in merged.items()}


def _entries(given: Given | None) -> dict[str, Entry]:
    return {entry.key: entry for entry in given.options.entries} if given else {}


def _condition(condition: Condition, scope: Scope, report: Report) -> Expression | None:
    """Return the condition's expression; None, and a report, if it is no yes/no value."""
    value = condition.value
    if not isinstance(value.value, str) or value.value.strip().lower() in _YES:
        return _constant(value, scope, report)
    if value.value.startswith("${"):
        report.add(
            "P020",
            value.within(0, 2),
            "`when` is an expression itself, and needs no ${ }",
            cure=f"write when: {value.value[2:].removesuffix('}').strip()}",
        )
        return None
    found = expressions.read(value.value, 0, value, scope, report, condition=True)
    if found is None:
        return None
    if found[1] == "bool":
        return _depending(found[0], value, scope, report)
    _refuse(value, found, report)
    return None


def _refuse(value: Scalar, found: tuple[Expression, Kind], report: Report) -> None:
    """Report a condition that is no yes/no value, but something that could be compared."""
    expression, kind = found
    written = str(value.value).strip()
    compared = f"{written} > 0" if kind in ("int", "number") else f"{written} == '…'"
    report.add(
        "P007",
        value.span,
        f"`when` must be a yes/no value, this is {SAID[kind]}",
        label=f"{SAID[kind]}{_told_by(expression)}",
        cure="compare it with something" if kind == "list" else f"did you mean `{compared}`?",
    )


def _constant(value: Scalar, scope: Scope, report: Report) -> Expression | None:
    """Report a value that is the same for every picture: `true`, a number, a `yes` in quotes."""
    if isinstance(value.value, bool):
        return _depending(Constant(value=value.value), value, scope, report)
    is_text = isinstance(value.value, str)
    cure = f"compare something with it: picture.width >= {report.text(value.span)}"
    report.add(
        "P007",
        value.span,
        f"`when` must be a yes/no value, this is {kind_of(value)}",
        label="for every picture the same",
        cure="leave `when` out: the step then takes every picture" if is_text else cure,
    )
    return None


def _told_by(expression: Expression) -> str:
    """Say what the value of a condition comes from, where it is one name."""
    if not isinstance(expression, Reference):
        return ""
    first = expression.name.partition(".")[0]
    of = {"image": "the original", "picture": "the picture about to enter"}
    return f", told of {of[first]}" if first in of else f", told by step `{first}`"


def _depending(
    expression: Expression, value: Scalar, scope: Scope, report: Report
) -> Expression | None:
    """Return the condition; None, and a report, if it is the same for every picture.

    What is so only by what is accepted is noted: an overlay may accept more.
    """
    holds = expressions.always(expression, scope)
    if holds is None:
        holds = expressions.always(expression, scope, scope.most)
        if holds is not None:
            _note_frames(holds, value, scope, report)
        return expression
    title = f"this is {'always' if holds else 'never'} true"
    cure = "leave `when` out: the step then takes every picture" if holds else "remove the step"
    report.add("P032", value.span, title, cure=cure)
    return None


def _note_frames(holds: bool, value: Scalar, scope: Scope, report: Report) -> None:
    most = scope.most["image.frames"]
    report.add(
        "P032",
        value.span,
        f"this is {'always' if holds else 'never'} true of what is accepted",
        cure="raise accept.max_frames, or remove the condition",
        note=f"accept.max_frames is {most}: an original of more frames is refused",
        severity="note",
    )


def _note_verdict(step: Resolved, report: Report) -> None:
    """Note a step that refuses whatever comes to it: one that may reject, and has no facts."""
    plugin = step.plugin
    if plugin is None or not plugin.rejects or plugin.facts_model is None:
        return
    if not plugin.facts_model.model_fields and step.entry.when is None:
        report.add(
            "P032",
            step.entry.name.span,
            f"`{step.name}` refuses every image: it has no condition",
            cure="say which: when: safety.score >= 0.98",
            severity="note",
        )
