"""Errors inside a machine: their names, which route takes them, and how long retries wait.

Source: Step Functions guide, "Handling errors in Step Functions workflows".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

QUERY = "States.QueryEvaluationError"
TOO_LARGE = "States.DataLimitExceeded"
NO_CHOICE = "States.NoChoiceMatched"

_NEVER_CAUGHT = {TOO_LARGE, "States.Runtime"}  # by wildcards
_ATTEMPTS, _INTERVAL_S, _BACKOFF = 3, 1, 2.0  # of a retrier that does not say


class StateFailed(Exception):
    """A state failed, by name: what Retry and Catch see."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    @property
    def output(self) -> dict[str, str]:
        """What `$states.errorOutput` is."""
        return {"Error": self.error, "Cause": self.cause}


class Retries:
    """The attempts that a state has left, in one visit of it: each retrier counts for itself."""

    def __init__(self, retriers: Sequence[Mapping[str, Any]]) -> None:
        self._retriers = retriers
        self._used: Counter[int] = Counter()

    @property
    def used(self) -> int:
        """How often the state was tried again."""
        return self._used.total()

    def wait_before_next(self, error: str) -> float | None:
        """Return the seconds to wait, by the first retrier for `error`; None for no attempt."""
        for index, retrier in enumerate(self._retriers):
            if not matches(retrier, error):
                continue
            if self._used[index] >= retrier.get("MaxAttempts", _ATTEMPTS):
                return None
            growth = retrier.get("BackoffRate", _BACKOFF) ** self._used[index]
            self._used[index] += 1
            wait = retrier.get("IntervalSeconds", _INTERVAL_S) * growth
            return float(min(wait, retrier.get("MaxDelaySeconds", wait)))
        return None


def catcher(state: Mapping[str, Any], error: str) -> Mapping[str, Any] | None:
    """Return the first catcher of `state` for `error`."""
    return next((each for each in state.get("Catch", ()) if matches(each, error)), None)


def matches(route: Mapping[str, Any], error: str) -> bool:
    """Whether a retrier or catcher takes `error`."""
    names = route["ErrorEquals"]
    if error in names:
        return True
    if error in _NEVER_CAUGHT:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")
