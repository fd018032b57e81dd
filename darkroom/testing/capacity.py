"""The contract of an event store for what a history costs, by the store's own counting."""

import pytest

from darkroom.errors import StreamConflict
from darkroom.events import Stream
from darkroom.history import EventStore, Units
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, REF, appended, at


class CapacityCases:
    """Subclass it, and give a fixture `store` that makes an empty store for each test."""

    def test_a_typical_image_costs_ten_write_units_and_two_read_units(
        self, store: EventStore
    ) -> None:
        """Three variants, from the upload to the ending; and then to load it. (Case 24.)"""
        stream = Stream(REF)
        for event in samples.history():
            stream = store.append(stream, [event], CONTEXT, at=at(stream.version)).stream
        written = store.spent
        store.load(REF)
        loaded = store.spent - written

        assert written.read == 0
        assert written.written <= 10
        assert loaded.written == 0
        assert loaded.read <= 2

    def test_an_event_of_usual_size_is_one_write_unit(self, store: EventStore) -> None:
        """And a payload of two KiB is three with its envelope."""
        token = appended(store, samples.uploaded())
        before = store.spent
        store.append(token, [samples.started()], CONTEXT, at=at(1))
        between = store.spent
        token = store.load(REF)
        loaded = store.spent
        store.append(token, [samples.found("w", "x" * 2000)], CONTEXT, at=at(1))

        assert between - before == Units(written=1)
        assert store.spent - loaded == Units(written=3)

    def test_events_appended_together_cost_twice(self, store: EventStore) -> None:
        """A transaction prepares, and then commits."""
        token = appended(store, samples.uploaded())
        before = store.spent

        store.append(token, [samples.started(), samples.validated()], CONTEXT, at=at(1))

        assert store.spent - before == Units(written=4)

    def test_a_conflict_costs_the_refused_write_and_a_look(self, store: EventStore) -> None:
        """DynamoDB charges for a write whose condition failed."""
        token = appended(store, samples.uploaded())
        appended(store, samples.started())
        before = store.spent

        with pytest.raises(StreamConflict):
            store.append(token, [samples.validated()], CONTEXT, at=at(2))

        assert store.spent - before == Units(read=1, written=1)

    def test_what_is_told_again_on_a_token_that_shows_it_costs_nothing(
        self, store: EventStore
    ) -> None:
        """The history itself says so: nothing is asked."""
        token = appended(store, *samples.history())
        before = store.spent

        store.append(token, [samples.validated()], CONTEXT, at=at(9))

        assert store.spent - before == Units()

    def test_an_unknown_stream_costs_one_read_unit(self, store: EventStore) -> None:
        """A query that finds nothing is still one."""
        store.load(REF)

        assert store.spent == Units(read=1)
