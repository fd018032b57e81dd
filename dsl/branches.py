"""Branches: what each step takes its pictures from, and which steps lie on its way (rule 4)."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import replace

from dsl.diagnostics import Report
from dsl.draft import Origin, Resolved
from dsl.keys import ORIGINAL
from dsl.model import Name
from dsl.suggest import did_you_mean


def with_origins(
    steps: Items[Resolved], opening: Resolved | None, report: Report
) -> tuple[Resolved, ...]:
    """Return the steps below the opening, each with what it takes; report what there is not."""
    found: list[Resolved] = []
    for index, step in enumerate(steps):
        origin = Origin(found[-1].name if found else None)
        if step.entry.begins_branch:
            above = (*((opening,) if opening else ()), *found)
            named = _named(step, above, steps[index:], report)
            origin = named or replace(origin, known=False)
            if opening and origin.step == opening.name:
                origin = Origin()
        found.append(replace(step, origin=origin))
    return tuple(found)


def on_the_way(step: Resolved, steps: Items[Resolved]) -> tuple[Resolved, ...]:
    """Return the steps that the pictures of `step` have come through, the first one first."""
    by_name = {each.name: each for each in steps}
    return tuple(reversed(list(_upwards(step, by_name))))


def _upwards(step: Resolved, by_name: dict[str, Resolved]) -> Iterator[Resolved]:
    while step.origin.step is not None:
        step = by_name[step.origin.step]
        yield step


def _named(
    step: Resolved, above: Items[Resolved], below: Items[Resolved], report: Report
) -> Origin | None:
    """Return what `from` names; None, and a report, if it names nothing above."""
    written = step.entry.origin
    if written is None:
        return None
    first, dot, variant = written.text.partition(".")
    source = next((each for each in above if each.name == first), None)
    if source is None and first != ORIGINAL:
        _refuse_unknown(step, written, above, below, report)
        return None
    names = _variant_names(source) if source else ()
    if not dot or variant in names:
        return Origin(source.name if source else None, variant or None)
    if source is None or not source.entry.garbled:
        _refuse_variant(first, written, names, report)
    return None


def _refuse_variant(source: str, written: Name, names: tuple[str, ...], report: Report) -> None:
    """Report a variant that `source` does not have; `names` are those it has."""
    known = tuple(f"{source}.{name}" for name in names)
    title = f'`{source}` has no variant "{written.text.partition(".")[2]}"'
    cure = did_you_mean(written.text, known, "use one of those listed")
    report.add(
        "P033",
        written.span,
        title if names else f"`{source}` has no variants",
        cure=cure if names else f"write from: {source}",
        allowed=known,
    )


def _refuse_unknown(
    step: Resolved, written: Name, above: Items[Resolved], below: Items[Resolved], report: Report
) -> None:
    first = written.text.partition(".")[0]
    names = (ORIGINAL, *(each.name for each in above))
    owner = next((each for each in above if first in _variant_names(each)), None)
    allowed: tuple[str, ...] = ()
    if first == step.name:
        title, cure = f"`{first}` cannot take its own pictures", "name a step above it"
    elif any(each.name == first for each in below):
        title = f"`{first}` is below this step: it has no pictures yet"
        cure = f"move `{step.name}` below `{first}`"
    else:
        title, allowed = f'no step above is called "{first}"', names
        cure = (
            f'did you mean "{owner.name}.{first}"?'
            if owner
            else did_you_mean(first, names, "use one of those listed")
        )
    report.add("P033", written.span, title, cure=cure, allowed=allowed)


def _variant_names(step: Resolved) -> tuple[str, ...]:
    return tuple(each.name.text for each in step.entry.variants)
