"""What goes into an execution and what comes out of it."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple


class LambdaError(Exception):
    """Raised by a function of a test: the invocation fails with this error name and cause.

    For what no Python exception stands for: `Lambda.TooManyRequestsException`, `States.Timeout`.
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


class Invocation(NamedTuple):
    """One call of a function, failed ones included."""

    function: str
    payload: Any


@dataclass(frozen=True)
class Execution:
    """A finished execution."""

    status: Literal["SUCCEEDED", "FAILED"]
    output: Any  # None if it failed
    error: str | None
    cause: str | None
    invocations: tuple[Invocation, ...]
    visited: tuple[str, ...]  # states in the order in which they were entered
    waited_s: float  # between attempts, in all: the longest that jitter can make it
    events: int = 0  # of its history, as Standard keeps it
    largest_bytes: int = 0  # of what went into a state or came out of it, as JSON
    answered_bytes: int = 0  # of what a function answered
    joined_bytes: int = 0  # of what came together at the end of a Map or Parallel
