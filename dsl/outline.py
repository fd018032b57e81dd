"""The outline: a plan drawn as a tree of steps, with its outputs."""

from collections.abc import Iterator, Sequence

from darkroom.plan.models import Node, Plan


def outline(plan: Plan) -> str:
    """Return the tree of `plan`, one line a node, outputs marked by an arrow."""
    opening = f"opened by {plan.opening.step}" if plan.opening.step else "opening implied"
    lines = [f"{plan.pipeline} ({opening})", *_lines(plan.nodes, "")]
    promised = ", ".join(plan.outputs) or "none: this pipeline tells facts only"
    return "\n".join([*lines, f"outputs: {promised}"])


def _lines(nodes: Sequence[Node], indent: str) -> Iterator[str]:
    for index, node in enumerate(nodes):
        last = index == len(nodes) - 1
        name = f"{node.step}.{node.variant}" if node.variant else node.step
        uses = "" if name == node.uses else f" ({node.uses})"
        condition = " when …" if node.when else ""
        output = f" -> {node.output}" if node.output else ""
        yield f"{indent}{'└─ ' if last else '├─ '}{name}{uses}{condition}{output}"
        yield from _lines(node.next, indent + ("   " if last else "│  "))
