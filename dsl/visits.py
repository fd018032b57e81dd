"""Visits: the tasks of a plan as a machine runs them: in a row, one for several, or apart."""

from dataclasses import dataclass
from typing import Union

from darkroom.plan.models import OnError, Task


@dataclass(frozen=True)
class Visit:
    """One invocation, and what follows it. `to` are the places among the tasks behind the last.

    A visit for several places stands for tasks of equal bodies, and is made for each of them;
    `task` is the first. `on_error` is that of its step, if there is one to speak for the stage.
    """

    task: Task
    to: tuple[int, ...]
    on_error: OnError
    behind: "Behind"


@dataclass(frozen=True)
class Fork:
    """Visits that have nothing in common but the picture they come from."""

    branches: tuple[Visit, ...]


Behind = Union[Visit, Fork, None]  # noqa: UP007 - a forward reference has no `|`


def branches(behind: Behind) -> tuple[Visit, ...]:
    """Return the visits that follow, whatever form they have."""
    match behind:
        case None:
            return ()
        case Visit():
            return (behind,)
        case Fork():
            return behind.branches


def label(task: Task) -> str:
    """Return what the one node of a task adds to a way: `brand`, or `sizes.large`."""
    return task.covers[0].rpartition(" > ")[2]
