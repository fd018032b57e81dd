"""shape: the tree of tasks as a machine can run it: one after another, each of several, or apart.

Tasks of equal bodies behind one task become one Map, different ones a Parallel.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from darkroom.plan.models import Node, OnError, Task
from darkroom.plan.tree import nodes_of, tasks_of
from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.expressions.text import text
from dsl.visits import Fork, Visit, branches, label


def run(draft: Draft, _: Report) -> Draft:
    """Find out how the tasks are run."""
    first = shape(draft.nodes, draft.first_task)
    told = "; ".join(_reasons(first)) or "one invocation: neither Map, Parallel nor Choice"
    return replace(draft, first_visit=first, decisions=draft.decided("shape", told))


def broken(draft: Draft) -> str | None:
    """Every task is visited once, alone or as one of equals."""
    visits = _counted(draft.first_visit, 1) if draft.first_visit else 0
    tasks = len(list(tasks_of(draft.first_task)))
    return None if visits == tasks else f"{visits} visits of {tasks} tasks"


def shape(nodes: tuple[Node, ...], start: Task) -> Visit:
    """Return how the tasks from `start` on, which carry out `nodes`, are run."""
    return _visit(start, (0,), {node.way: node for node in nodes_of(nodes)})


def _visit(task: Task, to: tuple[int, ...], nodes: Mapping[str, Node]) -> Visit:
    groups: dict[object, list[int]] = {}
    for place, following in enumerate(task.next):
        groups.setdefault(_body(following, nodes), []).append(place)
    visits = tuple(_visit(task.next[places[0]], tuple(places), nodes) for places in groups.values())
    behind = visits[0] if len(visits) == 1 else Fork(visits) if visits else None
    return Visit(task, to, _policy(task, nodes), behind)


def _policy(task: Task, nodes: Mapping[str, Node]) -> OnError:
    """Return what a kill comes to (rule 15): only of a step that is alone its `on_error` says.

    One that has an invocation to itself by chance, or in the unfused form, fails as any other.
    """
    first = nodes[task.covers[0]] if task.covers else None
    return first.on_error if first is not None and first.alone else "fail"


def _body(task: Task, nodes: Mapping[str, Node]) -> object:
    """Return what decides the states of a task and of all behind it."""
    condition = None if task.when is None else (text(task.when), label(task))
    following = tuple(_body(each, nodes) for each in task.next)
    return task.stage, condition, _policy(task, nodes), following


def _counted(visit: Visit, times: int) -> int:
    """Return how many tasks a visit stands for, with those behind it."""
    own = times * len(visit.to)
    return own + sum(_counted(each, own) for each in branches(visit.behind))


def _reasons(visit: Visit) -> Iterator[str]:
    """Yield what became a Map, a Parallel and a Choice, and why."""
    for each in branches(visit.behind):
        if len(each.to) > 1:
            yield f"a Map runs {each.task.stage} on {len(each.to)} pictures: their bodies are equal"
        if each.task.when is not None:
            yield f"a Choice asks {text(each.task.when)}: where it is false, nothing is invoked"
    if isinstance(visit.behind, Fork):
        stages = ", ".join(each.task.stage for each in visit.behind.branches)
        yield f"a Parallel runs {stages} behind {visit.task.stage}: their bodies differ"
    for each in branches(visit.behind):
        yield from _reasons(each)
