"""The trees of a plan, walked: its nodes, and the tasks that carry them out."""

from collections.abc import Iterable, Iterator

from darkroom.plan.models import Node, Plan, Task


def nodes_of(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield every node at and below `nodes`, each before those below it."""
    for node in nodes:
        yield node
        yield from nodes_of(node.next)


def ways(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the way of every node at and below `nodes`, each before those below it."""
    return tuple(node.way for node in nodes_of(nodes))


def promised(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the outputs at and below `nodes`, in the order of the tree."""
    return tuple(node.output for node in nodes_of(nodes) if node.output is not None)


def below(plan: Plan, way: str) -> tuple[Node, ...]:
    """Return the nodes that take the picture left at `way`; raises LookupError for no such way."""
    if way == "":
        return plan.nodes
    for node in nodes_of(plan.nodes):
        if node.way == way:
            return node.next
    raise LookupError(f"the plan has no way {way!r}")


def tasks_of(task: Task) -> Iterator[Task]:
    """Yield `task` and every one behind it, each before those behind it."""
    yield task
    for following in task.next:
        yield from tasks_of(following)


def task_at(plan: Plan, at: str, to: int) -> Task:
    """Return the task for a picture left at `at`, the one in the place `to` behind the last.

    Raises LookupError where the plan has no such task.
    """
    for task in tasks_of(plan.start):
        if at in task.covers or (at == "" and task is plan.start):
            following = task.next[to] if to < len(task.next) else None
            if following is not None and following.at == at:
                return following
    raise LookupError(f"no task of the plan takes a picture left at {at!r} in place {to}")


def whole(plan: Plan) -> Plan:
    """Return the plan with all its steps in one invocation: what one process carries out."""
    start = Task(stage=plan.start.stage, at="", covers=ways(plan.nodes))
    return plan.model_copy(update={"start": start})
