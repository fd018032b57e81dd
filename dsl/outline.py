"""The outline: a plan drawn as a tree of steps, with its outputs."""

from collections.abc import Collection, Iterator, Sequence

from darkroom.plan.models import Node, Plan
from darkroom.plan.tree import tasks_of


def outline(plan: Plan) -> str:
    """Return the tree of `plan`, one line a node, outputs marked by an arrow.

    A branch hangs below the step whose pictures it takes, beside what goes on from there.
    """
    opening = f"opened by {plan.opening.step}" if plan.opening.step else "opening implied"
    lines = [f"{plan.pipeline} ({opening})", *_lines(plan.nodes, "", _apart(plan))]
    promised = ", ".join(plan.outputs) or "none: this pipeline tells facts only"
    return "\n".join([*lines, f"outputs: {promised}"])


def _apart(plan: Plan) -> frozenset[str]:
    """Return the ways of the nodes that have an invocation to themselves."""
    behind = [task for task in tasks_of(plan.start) if task is not plan.start]
    return frozenset(task.covers[0] for task in behind if len(task.covers) == 1)


def _lines(nodes: Sequence[Node], indent: str, apart: Collection[str]) -> Iterator[str]:
    for index, node in enumerate(nodes):
        last = index == len(nodes) - 1
        output = f" -> {node.output}" if node.output else ""
        yield f"{indent}{'└─ ' if last else '├─ '}{_told(node, apart)}{output}"
        yield from _lines(node.next, indent + ("   " if last else "│  "), apart)


def _told(node: Node, apart: Collection[str]) -> str:
    """Return the step, its plugin where that is called otherwise, and how it is run."""
    name = f"{node.step}.{node.variant}" if node.variant else node.step
    uses = "" if name == node.uses else f" ({node.uses})"
    condition = " when …" if node.when else ""
    policy = "" if node.on_error == "fail" else f", on_error: {node.on_error}"
    return f"{name}{uses}{condition}{policy}{', in its own stage' if node.way in apart else ''}"
