"""Diagram: the plan as a Mermaid flowchart, which code hosts draw."""

from collections.abc import Iterator, Sequence

from darkroom.plan import Node, Plan, Task, nodes_of, tasks_of
from dsl.expressions.text import text

_ORIGINAL = "original"
# A label stands in quotes. Mermaid reads `#name;` and `#code;` in it as HTML reads `&name;`.
_ENTITIES = {
    '"': "#quot;",
    "#": "#35;",
    "&": "#amp;",
    "<": "#lt;",
    ">": "#gt;",
    "`": "#96;",
    "|": "#124;",
}


def diagram(plan: Plan) -> str:
    """Return the flowchart: steps in boxes by invocation, conditions on arrows, outputs round."""
    ids = {node.way: f"n{index}" for index, node in enumerate(nodes_of(plan.nodes))}
    lines = [
        "flowchart TD",
        f"  {_ORIGINAL}([{_quoted('original')}])",
        *_boxes(plan, ids),
        f"  {_ORIGINAL} --> opening",
        *_arrows(plan.nodes, "opening", ids),
    ]
    return "\n".join(lines)


def _boxes(plan: Plan, ids: dict[str, str]) -> Iterator[str]:
    for index, task in enumerate(tasks_of(plan.start)):
        yield f"  subgraph task{index}[{_quoted(f'function {task.stage}')}]"
        if task is plan.start:
            step = plan.opening.step
            yield f"    opening[{_quoted(*([step, 'validate'] if step else ['opening']))}]"
        for node in _covered(plan, task):
            yield f"    {ids[node.way]}{_shape(node)}"
        yield "  end"


def _covered(plan: Plan, task: Task) -> Iterator[Node]:
    return (node for node in nodes_of(plan.nodes) if node.way in task.covers)


def _shape(node: Node) -> str:
    name = f"{node.step}.{node.variant}" if node.variant else node.step
    lines = [name, *([node.uses] if node.uses != name else [])]
    if node.on_error != "fail":
        lines.append(f"on error: {node.on_error}")
    label = _quoted(*lines)
    return f"{{{{{label}}}}}" if node.kind == "facts" else f"[{label}]"


def _arrows(nodes: Sequence[Node], above: str, ids: dict[str, str]) -> Iterator[str]:
    for node in nodes:
        here = ids[node.way]
        condition = f"|{_quoted(f'when {text(node.when)}')}|" if node.when else ""
        yield f"  {above} -->{condition} {here}"
        if node.output is not None:
            yield f"  {here} --> {here}out([{_quoted(node.output)}])"
        yield from _arrows(node.next, here, ids)


def _quoted(*lines: str) -> str:
    """Return the lines as a label that Mermaid takes for nothing but text."""
    escaped = ("".join(_ENTITIES.get(char, char) for char in line) for line in lines)
    return f'"{"<br/>".join(escaped)}"'
