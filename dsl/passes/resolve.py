"""resolve: steps find their plugins and origins, and the opening is told from the others."""

from collections.abc import Sequence as Items
from dataclasses import replace

from dsl import branches
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugins, Resolved
from dsl.fields import refuse_key, word_like
from dsl.keys import STEP_KEYS
from dsl.model import Name, StepEntry
from dsl.suggest import did_you_mean, nearest
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
            _check_strays(step, draft.plugins, report)
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
    """Report a step without `uses`, and what it means: by its name, or by options beside `with`."""
    strays = [each for each in step.entry.strays if not _is_step(each)]
    meant = _meant(step.name, strays, plugins)
    cure = f"name its plugin: uses: {' or '.join(meant[:3]) or 'PLUGIN'}"
    inside: list[Entry] = []
    if len(meant) == 1:
        options = tuple(plugins[meant[0]].options_model.model_fields)
        inside = [each for each in strays if nearest(each.key, (*options, *STEP_KEYS)) in options]
        text = ", ".join(f"{nearest(e.key, options)}: {_text(e, report)}" for e in inside)
        if text and "\n" not in text:
            cure = f"write {step.name}: {{ uses: {meant[0]}, with: {{ {text} }} }}"
    elif meant:
        inside = strays
        cure += f", and put {', '.join(each.key for each in inside)} into its `with`"
    allowed = () if meant else tuple(sorted(plugins))
    at = step.entry.name.span
    report.add("P014", at, f'step "{step.name}" has no "uses"', cure=cure, allowed=allowed)
    for entry in step.entry.strays:
        if _is_step(entry):
            _refuse_nested(entry, step, report)
        elif entry not in inside:
            refuse_key(entry, STEP_KEYS, f'step "{step.name}"', report)


def _meant(name: str, strays: Items[Entry], plugins: Plugins) -> tuple[str, ...]:
    """Return the plugins that a step called `name` may mean, by the options that it gives."""
    options = {each: plugin.options_model.model_fields for each, plugin in plugins.items()}
    fit = tuple(
        each
        for each, names in options.items()
        if strays and each != OPENING and all(entry.key in names for entry in strays)
    )
    near = nearest(name, fit or plugins)
    is_it = near is not None and (near == name or not strays or near in fit)
    return (near,) if near and is_it else fit


def _is_step(entry: Entry) -> bool:
    return isinstance(entry.value, Mapping) and entry.value.get("uses") is not None


def _text(entry: Entry, report: Report) -> str:
    return report.text(entry.value.span).strip()


def _check_strays(step: Resolved, plugins: Plugins, report: Report) -> None:
    """Report the step's keys that are none, and options that stand beside `with`."""
    for entry in step.entry.strays:
        option = step.option_meant(entry)
        if _is_step(entry):
            _refuse_nested(entry, step, report)
        elif option is None or step.plugin is None:
            has = [name for name in _meant("", [entry], plugins) if step.plugin]
            note = f"{' and '.join(has)} would take it, in `with`" if has else ""
            refuse_key(entry, STEP_KEYS, f'step "{step.name}"', report, note)
        else:
            _refuse_misplaced(entry, option, step.plugin.name, report)


def _refuse_misplaced(entry: Entry, option: str, plugin: str, report: Report) -> None:
    """Report an option, mistyped or not, that stands beside `with`."""
    text = f"{option}: {_text(entry, report)}"
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
