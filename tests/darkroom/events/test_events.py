"""Events are frozen and strict, have one written form, and say what makes them one fact."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from darkroom.errors import UnknownEvent
from darkroom.events import (
    EVENTS,
    Event,
    FactsRecorded,
    ProcessingStarted,
    VariantFailed,
    VariantRendered,
    canonical,
    instant,
    read_event,
)
from darkroom.testing import samples

kinds = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)


texts = st.text(min_size=1, max_size=9)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60)
told = {  # the rest hypothesis reads from the annotations
    "facts": st.dictionaries(texts, st.none() | st.booleans() | numbers | texts, max_size=3),
    "deadline_at": st.datetimes(timezones=st.just(UTC)),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """All events of a kind."""
    return st.builds(kind, **{name: told[name] for name in set(told) & set(kind.model_fields)})


every_event = st.sampled_from(EVENTS).flatmap(events_of)


@kinds
def test_every_event_is_named_for_the_image_and_says_what_it_means(kind: type[Event]) -> None:
    """The docs are made of these."""
    assert kind.type.startswith("image.")
    assert kind.__doc__
    assert kind.varies <= set(kind.model_fields)


def test_no_event_has_a_field_for_a_persons_words() -> None:
    """Names, captions and places could never be erased from a history. (Case 25.)

    They travel with the original, and go with it: docs/decisions/018. A field that is added here
    is an id, a word of the platform's own, a measure, or what a step has found in the pixels.
    """
    ids = {"bucket", "etag", "key", "keys", "owner", "pipeline", "run_id", "version_id"}
    ids |= {"by", "request_id"}
    digests = {"digest", "pipeline_digest"}
    words = {
        "code",
        "format",
        "media_type",
        "name",
        "on_error",
        "state",
        "step",
        "variants",
        "way",
        "ways",
    }
    measures = {"alpha", "byte_size", "deadline_at", "frames", "height", "n", "width"}
    found = {"facts", "recipe"}

    fields = {name for kind in EVENTS for name in kind.model_fields}

    assert fields == ids | digests | words | measures | found


def test_every_event_class_can_be_read_back() -> None:
    """No type twice, none forgotten."""
    assert set(EVENTS) == set(Event.__subclasses__())
    assert len({(kind.type, kind.schema_version) for kind in EVENTS}) == len(EVENTS)


@given(event=every_event)
def test_an_event_reads_back_from_its_written_form(event: Event) -> None:
    """And is written the same again: the payload is what the hash covers."""
    again = read_event(event.type, event.schema_version, event.data())

    assert again == event
    assert again.data() == event.data()


@given(event=every_event)
def test_an_event_restates_itself_and_nothing_else(event: Event) -> None:
    """Not an event of another kind, even where all fields are the same."""
    others = [other for other in samples.history() if type(other) is not type(event)]

    assert event.restates(event)
    assert not any(event.restates(other) for other in others)


@kinds
@given(data=st.data())
def test_the_fields_that_vary_are_no_part_of_what_makes_the_fact(
    kind: type[Event], data: st.DataObject
) -> None:
    """Two events that differ only there have one id, and tell the same."""
    first, second = data.draw(events_of(kind)), data.draw(events_of(kind))
    retried = first.model_copy(update={name: getattr(second, name) for name in kind.varies})

    assert retried.dedup_key() == first.dedup_key()
    assert retried.restates(first)


def test_no_two_facts_of_a_history_share_a_dedup_key() -> None:
    """Each would otherwise be taken for a repetition of the other."""
    other = VariantFailed(**vars(samples.failure("large")))
    keys = [event.dedup_key() for event in (*samples.history(), other)]

    assert len(set(keys)) == len(keys)


def test_an_event_cannot_be_changed() -> None:
    """A fact stays what it was."""
    with pytest.raises(ValidationError):
        samples.uploaded().owner = "another"


@pytest.mark.parametrize(
    "change",
    [{"width": "800"}, {"width": True}, {"width": 0}, {"name": ""}, {"extra": 1}, {"recipe": []}],
    ids=repr,
)
def test_a_field_of_another_type_or_name_is_refused(change: dict[str, Any]) -> None:
    """Nothing is converted: a history cannot be corrected later."""
    with pytest.raises(ValidationError):
        VariantRendered(**{**vars(samples.variant("large")), **change})


@pytest.mark.parametrize("fact", [math.nan, math.inf, -math.inf, "\ud800"], ids=repr)
def test_what_json_cannot_hold_is_refused_when_the_event_is_made(fact: Any) -> None:
    """And not when it is stored, where nobody could say any more whence it came."""
    with pytest.raises(ValidationError):
        FactsRecorded(run_id="r", step="s", way="w", facts={"fact": fact})


def test_a_time_without_a_zone_is_refused() -> None:
    """It would mean another moment on another machine."""
    with pytest.raises(ValidationError):
        ProcessingStarted(
            **{**vars(samples.start()), "deadline_at": samples.at(60).replace(tzinfo=None)}
        )


def test_a_time_is_kept_in_utc_whatever_zone_it_came_in() -> None:
    """So that one moment has one written form."""
    elsewhere = samples.at(60).astimezone(timezone(timedelta(hours=5)))

    event = ProcessingStarted(**{**vars(samples.start()), "deadline_at": elsewhere})

    assert event.data() == samples.started().data()


@pytest.mark.parametrize(("type_", "version"), [("image.admired", 1), ("image.uploaded", 2)])
def test_an_unknown_type_or_version_is_named(type_: str, version: int) -> None:
    """Never guessed, never skipped."""
    with pytest.raises(UnknownEvent) as raised:
        read_event(type_, version, "{}")

    assert raised.value.facts == {"type": type_, "schema_version": version}


def test_canonical_json_has_one_spelling() -> None:
    """Keys sorted, nothing between, letters as they are."""
    assert canonical({"b": [1, 1.0, None], "a": "ü"}) == '{"a":"ü","b":[1,1.0,null]}'


@given(moments=st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=5))
def test_written_times_sort_as_the_times_do(moments: list[datetime]) -> None:
    """Sort keys of the gallery rest on it."""
    assert [instant(moment) for moment in sorted(moments)] == sorted(map(instant, moments))
