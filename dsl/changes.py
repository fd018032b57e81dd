"""Changes: the outputs that a new plan gains, loses or renames, compared with the one before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from darkroom.plan.models import Node, Plan
from dsl.compile import Compiled


@dataclass(frozen=True)
class _Output:
    """A promised picture: its name, its way, and all that is done on it."""

    name: str
    way: str
    recipe: tuple[tuple[str, str], ...]  # plugin and options of each picture step on it


def changes(before: Plan | None, after: Plan) -> tuple[str, ...]:
    """Return a line for each output gained, lost or renamed; none if they stay the same."""
    old = list(_outputs(before.nodes, ())) if before else []
    new = list(_outputs(after.nodes, ()))
    lost = [each for each in old if each.name not in after.outputs]
    gained = [each for each in new if before is None or each.name not in before.outputs]
    lines = []
    for output in lost:
        renamed = next((each for each in gained if _same(output, each)), None)
        if renamed:
            gained.remove(renamed)
            lines.append(f"~ {output.name} is now called {renamed.name}")
        else:
            lines.append(f"- {output.name}")
    return (*lines, *(f"+ {output.name}" for output in gained))


def drawn(compiled: Mapping[str, Compiled]) -> tuple[str, ...]:
    """Return the tree of a pipeline and, for each overlay, how its outputs differ from that."""
    plain, *others = compiled
    before = compiled[plain].plan
    told = {each: changes(before, compiled[each].plan) for each in others}
    lines = (f"{each}: {', '.join(lines or ('the same outputs',))}" for each, lines in told.items())
    return (compiled[plain].tree, *lines)


def _same(old: _Output, new: _Output) -> bool:
    """Whether two outputs are most likely meant as the same picture: one recipe, or one way."""
    longer, shorter = sorted((old.way, new.way), key=len, reverse=True)
    return old.recipe == new.recipe or f"{longer} > ".startswith(f"{shorter} > ")


def _outputs(nodes: tuple[Node, ...], above: tuple[tuple[str, str], ...]) -> Iterator[_Output]:
    for node in nodes:
        here = node.model_dump_json(include={"options", "templates"})
        recipe = (*above, (node.uses, here)) if node.kind == "picture" else above
        if node.output:
            yield _Output(node.output, node.way, recipe)
        yield from _outputs(node.next, recipe)
