"""Overlays: what `pipeline.ENV.yaml` changes, laid over the pipeline's tree (rule 20).

Mappings merge by key path, everything else replaces, `null` takes away. This comes before anything
is checked, so that what is checked is what will run.
"""

from dataclasses import replace

from dsl import source
from dsl.diagnostics import Report
from dsl.suggest import did_you_mean
from dsl.text import SourceText
from dsl.tree import Entry, Mapping, Removal, Sequence, Tree, Unreadable, moved

_STEPS = ("steps",)


def laid_over(tree: Mapping | None, overlay: SourceText, report: Report) -> Mapping | None:
    """Return `tree` as `overlay` changes it; None if either cannot be read, which is reported.

    Places in the overlay are moved to where `report` has them.
    """
    alone = Report(overlay)
    read = source.read(alone, overlay=True)
    report.include(alone)
    if tree is None or read is None:
        return None
    over = moved(read, report.beyond)
    return _merged(tree, over, (), report) if isinstance(over, Mapping) else tree


def _merged(under: Mapping, over: Mapping, path: tuple[str, ...], report: Report) -> Mapping:
    entries = {entry.key: entry for entry in under.entries}
    for entry in over.entries:
        key, value, below = entry.key, entry.value, entries.get(entry.key)
        if path == () and key == "pipeline":
            _refuse_name(entry, report)
        elif isinstance(value, Removal):
            if below is None:
                _refuse_removal(entry, tuple(entries), report)
            entries.pop(key, None)
        elif path == _STEPS and below is None:
            _refuse_step(entry, tuple(entries), report)
        elif below and isinstance(below.value, Mapping) and isinstance(value, Mapping):
            inner = _merged(below.value, value, (*path, key), report)
            entries[key] = replace(below, value=inner)
        else:
            entries[key] = replace(entry, value=_whole(value, report))
    return Mapping(under.span, tuple(entries.values()), under.whole and over.whole)


def _whole(tree: Tree, report: Report) -> Tree:
    """Return a value below which nothing lies: there, a `null` takes nothing away."""
    match tree:
        case Mapping(entries=entries):
            kept = tuple(each for each in entries if not isinstance(each.value, Removal))
            for each in entries:
                if each not in kept:
                    _refuse_removal(each, (), report)
            inner = tuple(replace(each, value=_whole(each.value, report)) for each in kept)
            return replace(tree, entries=inner, whole=tree.whole and kept == entries)
        case Sequence(items=items):
            return replace(tree, items=tuple(_whole(item, report) for item in items))
        case Removal(span=span):
            cure = "write the whole list: an overlay replaces it"
            report.add("Y006", span, "there is no value here", cure=cure)
            return Unreadable(span)
        case _:
            return tree


def _refuse_removal(entry: Entry, there: tuple[str, ...], report: Report) -> None:
    """Report a `null` for a key that is not among those that are `there`."""
    report.add(
        "P035",
        entry.key_span,
        f'there is no "{entry.key}" here to take away',
        cure=did_you_mean(entry.key, there, "remove the line"),
        allowed=there,
    )


def _refuse_step(entry: Entry, steps: tuple[str, ...], report: Report) -> None:
    adds = f"{report.overlay.path} adds" if report.overlay else "this adds"
    meant = did_you_mean(entry.key, steps)
    add = f"add it to {report.source.path}, and write {entry.key}: null in the other overlays"
    report.add(
        "D311",
        entry.key_span,
        f"{adds} the step `{entry.key}`; an overlay changes or removes steps",
        cure=f"{meant} If not, {add}" if meant else add,
        allowed=steps,
    )


def _refuse_name(entry: Entry, report: Report) -> None:
    report.add(
        "P036",
        entry.key_span,
        "a pipeline has one name in every environment",
        cure="remove the line",
        note="events, object keys and generated/ carry it",
    )
