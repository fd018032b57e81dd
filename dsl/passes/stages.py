"""stages: the functions that carry out the tasks, and what each needs (rule 18)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from darkroom.plan.models import Retry, Stage, Task
from darkroom.plan.tree import tasks_of
from dsl import estimates
from dsl.diagnostics import Report
from dsl.draft import Draft, Part, Plugin, Resolved, Sized
from dsl.estimates import Load
from dsl.limits import MEMORY_MB, TIMEOUT_S
from dsl.text import Span


def run(draft: Draft, report: Report) -> Draft:
    """Give tasks of the same steps one stage, as large as its largest task needs it."""
    sized, start = staged(draft, draft.first_task)
    for each in sized:
        _check(each, draft, report)
    decisions = draft.decided("stages", "; ".join(map(_reason, sized)))
    return replace(draft, sized=sized, start=start, decisions=decisions)


def broken(draft: Draft) -> str | None:
    """Every task has its stage, no stage is idle, and Lambda can have what each needs."""
    if {task.stage for task in tasks_of(draft.first_task)} != {stage.id for stage in draft.stages}:
        return "tasks and stages do not match"
    fits = all(stage.memory_mb <= MEMORY_MB[1] for stage in draft.stages)
    return None if fits else "a stage is larger than a function"


def staged(draft: Draft, start: Task) -> tuple[tuple[Sized, ...], Task]:
    """Return the stages that the tasks of `start` need, and the tasks with their stages named.

    `start` is as `fuse` leaves it: tasks of the same steps have the same `stage`.
    """
    grouped: dict[str, list[Task]] = {}
    for task in tasks_of(start):
        grouped.setdefault(task.stage, []).append(task)
    loads = estimates.loads(draft)
    ids: dict[str, str] = {}
    sized = []
    for key, tasks in grouped.items():
        ids[key] = _id(tasks[0], loads, draft, taken=set(ids.values()))
        parts = tuple(_parts(task, loads, draft, opens=task is start) for task in tasks)
        sized.append(_sized(ids[key], parts, draft))
    return tuple(sized), _named(start, ids)


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


def _id(task: Task, loads: Mapping[str, Load], draft: Draft, *, taken: set[str]) -> str:
    """Return a name for the task's stage: the pipeline's for the first, else its first step's."""
    if not taken:
        return draft.file.name.text if draft.file.name else ""
    name = loads[task.covers[0]].step
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def _named(task: Task, ids: Mapping[str, str]) -> Task:
    following = tuple(_named(each, ids) for each in task.next)
    return task.model_copy(update={"stage": ids[task.stage], "next": following})


def _parts(task: Task, loads: Mapping[str, Load], draft: Draft, *, opens: bool) -> tuple[Part, ...]:
    """Return what opening, or taking, and each step takes in one task."""
    base = estimates.of_opening(draft) if opens else estimates.of_taking(loads[task.covers[0]])
    seconds: dict[str, float] = defaultdict(float, {base.name: base.seconds})
    fixed = {base.name: base.fixed_s}
    peaks = {base.name: base.memory_mb}
    held = {task.at: base.memory_mb}
    for way in task.covers:
        load = loads[way]
        held[way] = held[way.rpartition(" > ")[0]] + load.memory_mb
        seconds[load.step] += load.seconds
        peaks[load.step] = max(peaks.get(load.step, 0.0), held[way])
    for left, following in {each.at: each.covers[0] for each in task.next}.items():
        by = loads[left].step if left in task.covers else base.name
        seconds[by] += estimates.of_moving(loads[following].megapixels)
    return tuple(
        Part(name, seconds[name], peak, fixed.get(name, 0.0)) for name, peak in peaks.items()
    )


def _said(part: Part, draft: Draft) -> Part:
    """Return the part with what the step's own `timeout` and `memory` say."""
    budget = next((each.entry.budget for each in all_steps(draft) if each.name == part.name), None)
    timeout_s = budget.timeout_s if budget else None
    memory_mb = budget.memory_mb if budget else None
    return Part(
        part.name,
        part.seconds if timeout_s is None else float(timeout_s),
        part.memory_mb if memory_mb is None else float(memory_mb),
        part.fixed_s if timeout_s is None else float(timeout_s),
    )


