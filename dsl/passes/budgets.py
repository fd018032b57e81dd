"""budgets: what a run may weigh in Step Functions, proved before it is deployed.

payload  = 512 B + sum over the pictures that leave a task (448 B + 2 x its way + its facts)
joined   = sum over the branches that meet (1,024 B + 256 B + its way, for each step that may be
           killed without failing the image)
history  = sum over states of the events that entering, trying and leaving them writes
"""

import json
from dataclasses import replace

from darkroom.plan.expressions import names
from darkroom.plan.models import Task
from darkroom.plan.tree import tasks_of
from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.passes.shape import shape
from dsl.text import Span
from dsl.visits import Fork, Visit, branches

# Source: Step Functions quotas, "Maximum input or output size" and "Maximum execution event
# history size" (of Standard; Express keeps none).
PAYLOAD_BYTES = 262_144
HISTORY_EVENTS = 25_000

_OUTCOME_BYTES = 512  # an outcome without hands, the reason of a failure cut to its longest
_HAND_BYTES = 448  # tenant (128), image (26), run (80), the picture, and the names of all these
_ENDED_BYTES = 1_024  # an outcome that met others: an error, and 200 characters of its cause
_KILLED_BYTES = 256  # a place among the next, an error's name, and what stands around them
_FACT_BYTES = 32  # a number as it is written, and what stands around it
_TASK_EVENTS = 2  # entered, exited
_TRY_EVENTS = 3  # scheduled, started, and ended in one way or another
_FORK_EVENTS = 6  # entered, started, succeeded, exited; the state that joins: entered, exited
_PART_EVENTS = 2  # an iteration started and succeeded, or a branch's first state
_PASSING_EVENTS = 2  # a Choice, Pass or Succeed: entered, exited
_SMALL_STATES = 4  # of those beside one task, at the most: asked, past, after, end


def run(draft: Draft, report: Report) -> Draft:
    """Refuse a pipeline whose payloads, or whose history on Standard, would not be taken."""
    first = shape(draft.nodes, draft.first_task)
    left = max(payload_bytes(draft, task) for task in tasks_of(draft.first_task))
    joined = joined_bytes(first)
    payload = max(left, joined)
    events = history_events(draft, first)
    if left > PAYLOAD_BYTES:
        _refuse(draft, left, report)
    elif joined > PAYLOAD_BYTES:
        _refuse_joined(draft, joined, report)
    if draft.engine == "standard" and events > HISTORY_EVENTS:
        _refuse_history(draft, events, report)
    reason = (
        f"payloads of at most {payload:,} of {PAYLOAD_BYTES:,} bytes; at most {events:,} events, "
        f"where a Standard execution may have {HISTORY_EVENTS:,}"
    )
    return replace(draft, decisions=draft.decided("budgets", reason))


def broken(draft: Draft) -> str | None:
    """No payload is larger than Step Functions takes."""
    fits = all(payload_bytes(draft, each) <= PAYLOAD_BYTES for each in tasks_of(draft.first_task))
    fits = fits and joined_bytes(shape(draft.nodes, draft.first_task)) <= PAYLOAD_BYTES
    return None if fits else "a payload is larger than Step Functions takes"


def payload_bytes(draft: Draft, task: Task) -> int:
    """Return the most bytes of JSON that the task's answer has, all its hands in it."""
    asked = {
        name
        for each in tasks_of(draft.first_task)
        if each.when is not None
        for name in names(each.when)
    }
    facts = sum(len(name) + _FACT_BYTES for name in asked)
    hands = (_HAND_BYTES + 2 * len(json.dumps(each.at)) + facts for each in task.next)
    return _OUTCOME_BYTES + sum(hands)


def joined_bytes(visit: Visit) -> int:
    """Return the most bytes in which the ends of branches meet, anywhere behind the visit."""
    behind = branches(visit.behind)
    here = sum(len(each.to) * (_ENDED_BYTES + _killed_bytes(each)) for each in behind)
    return max([here, *map(joined_bytes, behind)])


def _killed_bytes(visit: Visit) -> int:
    """Return what is told of all that may be killed in a visit and behind it."""
    way = visit.task.covers[0] if visit.task.covers else ""
    own = 0 if visit.on_error == "fail" else _KILLED_BYTES + len(json.dumps(way))
    return own + sum(len(each.to) * _killed_bytes(each) for each in branches(visit.behind))


def history_events(draft: Draft, visit: Visit, times: int = 1) -> int:
    """Return the most events that a Standard execution writes from `visit` on, every try failing.

    Source: Step Functions API reference, HistoryEvent.
    """
    tries = {stage.id: stage.retry.attempts for stage in draft.stages}[visit.task.stage]
    if visit.on_error == "pass":
        tries *= 2
    once = _TASK_EVENTS + _TRY_EVENTS * tries + _SMALL_STATES * _PASSING_EVENTS
    own = times * len(visit.to)
    forks = _FORK_EVENTS * own * _forks(visit)
    behind = sum(
        own * _PART_EVENTS * len(each.to) + history_events(draft, each, own)
        for each in branches(visit.behind)
    )
    return own * once + forks + behind


def _forks(visit: Visit) -> int:
    """Return how many states fork behind the visit: each branch of equals is a Map by itself."""
    behind = branches(visit.behind)
    maps = sum(len(each.to) > 1 for each in behind) if isinstance(visit.behind, Fork) else 0
    return maps + bool(behind)


def _refuse(draft: Draft, payload: int, report: Report) -> None:
    widest = max(tasks_of(draft.first_task), key=lambda task: payload_bytes(draft, task))
    _refuse_payload(
        draft,
        f"a stage would hand on {len(widest.next)} pictures in a payload of {payload:,} bytes",
        "a payload names the way of each picture twice: all steps that it has passed",
        report,
    )


def _refuse_joined(draft: Draft, joined: int, report: Report) -> None:
    _refuse_payload(
        draft,
        f"the ends of pictures would meet in a payload of {joined:,} bytes",
        "what was killed and may be done without is named by all steps that it has passed",
        report,
    )


def _refuse_payload(draft: Draft, what: str, note: str, report: Report) -> None:
    report.add(
        "P034",
        _place(draft),
        f"{what}, Step Functions takes {PAYLOAD_BYTES:,}",
        cure="let fewer steps be alone, or give steps shorter names",
        note=note,
    )


def _refuse_history(draft: Draft, events: int, report: Report) -> None:
    report.add(
        "P010",
        _place(draft),
        f"a run may write {events:,} events, a Standard execution ends after {HISTORY_EVENTS:,}",
        cure="let fewer steps be alone, or write fewer attempts",
    )


def _place(draft: Draft) -> Span:
    """Return where the first step is that has an invocation to itself, else the pipeline's name."""
    apart = (step.entry.name.span for step in draft.steps if step.is_alone)
    return next(apart, draft.file.name.span if draft.file.name else Span(0, 0))
