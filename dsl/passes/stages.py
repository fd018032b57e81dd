"""stages: which steps share a Lambda function, and what it needs (rule 18)."""

import math
from dataclasses import replace

from darkroom.plan.models import Retry, Stage, Task
from darkroom.plan.tree import ways
from dsl import estimates
from dsl.diagnostics import Report
from dsl.draft import Draft, Part, Resolved
from dsl.limits import MEMORY_MB, TIMEOUT_S
from dsl.text import Span


def run(draft: Draft, report: Report) -> Draft:
    """Put all steps into one stage: every plugin is pure, so one decode serves them all."""
    steps = all_steps(draft)
    parts = _parts(draft)
    stage = Stage(
        id=draft.file.name.text if draft.file.name else "",
        steps=tuple(step.name for step in steps),
        memory_mb=_memory(parts, steps),
        timeout_s=math.ceil(sum(part.seconds for part in parts)),
        retry=_retry(steps),
    )
    _check(stage, parts, draft, report)
    reason = (
        f"one stage: no step calls AWS; {estimates.pictures(draft)} runs of plugins an image, "
        f"{stage.memory_mb} MB, {stage.timeout_s} s ({spelt(parts)})"
    )
    decisions = draft.decided("stages", reason)
    start = Task(stage=stage.id, at="", covers=ways(draft.nodes))
    return replace(draft, parts=parts, stages=(stage,), start=start, decisions=decisions)


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


def place_of(part: Part, draft: Draft) -> Span:
    """Return where to point for what is too large because of `part`."""
    named = {step.name: step.entry.name.span for step in all_steps(draft)}
    named.setdefault(part.name, draft.file.name.span if draft.file.name else Span(0, 0))
    return named[part.name]


def spelt(parts: tuple[Part, ...]) -> str:
    """Return the seconds of each part that has any: `check 11.5 + sizes 17.6`."""
    return " + ".join(f"{part.name} {part.seconds:.3g}" for part in parts if part.seconds)


def _parts(draft: Draft) -> tuple[Part, ...]:
    """Return what opening and steps take, estimated or as their author says."""
    opening = estimates.of_opening(draft)
    found = [_said(opening, draft.opening_step)]
    pairs = zip(estimates.of_steps(draft), draft.steps, strict=True)
    return (*found, *(_said(part, step) for part, step in pairs))


def _said(part: Part, step: Resolved | None) -> Part:
    """Return the part with what the step's own `timeout` and `memory` say."""
    if step is None:
        return part
    budget = step.entry.budget
    return Part(
        part.name,
        part.seconds if budget.timeout_s is None else float(budget.timeout_s),
        part.memory_mb if budget.memory_mb is None else float(budget.memory_mb),
    )


def _memory(parts: tuple[Part, ...], steps: tuple[Resolved, ...]) -> int:
    """Return the largest part's megabytes; less than one vCPU only if every part was said."""
    largest = max(part.memory_mb for part in parts)
    said = [step for step in steps if step.entry.budget.memory_mb is not None]
    return math.ceil(largest) if len(said) == len(parts) else estimates.rounded_memory(largest)


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


def _check(stage: Stage, parts: tuple[Part, ...], draft: Draft, report: Report) -> None:
    """Report a stage that no Lambda function can be."""
    megapixels = draft.limits.max_pixels / 10**6
    lower = f"lower accept.max_pixels, which is {megapixels:g}MP"
    if stage.memory_mb > MEMORY_MB[1]:
        largest = max(parts, key=lambda part: part.memory_mb)
        report.add(
            "P029",
            place_of(largest, draft),
            f"the pipeline needs {stage.memory_mb} MB, a Lambda function has {MEMORY_MB[1]} MB",
            cure=lower,
            note=f"the most is in use at `{largest.name}`",
        )
    if stage.timeout_s > TIMEOUT_S[1]:
        report.add(
            "P029",
            place_of(max(parts, key=lambda part: part.seconds), draft),
            f"the pipeline needs {stage.timeout_s} s, a Lambda function has {TIMEOUT_S[1]} s",
            cure=f"{lower}, or give steps a `timeout` that you know to be enough",
            note=f"{spelt(parts)} = {stage.timeout_s} s",
        )
