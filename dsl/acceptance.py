"""Acceptance: what originals are held to, and may bring: `accept`, and what `validate` tightens."""

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Items
from typing import Any

from dsl import fields, options, quantities
from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.expressions import Scope
from dsl.model import Given, Name, nothing_given
from dsl.option_types import Target, unit_of
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar, plain
from steps.limits import LimitOptions, Limits, LoosenedLimit

TAGS = "tags"
_MOST_TAGS = 10


def accepted_by(draft: Draft, report: Report) -> Limits:
    """Return what originals are held to: `accept` or its defaults, tightened by `validate`."""
    accepted = _accepted(draft.file.accept, report)
    step = draft.opening_step
    if step is None or step.plugin is None or step.entry.uses is None or step.entry.garbled:
        return accepted
    plugin = step.plugin.name
    of = f'step "{step.name}" ({plugin})'
    target = Target(of, step.plugin.options_model, plugin=plugin)
    given = step.entry.given or nothing_given(step.entry.uses.span)
    entries = tuple(_fixed(given.options.entries, report))
    checked = options.check(target, entries, Scope({}), given, report)
    if checked is None:
        return accepted
    asked = {key: value for key, value in checked.values.items() if value is not None}
    return _tightened(accepted, asked, entries, report)


def tags_of(draft: Draft, report: Report) -> tuple[str, ...]:
    """Return the names of the tags that an upload may bring, in the order of `accept.tags`."""
    accept = draft.file.accept
    entry = accept.options.get(TAGS) if accept else None
    names = fields.as_names(entry, "write: tags: [plan]", report) if entry else None
    found: list[str] = []
    for name in names or ():
        word = fields.as_word(name, "a tag's name", report)
        if name.text in found:
            title = f'"{name.text}" is listed twice'
            report.add("P008", name.span, title, cure="remove one, or give it another name")
        elif word:
            found.append(word.text)
    if len(found) > _MOST_TAGS:
        _refuse_number(names or (), report)
    return tuple(found)


def _refuse_number(names: Items[Name], report: Report) -> None:
    report.add(
        "P003",
        names[_MOST_TAGS].span,
        f"`tags` lists {len(names)} names, the most is {_MOST_TAGS}",
        cure="put what belongs together into one tag",
        note="tags lie beside the original, where S3 keeps 2 kB of an upload",
    )


def _accepted(accept: Given | None, report: Report) -> Limits:
    if accept is None:
        return Limits()
    limits = [entry for entry in accept.options.entries if entry.key != TAGS]
    entries = tuple(_fixed(limits, report))
    target = Target("accept", Limits, beside=(TAGS,))
    checked = options.check(target, entries, Scope({}), accept, report)
    return Limits.read(checked.values) if checked else Limits()


def _fixed(entries: Iterable[Entry], report: Report) -> Iterator[Entry]:
    """Yield the entries but for those with `${…}`: an original is held to what the file says."""
    for entry in entries:
        value = entry.value.value if isinstance(entry.value, Scalar) else None
        if isinstance(value, str) and "${" in value:
            report.add(
                "P022",
                entry.value.span,
                f"`{entry.key}` cannot be filled in: originals are held to it as they are opened",
                cure="write the limit itself",
            )
        else:
            yield entry


def _tightened(
    accepted: Limits, asked: dict[str, Any], entries: tuple[Entry, ...], report: Report
) -> Limits:
    """Return the limits with what `validate` asks, one by one: each mistake is its own."""
    for name, value in asked.items():
        try:
            accepted = accepted.tightened(LimitOptions.read({name: value}))
        except LoosenedLimit:
            _refuse_looser(name, value, accepted, entries, report)
    return accepted


def _refuse_looser(
    name: str, value: Any, accepted: Limits, entries: tuple[Entry, ...], report: Report
) -> None:
    entry = Mapping(Span(0, 0), entries).get(name)
    if entry is None:
        return
    limit = getattr(accepted, name)
    if isinstance(value, list | tuple):
        extra = [each for each in value if each not in limit]
        title, words = f"`{name}` adds {', '.join(extra)} to what is accepted", ", ".join(limit)
    else:
        title = f"`{name}` is larger than what is accepted: {plain(entry.value)}"
        unit = unit_of(Limits, name)
        words = quantities.spell(limit, unit) if unit else str(limit)
    report.add(
        "P025",
        entry.value.span,
        title,
        cure=f"validate can only tighten: change accept.{name} at the top of the file",
        note=f"accept.{name} is {words}",
    )
