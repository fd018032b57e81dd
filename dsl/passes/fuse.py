"""fuse: which steps run together, in one invocation with one download and one decode.

Fusing changes nothing but the price: pictures go from stage to stage as pixels, every branch runs
to its end in every form, and a failure is a value (rule 19). So all is fused but for what rule 15
sets apart: a step with `alone: true`, and one that calls AWS.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from darkroom.plan.expressions import names
from darkroom.plan.models import Node, Task
from darkroom.plan.tree import nodes_of, tasks_of, ways
from dsl import scopes
from dsl.diagnostics import Report
from dsl.draft import Draft

# What a hand tells of a picture.
_SEEN = frozenset(f"picture.{name}" for name in ("format", "width", "height", "frames", "alpha"))
OPENING = ""  # of the names of steps that are apart, the opening's


def run(draft: Draft, _: Report) -> Draft:
    """Divide the nodes into as few tasks as the rules allow."""
    apart = {step.name for step in draft.steps if step.is_alone}
    start = asking(draft, divided(draft.nodes, apart))
    decisions = draft.decided("fuse", "; ".join(_reasons(draft, start)))
    return replace(draft, start=start, decisions=decisions)


def broken(draft: Draft) -> str | None:
    """Every node is in one task, and a task's nodes hang together below its picture."""
    if draft.start is None:
        return "no task opens the original"
    covered = [way for task in tasks_of(draft.start) for way in task.covers]
    return None if Counter(covered) == Counter(ways(draft.nodes)) else "nodes are lost, or twice"


def unfused(draft: Draft) -> Task:
    """Return the other extreme: the opening and every node in an invocation of its own."""
    everything = {OPENING, *(node.step for node in nodes_of(draft.nodes))}
    return asking(draft, divided(draft.nodes, everything))


def asking(draft: Draft, task: Task) -> Task:
    """Return the tasks with the conditions that the state machine asks before it invokes them.

    A machine knows of a picture what `picture.` says but its name, and of facts numbers and
    truths: texts may be long, and what is known of the image may be personal. And it asks only
    where a false condition leaves nothing to do: a promised picture is published all the same.
    """
    nodes = {node.way: node for node in nodes_of(draft.nodes)}
    handed = _SEEN | {
        name
        for step in draft.steps
        for name, known in scopes.facts(step).items()
        if known.kind in ("bool", "int", "number")
    }

    def asked(each: Task) -> Task:
        following = tuple(asked(behind) for behind in each.next)
        node = nodes[each.covers[0]] if len(each.covers) == 1 else None
        when = node.when if node and node.output is None else None
        when = when if when is not None and names(when) <= handed else None
        return each.model_copy(update={"when": when, "next": following})

    return asked(task)


def divided(nodes: tuple[Node, ...], apart: Collection[str]) -> Task:
    """Return the tasks that carry out `nodes` where the steps `apart` are alone.

    `apart` may hold OPENING. A task's `stage` is not named yet: it is the names of its steps,
    joined by a space, so that tasks of the same steps share a stage.
    """
    start = _Division(apart)
    if OPENING in apart:
        start.behind += _behind("", nodes, apart)
    else:
        start.split("", nodes)
    return start.task("", OPENING)


@dataclass
class _Division:
    """A task while its nodes are collected, and what comes behind them."""

    apart: Collection[str]
    covers: list[Node] = field(default_factory=list)
    behind: list[Task] = field(default_factory=list)

    def cover(self, node: Node) -> None:
        """Add `node`, and below it all that can run with it."""
        self.covers.append(node)
        if node.step in self.apart:
            self.behind += _behind(node.way, node.next, self.apart)
        else:
            self.split(node.way, node.next)

    def split(self, at: str, nodes: tuple[Node, ...]) -> None:
        """Cover `nodes`, which take what is left at `at`, but for those that are apart."""
        for node in nodes:
            if node.step in self.apart:
                self.behind.append(_grouped(at, [node], self.apart))
            else:
                self.cover(node)

    def task(self, at: str, *first: str) -> Task:
        """Return what was collected; `first` is what its steps come behind."""
        steps = dict.fromkeys((*first, *(node.step for node in self.covers)))
        covers = tuple(node.way for node in self.covers)
        return Task(stage=" ".join(steps), at=at, covers=covers, next=tuple(self.behind))


def _behind(at: str, nodes: tuple[Node, ...], apart: Collection[str]) -> Iterator[Task]:
    """Yield the tasks that take what is left at `at`: one for all nodes but for those apart."""
    for node in nodes:
        if node.step in apart:
            yield _grouped(at, [node], apart)
    together = [node for node in nodes if node.step not in apart]
    if together:
        yield _grouped(at, together, apart)


def _grouped(at: str, group: list[Node], apart: Collection[str]) -> Task:
    division = _Division(apart)
    for node in group:
        division.cover(node)
    return division.task(at)


def _reasons(draft: Draft, start: Task) -> Iterator[str]:
    """Yield what was fused and what was not, and why."""
    for step in draft.steps:
        if step.plugin and step.plugin.calls:
            yield f"kept {step.name}: it calls {', '.join(step.plugin.calls)}"
        elif step.is_alone:
            yield f"kept {step.name}: alone: true"
    tasks = list(tasks_of(start))
    single = len(list(nodes_of(draft.nodes))) + 1
    yield (
        f"{len(tasks)} {'invocation' if len(tasks) == 1 else 'invocations'} an image at the most, "
        f"where one for each node would take {single}: one decode, intermediates only between "
        "stages, and the same bytes, events and ending (rule 19)"
    )
