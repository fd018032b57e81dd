"""budgets: what a run may weigh in Step Functions, proved before it is deployed.

payload  = 512 B + sum over the pictures that leave a task (448 B + 2 x its way + its facts)
history  = sum over states of the events that entering, trying and leaving them writes
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from darkroom.plan.expressions import names
from darkroom.plan.models import Task
from darkroom.plan.tree import tasks_of
from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.passes.shape import shape
from dsl.text import Span
from dsl.visits import Visit, branches

# Source: Step Functions quotas, "Maximum input or output size" and "Maximum execution event
# history size" (of Standard; Express keeps none).
PAYLOAD_BYTES = 262_144
HISTORY_EVENTS = 25_000

_OUTCOME_BYTES = 512  # an outcome without hands, the reason of a failure cut to its longest
_HAND_BYTES = 448  # tenant (128), image (26), run (80), the picture, and the names of all these
_FACT_BYTES = 32  # a number as it is written, and what stands around it
_TASK_EVENTS = 2  # entered, exited
_TRY_EVENTS = 3  # scheduled, started, and ended in one way or another
_FORK_EVENTS = 4  # entered, started, succeeded, exited
_PART_EVENTS = 2  # an iteration started, and succeeded
_PASSING_EVENTS = 2  # a Choice, Pass or Succeed: entered, exited
_SMALL_STATES = 4  # of those beside one task, at the most: asked, past, after, end


def run(draft: Draft, report: Report) -> Draft:
    """Refuse a pipeline whose payloads, or whose history on Standard, would not be taken."""
    payload = max(payload_bytes(draft, task) for task in tasks_of(draft.first_task))
    events = history_events(draft, shape(draft.nodes, draft.first_task))
    if payload > PAYLOAD_BYTES:
        _refuse(draft, payload, report)
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


def history_events(draft: Draft, visit: Visit, times: int = 1) -> int:
    """Return the most events that a Standard execution writes from `visit` on, every try failing.

    Source: Step Functions API reference, HistoryEvent.
    """
    tries = {stage.id: stage.retry.attempts for stage in draft.stages}[visit.task.stage]
    if visit.on_error == "pass":
        tries *= 2
    once = _TASK_EVENTS + _TRY_EVENTS * tries + _SMALL_STATES * _PASSING_EVENTS
    own = times * len(visit.to)
    forks = _FORK_EVENTS * own if branches(visit.behind) else 0
    behind = sum(
        own * _PART_EVENTS * len(each.to) + history_events(draft, each, own)
        for each in branches(visit.behind)
    )
    return own * once + forks + behind


def _refuse(draft: Draft, payload: int, report: Report) -> None:
    widest = max(tasks_of(draft.first_task), key=lambda task: payload_bytes(draft, task))
    apart = next(iter(_apart(draft)), draft.file.name.span if draft.file.name else Span(0, 0))
    report.add(
        "P034",
        apart,
        f"a stage would hand on {len(widest.next)} pictures in a payload of {payload:,} bytes, "
        f"Step Functions takes {PAYLOAD_BYTES:,}",
        cure="let fewer steps be alone, or give steps shorter names",
        note="a payload names the way of each picture twice: all steps that it has passed",
    )


def _refuse_history(draft: Draft, events: int, report: Report) -> None:
    report.add(
        "P010",
        next(iter(_apart(draft)), draft.file.name.span if draft.file.name else Span(0, 0)),
        f"a run may write {events:,} events, a Standard execution ends after {HISTORY_EVENTS:,}",
        cure="let fewer steps be alone, or write fewer attempts",
    )


def _apart(draft: Draft) -> Iterator[Span]:
    return (step.entry.name.span for step in draft.steps if step.is_alone)
