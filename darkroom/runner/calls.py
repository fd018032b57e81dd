"""Calls: what steps ask of AWS, made for them. A step yields a request and gets a reply."""

from collections.abc import Callable, Generator
from typing import Any

from steps.contract import Call, Reply, StepFailed

__all__ = ["Ask", "Call", "CallRefused", "Reply", "answered", "no_calls"]

Ask = Callable[[Call], Reply]
"""Makes a call and returns the reply.

Raises CallRefused where AWS says that the request itself is wrong, which no retry mends, and
Unfinished once the retries of anything else are used up: the engine then tries the stage again.
"""


class CallRefused(Exception):
    """AWS refused the request: `error` is its code, such as `InvalidImageFormatException`."""

    def __init__(self, action: str, error: str) -> None:
        super().__init__(f"{action}: {error}")
        self.action = action
        self.error = error


def no_calls(call: Call) -> Reply:
    """Refuse every call: for plans whose steps make none."""
    raise CallRefused(call.action, "NotPlanned")


def answered(asking: Generator[Call, Reply, Any], declared: tuple[str, ...], ask: Ask) -> Any:
    """Return what the step answers in the end, after all its calls.

    Raises StepFailed("crashed") for a call that the step did not declare, and what `ask` raises.
    """
    try:
        call = next(asking)
        while call.action in declared:
            call = asking.send(ask(call))
    except StopIteration as stopped:
        return stopped.value
    raise StepFailed("crashed", undeclared=call.action)
