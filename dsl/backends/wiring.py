"""Wiring: the plan as a CDK construct, which infra/ puts into a stack."""

import json
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from darkroom.plan.models import Plan, Task
from dsl.passes.effects import effects_of
from steps.allocator import KEEPS_MEMORY


def render_wiring(plan: Plan, *, million_usd: float) -> str:
    """The text of generated/<pipeline>/wiring.py: formatted, typed, the same for the same plan.

    `million_usd` is what a million images cost, by which a dashboard tells what a day does.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),  # off for all but HTML and XML
    )
    environment.filters["quoted"] = _quoted
    environment.filters["listed"] = _listed
    return environment.get_template("wiring.py.j2").render(
        plan=plan,
        allocator=KEEPS_MEMORY,
        effects={each.stage: each for each in effects_of(plan.nodes, plan.stages, plan.start)},
        stages_at_once=stages_at_once(plan.start),
        million_usd=f"{million_usd:.2f}",
    )


def stages_at_once(task: Task) -> int:
    """Return how many functions one run keeps busy at most, from `task` on.

    Those behind a task begin when it has ended, and may all work at one time.
    """
    return max(1, sum(stages_at_once(following) for following in task.next))


def _quoted(text: str) -> str:
    """A Python string, in the quotes that ruff's formatter keeps."""
    return json.dumps(text, ensure_ascii=False)


def _listed(texts: Sequence[str]) -> str:
    """A tuple of strings as the value of a field of a stage, broken into lines as ruff does."""
    if len(texts) < 2:
        return f"({_quoted(texts[0])},)" if texts else "()"
    return "".join(["(\n", *(f"            {_quoted(text)},\n" for text in texts), "        )"])
