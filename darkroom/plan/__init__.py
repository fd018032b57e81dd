"""The plan: what the compiler writes and the runner reads, and how its expressions evaluate."""

from darkroom.plan.expressions import (
    Environment,
    Expression,
    MissingValue,
    Template,
    evaluate,
    fill,
)
from darkroom.plan.models import Node, OnError, Opening, Plan, Retry, Stage, Task, ways

__all__ = [
    "Environment",
    "Expression",
    "MissingValue",
    "Node",
    "OnError",
    "Opening",
    "Plan",
    "Retry",
    "Stage",
    "Task",
    "Template",
    "evaluate",
    "fill",
    "ways",
]
