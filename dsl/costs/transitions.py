"""Transitions: the states that one run of a compiled machine enters, which Standard charges for."""

from darkroom.plan import Plan
from dsl.passes.shape import shape
from dsl.visits import Fork, Visit

_ENDING = 2  # the choice by the outcome, and the state in which the machine ends


def transitions(plan: Plan) -> int:
    """Return the states entered if all goes well: every condition holds, nothing is tried again.

    It follows dsl/backends/asl.py, and a test runs machines against it. Iterations of an inline
    Map cost nothing themselves; the states in them do. Source: Step Functions pricing.
    """
    return _visited(shape(plan.nodes, plan.start), first=True) + _ENDING


def _visited(visit: Visit, *, first: bool = False) -> int:
    """Return the states of a visit and of all behind it, for one of its pictures."""
    asked = visit.task.when is not None and not first
    return 1 + asked + _behind(visit)


def _behind(visit: Visit) -> int:
    """Return the choice whether pictures went on, and what they go on to; a fork has a join."""
    match visit.behind:
        case None:
            return 0
        case Visit(to=(_,)) as only:
            return 1 + _visited(only)
        case Visit() as equal:
            return 1 + _map(equal)
        case Fork(branches=branches):
            return 3 + sum(map(_branch, branches))


def _branch(visit: Visit) -> int:
    """Return the states of a branch: a Map, or a choice, the visit and its end."""
    return _map(visit) if len(visit.to) > 1 else 2 + _visited(visit)


def _map(visit: Visit) -> int:
    """Return the Map, its join, and in it the visit and its end for each picture."""
    return 2 + len(visit.to) * (_visited(visit) + 1)
