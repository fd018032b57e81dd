"""The plan: what the compiler writes and the runner reads, and how its expressions evaluate."""

from darkroom.plan.expressions import (
    Environment,
    Expression,
    MissingValue,
    Template,
    evaluate,
    fill,
    names,
)
from darkroom.plan.models import Node, OnError, Opening, Plan, Retry, Stage, Task
from darkroom.plan.tree import below, nodes_of, promised, task_at, tasks_of, ways, whole

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
    "below",
    "evaluate",
    "fill",
    "names",
    "nodes_of",
    "promised",
    "task_at",
    "tasks_of",
    "ways",
    "whole",
]
