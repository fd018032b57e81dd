"""effects: what each stage reads, writes and calls, and hence what its role is allowed."""

from collections import Counter
from dataclasses import dataclass, replace

from darkroom.plan.models import Node, Stage, Task
from darkroom.plan.tree import nodes_of, tasks_of
from dsl.calls import REVIEWED
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugin
from dsl.passes.stages import all_steps
from steps.plugins import BrokenPlugin


@dataclass(frozen=True)
class Effects:
    """What a stage does beyond telling the history, in all its tasks together."""

    stage: str  # its id
    opens: bool  # reads the original
    takes: bool  # reads pictures that another stage left
    leaves: bool  # writes pictures for other stages
    publishes: tuple[str, ...]  # outputs that it writes, in the order of the tree
    calls: tuple[str, ...]  # AWS actions that its steps ask for


def run(draft: Draft, _: Report) -> Draft:
    """Tell the effects of every stage; the plan is unchanged.

    Raises BrokenPlugin for a plugin that calls what nobody has reviewed.
    """
    for step in all_steps(draft):
        if step.plugin is not None:
            _check_calls(step.plugin)
    if draft.start is None:
        raise AssertionError("a draft behind the pass `stages` has a first task")
    effects = effects_of(draft.nodes, draft.stages, draft.start)
    decisions = draft.decided("effects", "; ".join(map(spelt, effects)))
    return replace(draft, decisions=decisions)


def broken(draft: Draft) -> str | None:
    """One stage opens, every output is published once, and who takes is left something."""
    if draft.start is None:
        return "nothing starts"
    effects = effects_of(draft.nodes, draft.stages, draft.start)
    published = Counter(name for each in effects for name in each.publishes)
    if published != Counter(draft.outputs):
        return "an output is published by no stage, or by two"
    if sum(each.opens for each in effects) != 1:
        return "not exactly one stage opens the original"
    handed = any(each.takes for each in effects), any(each.leaves for each in effects)
    return (
        None if handed in {(True, True), (False, False)} else "pictures are left, or taken, alone"
    )


def effects_of(
    nodes: tuple[Node, ...], stages: tuple[Stage, ...], start: Task
) -> tuple[Effects, ...]:
    """Return the effects of each of `stages` in the tree of tasks below `start`, in their order."""
    outputs = {node.way: node.output for node in nodes_of(nodes)}
    tasks = tuple(tasks_of(start))
    return tuple(
        _effects(stage, start, [task for task in tasks if task.stage == stage.id], outputs)
        for stage in stages
    )


def spelt(effects: Effects) -> str:
    """Return the effects in words: `photos reads the original, writes small and large`."""
    told = (
        "reads the original" if effects.opens else "",
        "takes intermediates" if effects.takes else "",
        "leaves intermediates" if effects.leaves else "",
        f"writes {', '.join(effects.publishes)}" if effects.publishes else "",
        f"calls {', '.join(effects.calls)}" if effects.calls else "",
    )
    return f"{effects.stage} {', '.join(part for part in told if part)}"


def _effects(
    stage: Stage, start: Task, tasks: list[Task], outputs: dict[str, str | None]
) -> Effects:
    made = (outputs[way] for task in tasks for way in task.covers)
    return Effects(
        stage=stage.id,
        opens=start in tasks,
        takes=any(task is not start for task in tasks),
        leaves=any(task.next for task in tasks),
        publishes=tuple(name for name in made if name is not None),
        calls=stage.calls,
    )


def _check_calls(plugin: Plugin) -> None:
    """Raise BrokenPlugin for the first of its calls that is not in the table of those reviewed."""
    for action in plugin.calls:
        if action not in REVIEWED:
            place = f"{plugin.function.__module__.replace('.', '/')}.py"
            cause = f"it calls {action}, which no role may be allowed: review it in dsl/calls.py"
            raise BrokenPlugin(plugin.name, place, cause)
