"""The worst run that a plan allows: all is as long as it may be, and every try but the last fails.

No picture is touched: functions answer with the hands that the plan says, so that any pipeline,
fused or not, runs in milliseconds.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

from darkroom.handlers.stage import Request
from darkroom.outcome import Hand, Outcome, Seen
from darkroom.plan import Node, Plan, Task, names, nodes_of, task_at, tasks_of
from dsl.backends.asl import state_machine, substitution
from tests.dsl.machines.execution import Execution, LambdaError
from tests.dsl.machines.interpreter import run_machine

_TENANT, _IMAGE, _RUN = "t" * 128, "0" * 26, "r" * 80
_PICTURE = Seen(format="jpeg", width=65_535, height=65_535, frames=1_000, alpha=False)
_NUMBER = 1.2345678901234567e100  # of 23 characters, like any that has more is cut to
_ERROR, _CAUSE = "Lambda.ServiceException", "\N{MUSICAL SYMBOL G CLEF}" * 1_000

Worst = Literal["events", "dropping", "breaking"]
_KILLED: Mapping[Worst, frozenset[str]] = {
    "events": frozenset({"pass"}),
    "dropping": frozenset({"pass", "drop"}),
    "breaking": frozenset({"pass", "drop", "fail"}),
}


def run_worst(plan: Plan, worst: Worst) -> Execution:
    """Run the plan's machine; some of the tasks behind its first are killed for good.

    Those whose step a picture may pass by, for the most "events"; those whose step may be done
    without as well ("dropping"); or all of them ("breaking").
    """
    given = {"tenant": _TENANT, "image_id": _IMAGE, "run_id": _RUN}
    killed = {node.way for node in nodes_of(plan.nodes) if _policy(node) in _KILLED[worst]}
    tries: Counter[tuple[str, str, int, str]] = Counter()

    def function(attempts: int) -> Callable[[Any], Any]:
        def answer(payload: Mapping[str, Any]) -> Any:
            asked = Request.model_validate(payload)
            task = _task(plan, asked)
            at, to = (asked.hand.at, asked.hand.to) if asked.hand else ("", 0)
            one = (task.stage, at, to, asked.by or "")
            tries[one] += 1
            for_good = asked.hand and asked.by is None and killed & set(task.covers[:1])
            if for_good or tries[one] < attempts:
                raise LambdaError(_ERROR, _CAUSE)
            onward = tuple(_hand(plan, each.at, to) for to, each in enumerate(task.next))
            return Outcome(outcome="done", onward=onward).model_dump(mode="json")

        return answer

    lambdas = {substitution(stage): function(stage.retry.attempts) for stage in plan.stages}
    return run_machine(state_machine(plan), lambdas, given)


def _policy(node: Node) -> str:
    return node.on_error if node.alone else "fail"


def _task(plan: Plan, asked: Request) -> Task:
    return plan.start if asked.hand is None else task_at(plan, asked.hand.at, asked.hand.to)


def _hand(plan: Plan, at: str, to: int) -> Hand:
    """Return the hand of a picture with each fact that some condition asks for."""
    facts: dict[str, dict[str, float]] = {}
    for name in {name for task in tasks_of(plan.start) if task.when for name in names(task.when)}:
        step, _, fact = name.partition(".")
        if step not in ("image", "picture"):
            facts.setdefault(step, {})[fact] = _NUMBER
    return Hand(
        tenant=_TENANT,
        image_id=_IMAGE,
        run_id=_RUN,
        to=to,
        at=at,
        stored=at,
        picture=_PICTURE,
        facts={**facts},
    )
