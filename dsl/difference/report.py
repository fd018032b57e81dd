"""Report: the changes between two plans as people read them, and what they cost."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from darkroom.plan import Plan
from dsl.costs.bill import Bill
from dsl.difference.change import Change, Section

_WIDTH = 100
_KIND = 13  # columns
_TITLES: dict[Section, str] = {
    "outputs": "Outputs",
    "accepted": "What is accepted",
    "steps": "Steps",
    "functions": "Functions",
    "engine": "Engine",
}


def report(found: Sequence[Change], old: Plan, new: Plan, bills: tuple[Bill, Bill]) -> str:
    """Return the text: outputs first, then step by step, functions, engine, dollars."""
    told = list(_sections(found)) or ["nothing changes"]
    return "\n".join([*told, "", _meaning(old, new), *_cost(*bills)])


def _sections(found: Sequence[Change]) -> Iterator[str]:
    for section, title in _TITLES.items():
        within = [change for change in found if change.section == section]
        if within:
            yield title
        for name in dict.fromkeys(change.of for change in within):
            yield from _named(name, [change for change in within if change.of == name])


def _named(name: str, found: Sequence[Change]) -> Iterator[str]:
    """Yield what changes of one step or function, under its name if it has one."""
    if name:
        yield f"  {name}"
    indent = 4 if name else 2
    for change in found:
        kind = "" if change.kind == "whole" else f"{change.kind:{_KIND}}"
        mark = "BREAKING  " if change.breaking else ""
        yield from wrap(
            f"{kind}{mark}{change.text}",
            _WIDTH,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + len(kind) + len(mark)),
            break_long_words=False,
            break_on_hyphens=False,
        )


def _meaning(old: Plan, new: Plan) -> str:
    if old.digest == new.digest:
        return "Pixels, events and endings are the same; runs under way end as they began."
    return (
        "Images from now on come out differently; those done, and runs under way, stay as they are."
    )


def _cost(old: Bill, new: Bill) -> Iterator[str]:
    """Yield the dollars before and after, and of which services they are more or less."""
    yield f"A million images: {_dollars(old.usd, new.usd)}"
    for service, before in old.by_service.items():
        after = new.by_service[service]
        if f"{before:.2f}" != f"{after:.2f}":
            yield f"  {service}: {_dollars(before, after)}"


def _dollars(old: float, new: float) -> str:
    old, new = round(old, 2), round(new, 2)
    if old == new:
        return f"${new:.2f}, as before"
    share = f", {(new - old) / old:+.1%}" if old else ""
    return f"${old:.2f} -> ${new:.2f} ({new - old:+.2f}{share})"
