"""Handing on: what a state machine is told of a picture that leaves a stage."""

from collections.abc import Iterator

from darkroom.ids import ImageRef
from darkroom.outcome import Hand, Seen
from darkroom.plan import Environment, Plan, Task, names, tasks_of
from darkroom.runner.results import Leaving


def hands(plan: Plan, task: Task, leaving: Leaving, ref: ImageRef, run_id: str) -> Iterator[Hand]:
    """Yield a hand for each of the next tasks that takes the picture."""
    picture, journey = leaving.journey.picture, leaving.journey
    for index, following in enumerate(task.next):
        if following.at == leaving.at:
            yield Hand(
                tenant=ref.tenant,
                image_id=ref.image_id,
                run_id=run_id,
                to=index,
                at=leaving.at,
                stored=leaving.at,
                picture=Seen(
                    format=journey.format,
                    width=picture.width,
                    height=picture.height,
                    frames=picture.frames,
                    alpha=picture.alpha,
                ),
                facts=_facts(plan, journey.known),
            )


def _facts(plan: Plan, known: Environment) -> dict[str, dict[str, int | float | bool]]:
    """Return the numbers and truths that the state machine asks for, by step and name."""
    conditions = [task.when for task in tasks_of(plan.start) if task.when is not None]
    asked = sorted({name for condition in conditions for name in names(condition)})
    found: dict[str, dict[str, int | float | bool]] = {}
    for name in asked:
        step, _, fact = name.partition(".")
        value = known.get(name)
        if step != "image" and isinstance(value, int | float):
            found.setdefault(step, {})[fact] = value
    return found
