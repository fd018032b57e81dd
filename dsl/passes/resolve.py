"""resolve: steps find their plugins and origins, and the opening is told from the others."""

from dataclasses import replace

from dsl import branches
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugins, Resolved
from dsl.fields import refuse_key, word_like
from dsl.keys import STEP_KEYS
from dsl.model import Name, StepEntry
from dsl.suggest import did_you_mean, nearest
from dsl.text import Span
from dsl.tree import Entry, Mapping
from steps.limits import OF_THE_ORIGINAL
from steps.plugins import GROUP, distributions

OPENING = "validate"


def run(draft: Draft, report: Report) -> Draft:
    """Find each step's plugin and what it takes; report what there is not."""
    resolved = tuple(_resolved(entry, draft.plugins, report) for entry in draft.file.steps)
    for step in resolved:
        if step.entry.lacks_uses:
            _refuse_missing(step, draft.plugins, report)
        else:
            _check_strays(step, report)
    opening = resolved[0] if resolved and _opens(resolved[0]) else None
    below = resolved[1:] if opening else resolved
    steps = branches.with_origins(below, opening, report)
    for step in steps:
        if _opens(step):
            _check_later_validation(step, report)
    if opening:
        _check_opening(opening, report)
    how = f"`{opening.name}` is the opening" if opening else "the opening is implied"
    return replace(
        draft, opening_step=opening, steps=steps, decisions=draft.decided("resolve", how)
    )


def broken(draft: Draft) -> str | None:
    """Every step has a plugin, and takes pictures of a step above it."""
    lost = [step.name for step in draft.steps if step.plugin is None]
    above: set[str | None] = {None}
    for step in draft.steps:
        lost += [] if step.origin.step in above else [step.name]
        above.add(step.name)
    return f"no plugin for, or nothing above, {', '.join(lost)}" if lost else None


def _opens(step: Resolved) -> bool:
    return step.entry.uses is not None and step.entry.uses.text == OPENING


def _resolved(entry: StepEntry, plugins: Plugins, report: Report) -> Resolved:
    if entry.uses is None:
        return Resolved(entry, None)
    plugin = plugins.get(entry.uses.text)
    if plugin is None:
        _refuse_unknown(entry.uses, plugins, report)
    return Resolved(entry, plugin)


def _refuse_missing(step: Resolved, plugins: Plugins, report: Report) -> None:
    """Report a step without `uses`, and its keys that are no options of the plugin it means."""
    name = nearest(step.name, plugins)
    options = plugins[name].options_model.model_fields if name else {}
    known = (*options, *STEP_KEYS)
    inside = [each for each in step.entry.strays if nearest(each.key, known) in options]
    text = ", ".join(
        f"{nearest(each.key, options)}: {report.text(each.value.span).strip()}" for each in inside
    )
    cure = f"name its plugin: uses: {name or 'resize'}"
    if inside and "\n" not in text:
        cure = f"write {step.name}: {{ uses: {name}, with: {{ {text} }} }}"
    report.add("P014", step.entry.name.span, f'step "{step.name}" has no "uses"', cure=cure)
    for entry in step.entry.strays:
        if entry not in inside:
            refuse_key(entry, STEP_KEYS, f'step "{step.name}"', report)


def _whole(entry: Entry) -> Span:
    return Span(entry.key_span.start, entry.value.span.end)


def _check_strays(step: Resolved, report: Report) -> None:
    """Report the step's keys that are none, and options that stand beside `with`."""
    for entry in step.entry.strays:
        option = step.option_meant(entry)
        if isinstance(entry.value, Mapping) and entry.value.get("uses"):
            _refuse_nested(entry, step, report)
        elif option is None or step.plugin is None:
            refuse_key(entry, STEP_KEYS, f'step "{step.name}"', report)
        else:
            _refuse_misplaced(entry, option, step.plugin.name, report)


def _refuse_misplaced(entry: Entry, option: str, plugin: str, report: Report) -> None:
    """Report an option, mistyped or not, that stands beside `with`."""
    text = f"{option}: {report.text(entry.value.span).strip()}"
    is_it = f'"{entry.key}" is an option of {plugin}, not a key of a step'
    report.add(
        "P013",
        entry.key_span,
        is_it if option == entry.key else f'"{entry.key}" is neither a key nor an option here',
        cure=f"write with: {{ {text} }}" if "\n" not in text else "indent it under `with:`",
    )


def _refuse_nested(entry: Entry, step: Resolved, report: Report) -> None:
    """Report a step that stands within another, for want of as little indentation."""
    report.add(
        "P013",
        entry.key_span,
        f'"{entry.key}" stands within the step "{step.name}", and is one itself',
        cure=f'indent it as deep as "{step.name}"',
    )


def _refuse_unknown(uses: Name, plugins: Plugins, report: Report) -> None:
    name = word_like(uses.text) or "name"
    report.add(
        "P001",
        uses.span,
        f'unknown step type "{uses.text}"',
        label="no plugin has this name",
        cure=did_you_mean(uses.text, plugins, f"a new plugin is one file: steps/{name}.py"),
        allowed=tuple(sorted(plugins)),
        note=_shipped(plugins),
    )


def _shipped(plugins: Plugins) -> str:
    """Tell the plugins of packages from those of steps/; nothing where there are none."""
    found = distributions()
    told = [f"{name} is of {found.get(name, 'a package')}" for name in plugins if "." in name]
    return f"{', '.join(told)} (entry point {GROUP}); the others are built in" if told else ""


def _check_later_validation(step: Resolved, report: Report) -> None:
    """Refuse limits that only the original can meet: below the opening, there is a picture."""
    entries = step.entry.given.options.entries if step.entry.given else ()
    for entry in entries:
        if entry.key in OF_THE_ORIGINAL:
            report.add(
                "P030",
                entry.key_span,
                f"only the first step can ask for `{entry.key}`: it tells of the original",
                cure=f"move `{step.name}` to the top, or its `{entry.key}` into accept",
            )


def _check_opening(step: Resolved, report: Report) -> None:
    """Refuse what would make the opening depend on the picture."""
    entry = step.entry
    given = {
        "variants": entry.variants_key,
        "from": entry.origin_key,
        "only": entry.only[0].span if entry.only else None,
        "when": entry.when.key if entry.when else None,
        "on_error": entry.on_error.value if entry.on_error else None,
        "alone": entry.name.span if entry.alone else None,
    }
    for key, span in given.items():
        if span is not None:
            report.add(
                "P031",
                span,
                f"`{step.name}` opens every original, so it cannot have `{key}`",
                cure="put it on a step below",
            )
