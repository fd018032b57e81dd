"""What a call of the client raises: the API refused, or did not answer."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The API refused: `code` says why, for programs, and `facts` with which values.

    `after_s` is when to come again, in seconds, where the API told; `request_id` finds the
    request in its logs.
    """

    def __init__(
        self,
        status: int,
        code: str,
        facts: Mapping[str, Any] | None = None,
        *,
        after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.facts = facts or {}
        self.after_s = after_s
        self.request_id = request_id
        told = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        super().__init__(f"{status} {code}" + (f" ({told})" if told else ""))


class Unreachable(Exception):
    """Nothing that is the API answered under `url`."""

    def __init__(self, url: str, why: str) -> None:
        self.url = url
        self.why = why
        super().__init__(f"{url}: {why}")
