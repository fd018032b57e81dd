"""Forms: the ways to carry out one plan, as invocations of functions. All are priced by one code.

- The plan's own form: its tasks, as they are deployed.
- The naive form: a function for each step and variant, on Standard workflows.
- By step: a function for each step, one behind the other, on Standard workflows: how such a
  pipeline is drawn on a whiteboard.

The last two are drawn as sparingly as they can be: a function that takes the original opens it
anew, which is less than storing the opened picture and reading it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from darkroom.plan import Node, Plan, Stage, Task, nodes_of
from dsl.costs.photo import ORIGINAL, parents
from dsl.costs.transitions import transitions
from dsl.estimates import ONE_VCPU_MB

Engine = Literal["express", "standard"]


@dataclass(frozen=True)
class Invocation:
    """One call of a function, and the calls that take what it leaves, all at once."""

    name: str
    memory_mb: int
    opens: bool  # it reads the original and opens it
    takes: tuple[str, ...]  # ways of the stored pictures that it reads
    covers: tuple[str, ...]  # ways of the nodes that it works through
    leaves: tuple[str, ...]  # ways of the pictures that it stores for the next
    next: tuple["Invocation", ...] = ()

    def all(self) -> Iterator["Invocation"]:
        """Yield this invocation and those behind it."""
        yield self
        for following in self.next:
            yield from following.all()


@dataclass(frozen=True)
class Form:
    """A plan as it is carried out."""

    name: str
    engine: Engine
    start: Invocation
    states: int  # that one run enters
    deployed: bool  # it is how the plan runs, not one to compare it with

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """All of one run, in order."""
        return tuple(self.start.all())


def of_plan(plan: Plan) -> Form:
    """Return the form that the plan's own tasks make."""
    stages = {stage.id: stage for stage in plan.stages}
    start = _of_task(plan.start, stages, opens=True)
    return Form("this plan", plan.engine, start, transitions(plan), deployed=True)


def naive(plan: Plan) -> Form:
    """Return the form of one function for each node, and one for the opening."""
    start = _opening(plan, tuple(_of_node(node, ORIGINAL) for node in plan.nodes))
    return Form("naive", "standard", start, _fewest_states(plan, start), deployed=False)


def by_step(plan: Plan) -> Form:
    """Return the form of one function for each step, which does all of the step's pictures."""
    steps: dict[str, list[Node]] = {}
    for node in nodes_of(plan.nodes):
        steps.setdefault(node.step, []).append(node)
    above = parents(plan)
    chain: tuple[Invocation, ...] = ()
    for step, nodes in reversed(steps.items()):
        chain = (_of_step(step, nodes, above, chain),)
    # A task each, and the choice behind the first: go on, or reject.
    start = _opening(plan, chain)
    return Form("by step", "standard", start, len(steps) + 2, deployed=False)


def _opening(plan: Plan, following: tuple[Invocation, ...]) -> Invocation:
    """Return the call that opens the original to see whether it is acceptable, and no more."""
    return Invocation(
        name=plan.opening.step or "opening",
        memory_mb=ONE_VCPU_MB,
        opens=True,
        takes=(),
        covers=(),
        leaves=(),
        next=following,
    )


def _of_task(task: Task, stages: dict[str, Stage], *, opens: bool) -> Invocation:
    return Invocation(
        name=task.stage,
        memory_mb=stages[task.stage].memory_mb,
        opens=opens,
        takes=() if opens else (task.at,),
        covers=task.covers,
        leaves=tuple(dict.fromkeys(following.at for following in task.next)),
        next=tuple(_of_task(following, stages, opens=False) for following in task.next),
    )


def _of_node(node: Node, at: str) -> Invocation:
    opens = at == ORIGINAL
    return Invocation(
        name=node.way,
        memory_mb=ONE_VCPU_MB,
        opens=opens,
        takes=() if opens else (at,),
        covers=(node.way,),
        leaves=(node.way,) if node.next else (),
        next=tuple(_of_node(below, node.way) for below in node.next),
    )


def _of_step(
    step: str, nodes: list[Node], above: Mapping[str, str], chain: tuple[Invocation, ...]
) -> Invocation:
    """Return the call that takes all pictures which enter `step` through it."""
    taken = dict.fromkeys(above[node.way] for node in nodes)
    return Invocation(
        name=step,
        memory_mb=ONE_VCPU_MB,
        opens=ORIGINAL in taken,
        takes=tuple(way for way in taken if way != ORIGINAL),
        covers=tuple(node.way for node in nodes),
        leaves=tuple(node.way for node in nodes if node.next),
        next=chain,
    )


def _fewest_states(plan: Plan, start: Invocation) -> int:
    """Return the fewest states with which the naive machine can be drawn.

    A task for each invocation, a fork for each that several follow, a choice for each condition,
    and the choice behind the opening: go on, or reject.
    """
    tasks = sum(1 + (len(each.next) > 1) for each in start.all())
    conditions = sum(1 for node in nodes_of(plan.nodes) if node.when is not None)
    return tasks + conditions + 1
