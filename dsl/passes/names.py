"""names: what the console calls the visits of a machine, each by its steps."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from darkroom.plan.models import Stage
from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.visits import Visit, branches

LONGEST = 80  # characters of a state's name. Source: Step Functions quotas, "state name"
_ROOM = LONGEST - len("after fork behind ")  # for what the backend puts before a visit's name
_OPENING = "open the original"

Names = Mapping[tuple[str, ...], str]
"""Names by what a visit's task covers."""


def run(draft: Draft, _: Report) -> Draft:
    """Name every visit."""
    if draft.first_visit is None:
        raise AssertionError("a draft behind the pass `shape` has visits")
    found = names(draft.first_visit, draft.stages)
    decisions = draft.decided("names", ", ".join(found.values()))
    return replace(draft, names=found, decisions=decisions)


def broken(draft: Draft) -> str | None:
    """Every visit has a name, no two have the same, and there is room for what is put before it."""
    found = list(draft.names.values())
    if len(found) == 0 or len(set(found)) < len(found):
        return "two visits have one name, or none has"
    return None if all(len(name) <= _ROOM for name in found) else "a name is too long"


def names(first: Visit, stages: tuple[Stage, ...]) -> Names:
    """Return a name for every visit from `first` on: its steps, and if need be what is above."""
    steps = {stage.id: stage.steps for stage in stages}
    found: dict[tuple[str, ...], str] = {}
    for visit in _visits(first):
        task = visit.task
        short = _short(steps[task.stage])
        taken = set(found.values())
        candidates = (short, f"{short} behind {task.at}", *_numbered(short, len(taken)))
        free = (name for name in candidates if name not in taken and len(name) <= _ROOM)
        found[task.covers] = next(free)
    return found


def _visits(visit: Visit) -> Iterator[Visit]:
    yield visit
    for following in branches(visit.behind):
        yield from _visits(following)


def _short(steps: tuple[str, ...]) -> str:
    """Return the steps as the console shows them: `check + sizes + brand`."""
    name = " + ".join(steps) or _OPENING
    room = _ROOM - len(" (100)")
    return name if len(name) <= room else f"{steps[0][:30]} and {len(steps) - 1} more steps"


def _numbered(short: str, taken: int) -> Iterator[str]:
    return (f"{short} ({number})" for number in range(2, taken + 3))
