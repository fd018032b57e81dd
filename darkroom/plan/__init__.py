"""The plan: what the compiler writes and the runner reads, and how its expressions evaluate."""

from darkroom.plan.expressions import (
    Environment,
    Expression,
    MissingValue,
    Template,
    evaluate,
    fill,
)
from darkroom.plan.models import Node, Opening, Plan, Retry, Stage

__all__ = [
    "Environment",
    "Expression",
    "MissingValue",
    "Node",
    "Opening",
    "Plan",
    "Retry",
    "Stage",
    "Template",
    "evaluate",
    "fill",
]
