"""engine: what runs the pipeline, and how long one run takes at most."""

import math
from collections.abc import Mapping
from collections.abc import Sequence as Items
from dataclasses import replace

from darkroom.plan.models import Retry, Stage, Task
from darkroom.plan.tree import nodes_of
from dsl.diagnostics import Report
from dsl.draft import Draft, Engine, Part
from dsl.passes.stages import all_steps, place_of
from dsl.text import Span

EXPRESS_S = 300  # Source: Step Functions quotas, "Maximum execution duration", Express
# Standard would go on for a year, but what stages leave for each other lies for a day.
LONGEST_S: Mapping[Engine, int] = {"express": EXPRESS_S, "standard": 86_400}
# A function's timeout begins behind its initialisation, which takes up to 10 s before it is
# started over. Source: Lambda guide, "Understanding the Lambda execution environment lifecycle".
START_S = 10
# Iterations of an inline Map at one time. Source: Step Functions guide, "Map state processing
# modes".
AT_ONCE = 40


def run(draft: Draft, report: Report) -> Draft:
    """Choose what is asked for, else Express where it fits; refuse what fits neither."""
    path = _longest_path(draft)
    worst_case_s = sum(seconds for _, seconds in path)
    engine = _chosen(draft.file.engine, worst_case_s)
    if worst_case_s >= LONGEST_S[engine]:
        _refuse(draft, path, engine, report)
    reason = f"{engine}: at most {worst_case_s} s ({_spelt_path(path)}), {_why(draft, engine)}"
    decisions = draft.decided("engine", reason)
    return replace(draft, engine=engine, worst_case_s=worst_case_s, decisions=decisions)


def _chosen(asked: str, worst_case_s: int) -> Engine:
    if asked == "standard" or (asked == "auto" and worst_case_s >= EXPRESS_S):
        return "standard"
    return "express"


def _why(draft: Draft, engine: Engine) -> str:
    if engine == "express":
        return "nothing waits for a callback, writing twice is writing once"
    if draft.file.engine == "standard":
        return "and the pipeline asks for it"
    return f"and an Express execution ends after {EXPRESS_S} s"


def longest_s(draft: Draft) -> int:
    """Return the seconds that one run takes at most, whatever engine runs it."""
    return sum(seconds for _, seconds in _longest_path(draft))


def broken(draft: Draft) -> str | None:
    """A run ends before its engine would end it."""
    fits = draft.worst_case_s < LONGEST_S[draft.engine]
    return None if fits else f"the worst case is longer than {draft.engine}"


def worst_case(stage: Stage) -> int:
    """Return the seconds of a stage that uses up its timeout in every attempt."""
    return stage.retry.attempts * (stage.timeout_s + START_S) + sum(waits(stage.retry))


def waits(retry: Retry) -> tuple[int, ...]:
    """Return the longest wait before each further attempt, in seconds; jitter only shortens it."""
    return tuple(int(retry.wait_s) * 2**index for index in range(retry.attempts - 1))


_ENDS: Mapping[Engine, str] = {
    "express": "an Express execution ends",
    "standard": "what stages leave for each other is gone",
}

_Path = tuple[tuple[Stage, int], ...]
"""Stages that follow one another, with the seconds of each."""


def _longest_path(draft: Draft) -> _Path:
    """Return the stages that a run passes one after another, where that takes longest."""
    passing = frozenset(node.way for node in nodes_of(draft.nodes) if node.on_error == "pass")
    stages = {stage.id: stage for stage in draft.stages}
    return _path(draft.first_task, 1, stages, passing)


def _path(task: Task, rounds: int, stages: Mapping[str, Stage], passing: frozenset[str]) -> _Path:
    """Return the longest path from `task` on, which is run in so many `rounds`, one by one.

    A killed step that may pass is invoked once more, to let its picture go by.
    """
    stage = stages[task.stage]
    again = 2 if passing.intersection(task.covers) and len(task.covers) == 1 else 1
    behind = math.ceil(len(task.next) / AT_ONCE)
    paths = [_path(each, rounds * behind, stages, passing) for each in task.next]
    longest = max(paths, key=lambda path: sum(seconds for _, seconds in path), default=())
    return ((stage, again * rounds * worst_case(stage)), *longest)


def _spelt_path(path: _Path) -> str:
    if len(path) == 1:
        return _arithmetic(path[0][0])
    return " + ".join(f"{stage.id} {seconds} s" for stage, seconds in path)


