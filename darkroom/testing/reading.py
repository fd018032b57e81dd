"""The contract of an event store for reading parts of a history, and finding all histories."""

from typing import Any

import pytest

from darkroom.history import EventStore
from darkroom.testing import samples
from darkroom.testing.samples import REF, another_image, appended

_LARGE = "x" * 60_000  # twenty of them are more than the megabyte that a query answers with


def _versions(store: EventStore, **bounds: Any) -> list[int]:
    return [each.version for each in store.read(REF, **bounds)]


class ReadingCases:
    """Subclass it, and give a fixture `store` that makes an empty store for each test."""

    @pytest.mark.parametrize(
        ("bounds", "expected"),
        [
            ({}, [1, 2, 3, 4, 5, 6, 7]),
            ({"newest_first": True}, [7, 6, 5, 4, 3, 2, 1]),
            ({"newest_first": True, "limit": 1}, [7]),
            ({"limit": 3}, [1, 2, 3]),
            ({"limit": 99}, [1, 2, 3, 4, 5, 6, 7]),
            ({"limit": 0}, []),
            ({"after": 3}, [4, 5, 6, 7]),
            ({"after": 3, "limit": 2}, [4, 5]),
            ({"up_to": 3}, [1, 2, 3]),
            ({"up_to": 0}, []),
            ({"after": 2, "up_to": 4}, [3, 4]),
            ({"after": 2, "up_to": 5, "newest_first": True, "limit": 2}, [5, 4]),
            ({"after": 4, "up_to": 4}, []),
            ({"after": 5, "up_to": 2}, []),
            ({"after": 7}, []),
            ({"after": 6, "up_to": 99}, [7]),
        ],
        ids=str,
    )
    def test_any_part_of_a_history_can_be_read(
        self, store: EventStore, bounds: dict[str, Any], expected: list[int]
    ) -> None:
        """From, up to, so many, either way round; outside of it is nothing. (Case 15.)"""
        stream = appended(store, *samples.history())

        found = list(store.read(REF, **bounds))

        assert [each.version for each in found] == expected
        assert found == [stream.events[version - 1] for version in expected]

    def test_of_an_unknown_stream_nothing_is_read(self, store: EventStore) -> None:
        """And nothing raised. (Case 2.)"""
        assert _versions(store) == []
        assert _versions(store, newest_first=True, limit=1) == []

    def test_pages_of_a_megabyte_are_turned_whatever_is_asked_for(self, store: EventStore) -> None:
        """DynamoDB answers with at most one; limits and bounds reach across. (Case 16.)"""
        events = [samples.found(f"way {number}", _LARGE) for number in range(39)]
        token = appended(store, samples.uploaded(), *events)

        assert store.load(REF) == token
        assert _versions(store, newest_first=True) == list(range(40, 0, -1))
        assert _versions(store, limit=30) == list(range(1, 31))
        assert _versions(store, after=2, up_to=39) == list(range(3, 40))
        assert _versions(store, limit=40, after=5) == list(range(6, 41))

    def test_every_image_with_a_history_is_found_once(self, store: EventStore) -> None:
        """Of all tenants, however long their histories are."""
        refs = [another_image(number, tenant) for number in range(5) for tenant in ("a", "b")]
        for ref in refs:
            appended(store, *samples.history(), ref=ref)
        appended(
            store, samples.uploaded(), *(samples.found(f"way {each}", _LARGE) for each in range(25))
        )

        found = list(store.refs())

        assert sorted(found) == sorted([*refs, REF])

    def test_without_any_history_no_image_is_found(self, store: EventStore) -> None:
        """Not even one that somebody has asked for."""
        store.load(REF)

        assert list(store.refs()) == []
