"""Wiring: the plan as a CDK construct, which infra/ puts into a stack."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from darkroom.plan.models import Plan


def render_wiring(plan: Plan) -> str:
    """The text of generated/<pipeline>/wiring.py: formatted, typed, the same for the same plan."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),  # off for all but HTML and XML
    )
    environment.filters["quoted"] = _quoted
    return environment.get_template("wiring.py.j2").render(plan=plan)


def _quoted(text: str) -> str:
    """A Python string, in the quotes that ruff's formatter keeps."""
    return json.dumps(text, ensure_ascii=False)
