"""States entered, against machines that are run."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from darkroom.outcome import Hand, Outcome, Seen
from darkroom.plan import Plan, task_at
from dsl.backends.asl import state_machine, substitution
from dsl.costs.transitions import transitions
from tests.dsl.conftest import Compile
from tests.dsl.machines import run_machine

RUN = {"tenant": "main", "image_id": "i", "run_id": "r"}
ONE = "pipeline: photos\nsteps: { small: { uses: resize, with: { width: 800 } } }\n"
ROW = """pipeline: photos
steps:
  faces: { uses: faces }
  small: { uses: resize, with: { width: 800 }, when: faces.count > 0 }
  mark: { uses: watermark, with: { text: ours } }
"""
MAP = """pipeline: photos
steps:
  sizes: { uses: resize, variants: { a: { width: 100 }, b: { width: 200 }, c: { width: 300 } } }
  grey: { uses: greyscale }
"""
FORK = """pipeline: photos
steps:
  sizes: { uses: resize, variants: { a: { width: 100 }, b: { width: 200 }, c: { width: 300 } } }
  grey: { uses: greyscale, only: [a, b] }
  mark: { uses: watermark, only: [b, c], with: { text: ours } }
"""


def _function(plan: Plan) -> Callable[[Any], Any]:
    """Return a function that answers as a stage does whose pictures all go on."""

    def answer(payload: Mapping[str, Any]) -> dict[str, Any]:
        hand = payload.get("hand")
        task = plan.start if hand is None else task_at(plan, hand["at"], hand["to"])
        onward = [
            Hand(
                **RUN,
                to=place,
                at=each.at,
                stored=each.at,
                picture=Seen(format="jpeg", width=900, height=600, frames=1, alpha=False),
                facts={"faces": {"count": 3}},
            )
            for place, each in enumerate(task.next)
        ]
        return Outcome(outcome="done", onward=tuple(onward)).model_dump(mode="json")

    return answer


@pytest.mark.parametrize("text", [ONE, ROW, MAP, FORK], ids=["one", "row", "map", "fork"])
@pytest.mark.parametrize("form", ["plan", "unfused"])
def test_states_are_counted_as_a_machine_enters_them(
    text: str, form: str, compiled: Compile
) -> None:
    """One after another, in a Map, and apart; fused and unfused."""
    plan: Plan = getattr(compiled(text), form)
    functions = {substitution(stage): _function(plan) for stage in plan.stages}

    execution = run_machine(state_machine(plan), functions, RUN)

    assert execution.error is None, execution.cause
    assert len(execution.visited) == transitions(plan)