def _arithmetic(stage: Stage) -> str:
    tries = "1 attempt" if stage.retry.attempts == 1 else f"{stage.retry.attempts} attempts"
    between = " + ".join(map(str, waits(stage.retry)))
    return f"{tries} x ({stage.timeout_s} s + {START_S} s to start)" + (
        f" + waits of {between} s" if between else ""
    )


def _refuse(draft: Draft, path: _Path, engine: Engine, report: Report) -> None:
    total = sum(seconds for _, seconds in path)
    slowest, seconds = max(path, key=lambda each: each[1])
    parts = next(each.parts for each in draft.sized if each.stage == slowest)
    longest = max(parts, key=lambda part: part.seconds)
    note = f"{_arithmetic(slowest)} = {worst_case(slowest)} s"
    if len(path) > 1:
        note = f"{_spelt_path(path)} = {total} s; {slowest.id}: {note}"
    left_s = (LONGEST_S[engine] - 1 - total + seconds) * worst_case(slowest) // seconds
    cures = _cures(slowest, longest, left_s, draft)
    report.add(
        "P010",
        _place(slowest, longest, draft),
        f"a run may take {total} s, {_ENDS[engine]} after {LONGEST_S[engine]} s",
        cure=", or ".join((*cures, "write engine: standard") if engine == "express" else cures),
        note=f"{note}; {_sum(parts, slowest.timeout_s)}",
    )


def _sum(parts: Items[Part], timeout_s: int) -> str:
    """Return the seconds of each part, and what they come to, rounded up as a timeout is."""
    told = " + ".join(f"{part.name} {part.seconds:.4g} s" for part in parts if part.seconds)
    exact = sum(part.seconds for part in parts)
    return (
        f"{told} = {timeout_s} s" if exact == timeout_s else f"{told}, rounded up to {timeout_s} s"
    )


def _place(stage: Stage, longest: Part, draft: Draft) -> Span:
    """Return where the time of a stage is asked for: its attempts, its longest step's timeout."""
    own = [step.entry for step in all_steps(draft) if step.name in stage.steps]
    asked = [each.budget.retry for each in own if each.budget.retry]
    for retry in asked:
        if stage.retry.attempts > Retry().attempts and retry.attempts == stage.retry.attempts:
            return retry.key
    said = [each.timeout_key for each in own if each.name.text == longest.name]
    at = next((each for each in said if each), None)
    return at or (asked[0].key if asked else place_of(longest, draft))


def _cures(stage: Stage, longest: Part, left_s: int, draft: Draft) -> tuple[str, ...]:
    """Return what brings the stage within `left_s`: fewer attempts, or a timeout, or both."""
    said = any(
        step.name == longest.name and step.entry.budget.timeout_s is not None
        for step in all_steps(draft)
    )
    timeout_s = _timeout_within(stage, stage.retry.attempts, longest, left_s)
    lower = f"lower the timeout of `{longest.name}` to {timeout_s}s" if said and timeout_s else ""
    for attempts in range(stage.retry.attempts - 1, 0, -1):
        if _worst_case_of(stage, attempts, stage.timeout_s) <= left_s:
            fewer = f"write retry: {{ attempts: {attempts} }}"
            return tuple(filter(None, (fewer, lower))) if said else (fewer, _smaller(draft))
    once_s = _timeout_within(stage, 1, longest, left_s)
    both = f"write retry: {{ attempts: 1 }} and timeout: {once_s}s for `{longest.name}`"
    is_known = said and once_s and stage.retry.attempts > 1
    known = tuple(filter(None, (lower, both if is_known else "")))
    return known or (_smaller(draft), "lower the steps' timeouts")


def _worst_case_of(stage: Stage, attempts: int, timeout_s: int) -> int:
    retry = stage.retry.model_copy(update={"attempts": attempts})
    return worst_case(stage.model_copy(update={"retry": retry, "timeout_s": timeout_s}))


def _timeout_within(stage: Stage, attempts: int, longest: Part, left_s: int) -> int:
    """Return the longest timeout of the step `longest` that fits; 0 if none does."""
    none_s = _worst_case_of(stage, attempts, 0)
    whole_s = (left_s - none_s) // attempts
    return max(0, math.floor(longest.seconds) - (stage.timeout_s - whole_s))


def _smaller(draft: Draft) -> str:
    slow = [each for each in ("gif", "avif") if each in draft.limits.formats]
    formats = f", or accept no {' and no '.join(slow)}, slow to encode" if slow else ""
    return f"lower accept.max_pixels{formats}"
