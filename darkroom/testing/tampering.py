"""The contract of an event store for what somebody did behind it: it is told, never passed over."""

import pytest

from darkroom.errors import BrokenStream, UnknownEvent
from darkroom.events import Stream
from darkroom.history import EventStore, Witness, append_any, verify
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, REF, appended, at
from darkroom.testing.vandal import Vandal


def _broken(store: EventStore) -> tuple[int, object]:
    """Return the version at which reading and verifying the history stops, and why."""
    with pytest.raises(BrokenStream) as raised:
        verify(store.load(REF))
    return raised.value.version, raised.value.facts["reason"]


class TamperingCases:
    """Subclass it, and give fixtures: `store`, empty for each test, and its `vandal`."""

    @pytest.fixture
    def written(self, store: EventStore) -> Stream:
        """The history of a typical image, in the store."""
        return appended(store, *samples.history())

    def test_no_way_leads_through_the_store_to_change_or_remove_an_event(
        self, store: EventStore
    ) -> None:
        """It appends, and it reads. (Case 18.)"""
        public = {name for name in dir(type(store)) if not name.startswith("_")}

        assert public - {"meter", "client", "table"} == {
            *("append", "insert", "load", "read", "refs", "spent")
        }

    @pytest.mark.parametrize("name", ["d", "at", "id", "by", "cor", "ph", "h"])
    @pytest.mark.usefixtures("written")
    def test_an_edited_event_is_found(self, store: EventStore, vandal: Vandal, name: str) -> None:
        """Its payload, or any part of its envelope. (Cases 18 and 26.)"""
        item = vandal.look(REF, 3)
        edited = {
            "d": samples.validated().model_copy(update={"width": 1}).data(),
            "at": "2026-11-23T12:00:02.000001Z",
        }
        vandal.put({**item, name: edited.get(name, f"{item[name]}0")})

        version, reason = _broken(store)

        assert version == 3
        assert reason in ("hash", "link")

    @pytest.mark.usefixtures("written")
    def test_events_that_changed_places_are_found(self, store: EventStore, vandal: Vandal) -> None:
        """Each in the other's version. (Case 26.)"""
        third, fourth = vandal.look(REF, 3), vandal.look(REF, 4)
        vandal.put({**third, "sk": 4})
        vandal.put({**fourth, "sk": 3})

        assert _broken(store) == (3, "link")

    @pytest.mark.usefixtures("written")
    def test_an_event_put_in_between_is_found(self, store: EventStore, vandal: Vandal) -> None:
        """With all that follow moved on by one. (Case 26.)"""
        for version in range(7, 2, -1):
            vandal.put({**vandal.look(REF, version), "sk": version + 1})

        assert _broken(store) == (4, "link")

    @pytest.mark.usefixtures("written")
    def test_a_removed_event_is_a_gap(self, store: EventStore, vandal: Vandal) -> None:
        """Nobody decides on a history with a hole. (Cases 18 and 26.)"""
        vandal.remove(REF, 4)

        assert _broken(store) == (4, "gap")

    @pytest.mark.usefixtures("written")
    def test_an_end_that_was_cut_off_is_found_by_who_has_seen_it(
        self, store: EventStore, vandal: Vandal
    ) -> None:
        """What is left is sound in itself: a view of version 7 tells on it. (Case 26.)"""
        for version in (6, 7):
            vandal.remove(REF, version)
        left = store.load(REF)
        verify(left)

        with pytest.raises(BrokenStream) as raised:
            verify(left, Witness(7))

        assert (raised.value.version, raised.value.facts["reason"]) == (6, "cut")

    @pytest.mark.usefixtures("written")
    def test_a_history_that_begins_late_is_a_gap(self, store: EventStore, vandal: Vandal) -> None:
        """Its beginning was removed; it is not begun anew. (Case 19.)"""
        vandal.remove(REF, 1)

        assert _broken(store) == (1, "gap")
        with pytest.raises(BrokenStream):
            append_any(store, REF, [samples.uploaded()], CONTEXT, lambda: at(9))

    def test_versions_that_were_removed_are_not_used_again_by_who_has_seen_them(
        self, store: EventStore, vandal: Vandal, written: Stream
    ) -> None:
        """The writer goes on where it was, and the gap shows from then on. (Case 19.)"""
        for version in (6, 7):
            vandal.remove(REF, version)

        answer = store.append(written, [samples.found("w", "x")], CONTEXT, at=at(9))

        assert answer.recorded[0].version == 8
        assert _broken(store) == (6, "gap")

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"t": "image.admired"}, ("image.admired", 1)),
            ({"sv": 99}, ("image.validated", 99)),
        ],
    )
    @pytest.mark.usefixtures("written")
    def test_an_event_of_newer_code_is_named_and_never_guessed(
        self,
        store: EventStore,
        vandal: Vandal,
        change: dict[str, str | int],
        named: tuple[str, int],
    ) -> None:
        """A type or a version that this code does not know is an error. (Case 23.)"""
        vandal.put({**vandal.look(REF, 3), **change})

        with pytest.raises(UnknownEvent) as raised:
            store.load(REF)

        assert (raised.value.type, raised.value.schema_version) == named
        assert (raised.value.facts["stream"], raised.value.facts["version"]) == (REF.stream, 3)

    def test_what_code_does_not_know_is_kept_as_it_is(
        self, store: EventStore, vandal: Vandal, written: Stream
    ) -> None:
        """Older code neither changes nor drops it, and newer reads it again. (Case 23.)"""
        known = vandal.look(REF, 3)
        newer = {**known, "t": "image.admired"}
        vandal.put(newer)
        with pytest.raises(UnknownEvent):
            append_any(store, REF, [samples.found("w", "x")], CONTEXT, lambda: at(9))

        assert vandal.look(REF, 3) == newer
        vandal.put(known)
        assert store.load(REF) == written
