"""Changes of stored events, as the stream of their table tells of them: there must be none.

No role of ours may make one, and no code tries. But IAM cannot require a put to have a condition,
and an account has other users. The stream has every event as it was before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """A stored event that was overwritten or removed."""

    stream: str
    version: int
    removed: bool
    attributes: tuple[str, ...]  # of the item, that are not what they were: all, of a removed one
    hash: str  # as it was


def changes(records: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes among records of the events table's stream. Any is one too many."""
    return tuple(
        _change(record["eventName"], record["dynamodb"])
        for record in records
        if record["eventName"] != "INSERT"
    )


def _change(name: str, told: Mapping[str, Any]) -> Change:
    old, new = told.get("OldImage", {}), told.get("NewImage", {})
    return Change(
        stream=told["Keys"]["pk"]["S"],
        version=int(told["Keys"]["sk"]["N"]),
        removed=name == "REMOVE",
        attributes=tuple(sorted(each for each in old | new if old.get(each) != new.get(each))),
        hash=old.get("h", {}).get("S", ""),
    )
