"""The chronicle: times between events, what led to each, runs, and the past."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore
from darkroom.events import Context, Stream
from darkroom.operations.chronicle import as_of, entries, runs
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, appended, at


@pytest.fixture
def stream() -> Stream:
    return appended(MemoryEventStore(), *samples.history())


def told(*causation: str | None) -> Stream:
    """Return a typical history whose first events name these causes, as their writers do."""
    store = MemoryEventStore()
    stream = Stream(REF)
    for event, cause in zip(samples.history(), causation, strict=False):
        context = Context(writer="w", correlation_id=REF.image_id, causation_id=cause)
        stream = store.append(stream, [event], context, at=at(stream.version)).stream
    return stream


def test_events_follow_from_the_object_the_run_or_the_event_that_their_writers_name() -> None:
    """A run from the upload of its object version, what happens in a run from its beginning."""
    stream = told("v1", "v1", None, RUN)

    assert [entry.cause for entry in entries(stream)] == [None, 1, 2, 2]


def test_an_event_may_name_another_by_its_id(stream: Stream) -> None:
    """As what a person asked for will."""
    second = replace(stream.events[1], causation_id=stream.events[0].id)

    assert entries(Stream(REF, (stream.events[0], second)))[1].cause == 1


def test_times_are_since_the_first_and_since_the_one_before(stream: Stream) -> None:
    """As they were recorded, a second apart."""
    last = entries(stream)[-1]

    assert (last.since_first, last.since_previous) == (timedelta(seconds=6), timedelta(seconds=1))


def test_a_run_is_told_from_its_beginning_to_its_ending(stream: Stream) -> None:
    """How it ended, and how long it took."""
    (taken,) = runs(stream)

    assert (taken.run_id, taken.state, taken.took) == (RUN, "complete", timedelta(seconds=5))


def test_a_run_under_way_has_no_ending(stream: Stream) -> None:
    """And has taken no certain time."""
    (taken,) = runs(as_of(stream, 4))

    assert (taken.state, taken.ended, taken.took) == ("processing", None, None)


def test_an_image_without_a_run_has_none_to_tell(stream: Stream) -> None:
    """Nor has a stream that nobody has begun."""
    assert runs(as_of(stream, 1)) == runs(Stream(REF)) == ()
    assert entries(Stream(REF)) == ()


@given(st.floats(0, 10))
def test_the_past_by_time_is_the_past_by_version(second: float) -> None:
    """What had been recorded by then: events come a second apart."""
    stream = appended(MemoryEventStore(), *samples.history())

    assert as_of(stream, at(second)) == as_of(stream, min(int(second) + 1, 7))


def test_before_the_first_event_there_was_nothing(stream: Stream) -> None:
    """An empty stream, as of an image that nobody knows."""
    assert as_of(stream, at(-1)) == Stream(REF)
