"""stages: which steps share a Lambda function, and what it needs (rule 18)."""

import math
from dataclasses import replace

from darkroom.plan.models import Retry, Stage
from dsl import estimates
from dsl.diagnostics import Report
from dsl.draft import Draft, Resolved
from dsl.estimates import Estimate
from dsl.limits import MEMORY_MB, TIMEOUT_S
from dsl.text import Span


def run(draft: Draft, report: Report) -> Draft:
    """Put all steps into one stage: every plugin is pure, so one decode serves them all."""
    steps = all_steps(draft)
    timeout_s, memory_mb = _needs(draft)
    stage = Stage(
        id=draft.file.name.text if draft.file.name else "",
        steps=tuple(step.name for step in steps),
        memory_mb=memory_mb,
        timeout_s=timeout_s,
        retry=_retry(steps),
    )
    _check(stage, draft, report)
    reason = (
        f"one stage: no step calls AWS; {estimates.pictures(draft)} runs of plugins an image, "
        f"{stage.memory_mb} MB, {stage.timeout_s} s"
    )
    return replace(draft, stages=(stage,), decisions=draft.decided("stages", reason))


def broken(draft: Draft) -> str | None:
    """Every step is in one stage, and Lambda can have what the stage needs."""
    placed = [name for stage in draft.stages for name in stage.steps]
    if sorted(placed) != sorted(step.name for step in all_steps(draft)):
        return "steps are lost, or in two stages"
    fits = all(stage.memory_mb <= MEMORY_MB[1] for stage in draft.stages)
    return None if fits else "a stage is larger than a function"


def all_steps(draft: Draft) -> tuple[Resolved, ...]:
    """Return the steps of the file, the opening first if it is one of them."""
    return (*((draft.opening_step,) if draft.opening_step else ()), *draft.steps)


def place(draft: Draft) -> Span:
    """Return where to point for what the whole pipeline is too large for."""
    named = draft.file.accept.key if draft.file.accept else None
    return named or (draft.file.name.span if draft.file.name else Span(0, 0))


def _needs(draft: Draft) -> tuple[int, int]:
    """Return the seconds and megabytes of the one stage: the sum, and the largest."""
    opening = _replaced(estimates.of_opening(draft), draft.opening_step)
    found = estimates.of_steps(draft)
    parts = [opening, *(_replaced(found[step.name], step) for step in draft.steps)]
    seconds = math.ceil(sum(part.seconds for part in parts))
    chosen = [part.memory_mb for part in parts]
    written = all(step.entry.budget.memory_mb for step in all_steps(draft)) and draft.opening_step
    largest = max(chosen)
    return seconds, math.ceil(largest) if written else estimates.rounded_memory(largest)


def _replaced(estimate: Estimate, step: Resolved | None) -> Estimate:
    """Return the estimate with what the step's own `timeout` and `memory` say."""
    if step is None:
        return estimate
    budget = step.entry.budget
    return Estimate(
        estimate.seconds if budget.timeout_s is None else budget.timeout_s,
        estimate.memory_mb if budget.memory_mb is None else budget.memory_mb,
    )


def _retry(steps: tuple[Resolved, ...]) -> Retry:
    """Return the largest of what the steps ask for, each by itself."""
    asked = [step.entry.budget.retry for step in steps]
    attempts = [each.attempts for each in asked if each and each.attempts is not None]
    waits = [each.wait_s for each in asked if each and each.wait_s is not None]
    default = Retry()
    return Retry(
        attempts=max(attempts, default=default.attempts),
        wait_s=float(max(waits, default=default.wait_s)),
    )


def _check(stage: Stage, draft: Draft, report: Report) -> None:
    megapixels = draft.limits.max_pixels / 10**6
    if stage.memory_mb > MEMORY_MB[1]:
        report.add(
            "P029",
            place(draft),
            f"the pipeline needs {stage.memory_mb} MB, a Lambda function has {MEMORY_MB[1]} MB",
            help=f"lower accept.max_pixels, which is {megapixels:g}MP",
        )
    if stage.timeout_s > TIMEOUT_S[1]:
        report.add(
            "P029",
            place(draft),
            f"the pipeline needs {stage.timeout_s} s, a Lambda function has {TIMEOUT_S[1]} s",
            help="lower accept.max_pixels, or give steps a `timeout` that you know to be enough",
        )