def _sized(stage_id: str, tasks: tuple[tuple[Part, ...], ...], draft: Draft) -> Sized:
    """Return the stage of some tasks, told by the parts of the one that takes longest."""
    names = dict.fromkeys(part.name for parts in tasks for part in parts)
    steps = tuple(step for step in all_steps(draft) if step.name in names)
    plugins = tuple(map(_plugin, steps))
    said = [tuple(_said(part, draft) for part in parts) for parts in tasks]
    memory_mb = max(_memory(parts, steps) for parts in said)
    slowed = (tuple(estimates.slowed(part, memory_mb) for part in parts) for parts in said)
    slowest = max(slowed, key=_seconds)
    largest = max((part for parts in tasks for part in parts), key=lambda part: part.memory_mb)
    return Sized(
        Stage(
            id=stage_id,
            steps=tuple(step.name for step in steps),
            memory_mb=memory_mb,
            timeout_s=math.ceil(_seconds(slowest)),
            retry=_retry(steps),
            calls=_distinct(call for plugin in plugins for call in plugin.calls),
            requires=_distinct(each for plugin in plugins for each in plugin.requires),
            required_by=tuple(sorted({plugin.name for plugin in plugins if plugin.requires})),
        ),
        slowest,
        lacks=largest if largest.memory_mb > memory_mb else None,
    )


def _seconds(parts: tuple[Part, ...]) -> float:
    return sum(part.seconds for part in parts)


def _plugin(step: Resolved) -> Plugin:
    if step.plugin is None:
        raise LookupError(step.name)
    return step.plugin


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _memory(parts: tuple[Part, ...], steps: tuple[Resolved, ...]) -> int:
    """Return the largest part's megabytes; less than one vCPU only if every part was said."""
    largest = max(part.memory_mb for part in parts)
    said = {step.name for step in steps if step.entry.budget.memory_mb is not None}
    all_said = all(part.name in {*said, estimates.TAKING_NAME} for part in parts)
    return math.ceil(largest) if all_said else estimates.rounded_memory(largest)


def _retry(steps: tuple[Resolved, ...]) -> Retry:
    """Return the largest of what the steps ask for, each by itself; silence asks for the usual."""
    asked = [step.entry.budget.retry for step in steps]
    default = Retry()
    attempts = [each.attempts if each else None for each in asked] or [None]
    waits = [each.wait_s if each else None for each in asked] or [None]
    return Retry(
        attempts=max(default.attempts if each is None else each for each in attempts),
        wait_s=float(max(default.wait_s if each is None else each for each in waits)),
    )


def _reason(sized: Sized) -> str:
    stage = sized.stage
    return f"{stage.id}: {stage.memory_mb} MB, {stage.timeout_s} s ({spelt(sized.parts)})"


def _check(sized: Sized, draft: Draft, report: Report) -> None:
    """Report a stage that no Lambda function can be, and note one that may lack memory."""
    if sized.lacks is not None:
        _note_lack(sized.stage, sized.lacks, draft, report)
    if sized.stage.memory_mb > MEMORY_MB[1]:
        _refuse_memory(sized, draft, report)
    if sized.stage.timeout_s > TIMEOUT_S[1]:
        _refuse_timeout(sized, draft, report)


def _note_lack(stage: Stage, lacks: Part, draft: Draft, report: Report) -> None:
    needed = math.ceil(lacks.memory_mb)
    report.add(
        "W002",
        place_of(lacks, draft),
        f"`{lacks.name}` may need {needed} MB, its function has {stage.memory_mb} MB",
        cure=f"write memory: {needed}MB, or {_lower_pixels(draft)}",
        note="an estimate, for the largest image that is accepted; a function that runs out of "
        "memory is killed",
        severity="note",
    )


def _refuse_memory(sized: Sized, draft: Draft, report: Report) -> None:
    largest = max(sized.parts, key=lambda part: part.memory_mb)
    report.add(
        "P029",
        place_of(largest, draft),
        f"the pipeline needs {sized.stage.memory_mb} MB, a Lambda function has {MEMORY_MB[1]} MB",
        cure=_lower_pixels(draft),
        note=f"the most is in use at `{largest.name}`",
    )


def _refuse_timeout(sized: Sized, draft: Draft, report: Report) -> None:
    parts, needed, most = sized.parts, sized.stage.timeout_s, TIMEOUT_S[1]
    longest = max(parts, key=lambda part: part.seconds)
    at = place_of(longest, draft)
    cure = f"{_lower_pixels(draft)}, or give steps a `timeout` that you know to be enough"
    said = next((each.entry for each in all_steps(draft) if each.name == longest.name), None)
    left = math.floor(most - sum(part.seconds for part in parts if part is not longest))
    if said and said.budget.timeout_s is not None and left > 0:
        at = said.timeout_key or at
        cure = f"write timeout: {left}s at the most; what runs with `{longest.name}` takes the rest"
    report.add(
        "P029",
        at,
        f"the pipeline needs {needed} s, a Lambda function has {most} s",
        cure=cure,
        note=f"{spelt(parts)} = {needed} s",
    )


def _lower_pixels(draft: Draft) -> str:
    return f"lower accept.max_pixels, which is {draft.limits.max_pixels / 10**6:g}MP"
