"""Settings of a function: its environment, read when it is first called, never at import."""

import json
import os
from functools import cache
from pathlib import Path

from darkroom.plan import Plan


def setting(name: str) -> str:
    """Return `DARKROOM_<name>`; infra sets for each function exactly those that it reads.

    Raises KeyError naming the variable where it is not set.
    """
    return os.environ[f"DARKROOM_{name}"]


@cache
def plan() -> Plan:
    """Return the plan that this function's asset carries, at the path in DARKROOM_PLAN."""
    path = Path(__file__).parents[2] / setting("PLAN")
    return Plan.model_validate(json.loads(path.read_text())["plan"])
