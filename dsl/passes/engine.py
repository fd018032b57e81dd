"""engine: what runs the pipeline, and how long one run takes at most."""

from collections.abc import Collection
from dataclasses import replace

from darkroom.plan.models import Retry, Stage
from dsl.diagnostics import Report
from dsl.draft import Draft, Part
from dsl.passes.stages import all_steps, place_of, spelt
from dsl.text import Span

EXPRESS_S = 300  # Source: Step Functions quotas, "Maximum execution duration", Express
# A function's timeout begins behind its initialisation, which takes up to 10 s before it is
# started over. Source: Lambda guide, "Understanding the Lambda execution environment lifecycle".
START_S = 10


def run(draft: Draft, report: Report) -> Draft:
    """Choose Express, and refuse a pipeline whose worst case does not fit it."""
    worst_case_s = sum(worst_case(stage) for stage in draft.stages)
    if worst_case_s >= EXPRESS_S:
        _refuse(draft, worst_case_s, report)
    reason = (
        f"express: at most {worst_case_s} s < {EXPRESS_S} s ({_arithmetic(draft.stages[0])}), "
        "nothing waits for a callback, writing twice is writing once"
    )
    return replace(draft, worst_case_s=worst_case_s, decisions=draft.decided("engine", reason))


def broken(draft: Draft) -> str | None:
    """A run ends before Express would end it."""
    return None if draft.worst_case_s < EXPRESS_S else "the worst case is longer than Express"


def worst_case(stage: Stage) -> int:
    """Return the seconds of a stage that uses up its timeout in every attempt."""
    return stage.retry.attempts * (stage.timeout_s + START_S) + sum(waits(stage.retry))


def waits(retry: Retry) -> tuple[int, ...]:
    """Return the longest wait before each further attempt, in seconds; jitter only shortens it."""
    return tuple(int(retry.wait_s) * 2**index for index in range(retry.attempts - 1))


def _arithmetic(stage: Stage) -> str:
    tries = "1 attempt" if stage.retry.attempts == 1 else f"{stage.retry.attempts} attempts"
    between = " + ".join(map(str, waits(stage.retry)))
    return f"{tries} x ({stage.timeout_s} s + {START_S} s to start)" + (
        f" + waits of {between} s" if between else ""
    )


def _refuse(draft: Draft, worst_case_s: int, report: Report) -> None:
    stage = draft.stages[0]
    longest = max(draft.parts, key=lambda part: part.seconds)
    report.add(
        "P010",
        _retry_place(draft) or place_of(longest, draft),
        f"a run may take {worst_case_s} s, an Express execution ends after {EXPRESS_S} s",
        cure=_said_too_long(longest, draft) or _cure(stage, draft.limits.formats),
        note=f"{_arithmetic(stage)} = {worst_case_s} s; {spelt(draft.parts)} = {stage.timeout_s} s",
    )


def _retry_place(draft: Draft) -> Span | None:
    asked = [step.entry.budget.retry for step in all_steps(draft)]
    return next((each.key for each in asked if each), None)


def _said_too_long(longest: Part, draft: Draft) -> str:
    """Name the step whose own `timeout` makes most of the time, if it is one."""
    for step in all_steps(draft):
        said = step.entry.budget.timeout_s
        if step.name == longest.name and said is not None and step.entry.budget.retry is None:
            return f"lower the timeout of `{step.name}`"
    return ""


def _cure(stage: Stage, accepted: Collection[str]) -> str:
    """Name the largest number of attempts that fits, if any does."""
    slow = [each for each in ("gif", "avif") if each in accepted]
    lower = "lower accept.max_pixels" + (
        f", or accept no {' and no '.join(slow)}, slow to encode" if slow else ""
    )
    for attempts in range(stage.retry.attempts - 1, 0, -1):
        retry = stage.retry.model_copy(update={"attempts": attempts})
        fewer = stage.model_copy(update={"retry": retry})
        if worst_case(fewer) < EXPRESS_S:
            return f"write retry: {{ attempts: {attempts} }}, or {lower}"
    return f"{lower}, or lower the steps' timeouts"
