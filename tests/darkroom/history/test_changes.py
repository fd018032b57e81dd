"""A stored event that was overwritten or removed is told, and nothing else."""

from typing import Any

from darkroom.adapters.memory import MemoryEventStore
from darkroom.history.changes import Change, changes
from darkroom.history.items import to_item
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended

STREAM = appended(MemoryEventStore(), *samples.history())


def image(version: int, **changed: str) -> dict[str, dict[str, str]]:
    item = {**to_item(REF, STREAM.events[version - 1]), **changed}
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in item.items()
    }


def record(name: str, version: int, **images: object) -> dict[str, Any]:
    keys = {name: value for name, value in image(version).items() if name in ("pk", "sk")}
    return {"eventName": name, "dynamodb": {"Keys": keys, **images}}


def test_new_events_are_no_changes() -> None:
    """All that ever happens, in order."""
    records = [record("INSERT", version, NewImage=image(version)) for version in range(1, 8)]

    assert changes(records) == ()


def test_an_overwritten_event_is_told_with_what_became_of_it() -> None:
    """Which parts are others now, and the hash that it had."""
    told = record("MODIFY", 3, OldImage=image(3), NewImage=image(3, d="{}", act="a stranger"))

    (change,) = changes([record("INSERT", 3, NewImage=image(3)), told])

    assert change == Change(REF.stream, 3, False, ("act", "d"), STREAM.events[2].hash)


def test_a_removed_event_is_told_whoever_removed_it() -> None:
    """An expiry as well: no event has one."""
    service = {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}

    (change,) = changes([{**record("REMOVE", 7, OldImage=image(7)), **service}])

    assert (change.version, change.removed) == (7, True)
    assert set(change.attributes) == set(image(7))


def test_a_change_of_what_is_no_event_is_told_too() -> None:
    """Whatever is in the table, nobody may change."""
    keys = {"pk": {"S": "stray"}, "sk": {"N": "1"}}

    (change,) = changes([{"eventName": "REMOVE", "dynamodb": {"Keys": keys}}])

    assert change == Change("stray", 1, True, (), "")
