"""The chain shows any edit, swap, insertion and removal but that of the newest events."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import BrokenStream
from darkroom.events import Context, Recorded, Stream
from darkroom.history import Witness, verify, witness
from darkroom.history.chain import genesis, sealed
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended, at


@pytest.fixture
def stream() -> Stream:
    return appended(MemoryEventStore(), *samples.history())


# `event` is read from `data`; a changed `hash` or `previous_hash` breaks a link by itself.
STORED = [field.name for field in fields(Recorded) if field.name not in {"event", "version"}]


def altered(recorded: Recorded, name: str) -> Recorded:
    value: Any = getattr(recorded, name)
    if name == "recorded_at":
        return replace(recorded, recorded_at=value + timedelta(microseconds=1))
    if name == "schema_version":
        return replace(recorded, schema_version=value + 1)
    changed: dict[str, Any] = {name: f"{value}x"}
    return replace(recorded, **changed)


def broken_at(stream: Stream) -> int:
    with pytest.raises(BrokenStream) as raised:
        verify(stream)
    return raised.value.version


def test_an_untouched_history_holds(stream: Stream) -> None:
    """And so does every beginning of it, the empty one too."""
    for version in range(stream.version + 1):
        verify(Stream(REF, stream.events[:version]))


@pytest.mark.parametrize("name", STORED)
def test_a_change_of_any_stored_part_is_found(stream: Stream, name: str) -> None:
    """Payload, time, writer, actor, ids and the links themselves: all are covered."""
    changed = (*stream.events[:3], altered(stream.events[3], name), *stream.events[4:])

    assert broken_at(Stream(REF, changed)) == 4


def test_an_edit_with_its_hash_made_anew_is_found_at_the_next_event(stream: Stream) -> None:
    """Whoever edits one event must forge all that follow."""
    forged = sealed(REF, altered(stream.events[3], "writer"))

    assert broken_at(Stream(REF, (*stream.events[:3], forged, *stream.events[4:]))) == 5


def test_a_swap_an_insertion_and_a_removal_are_found(stream: Stream) -> None:
    """Even where the versions were made to fit."""
    one, two, three, four, *rest = stream.events

    swapped = numbered(one, three, two, four, *rest)
    doubled = numbered(one, two, two, three, four, *rest)
    shortened = numbered(one, three, four, *rest)

    assert [broken_at(each) for each in (swapped, doubled, shortened)] == [2, 3, 2]


def test_an_end_that_was_cut_off_is_found_by_who_has_seen_it(stream: Stream) -> None:
    """The chain of what is left holds; a view that was folded from more tells that it is less."""
    left = Stream(REF, stream.events[:5])
    verify(left, Witness(5), witness(left))

    with pytest.raises(BrokenStream) as raised:
        verify(left, Witness(stream.version))

    assert (raised.value.version, raised.value.facts["reason"]) == (6, "cut")


def test_a_history_written_anew_is_found_by_who_has_noted_a_hash(stream: Stream) -> None:
    """All its links hold; what the witness saw at its version is not what is there."""
    noted = [witness(Stream(REF, stream.events[:version])) for version in range(stream.version)]
    forged = appended(MemoryEventStore(), *samples.history()[:3], samples.found("w", "forged"))
    verify(forged)
    verify(stream, *noted)

    with pytest.raises(BrokenStream) as raised:
        verify(forged, *noted[:5])

    assert (raised.value.version, raised.value.facts["reason"]) == (4, "rewritten")


def test_a_history_moved_to_another_image_is_found(stream: Stream) -> None:
    """The chain begins with the stream's own name."""
    moved = Stream(samples.another_image(1), stream.events)

    assert broken_at(moved) == 1


def test_text_cannot_move_between_neighbouring_parts(stream: Stream) -> None:
    """A plain concatenation of the parts would not see it."""
    one = replace(stream.events[0], correlation_id="ab", causation_id="c")
    other = replace(stream.events[0], correlation_id="a", causation_id="bc")

    assert sealed(REF, one).hash != sealed(REF, other).hash


def test_the_form_of_the_hash_never_changes() -> None:
    """Stored chains rest on it: this value may not be edited."""
    context = Context(writer="w", correlation_id="c")
    store = MemoryEventStore()

    (recorded,) = store.append(Stream(REF), [samples.uploaded()], context, at=at(0)).recorded

    assert recorded.previous_hash == genesis(REF)
    assert recorded.hash == "c20ab6bdb668bf5d772538af9c002fc755929021f4550be84d20509b059d308e"


def test_a_gap_is_refused_when_the_stream_is_made(stream: Stream) -> None:
    """Nobody decides on a history with a hole."""
    with pytest.raises(BrokenStream) as raised:
        Stream(REF, (*stream.events[:2], *stream.events[3:]))

    assert raised.value.version == 3


def numbered(*events: Recorded) -> Stream:
    return Stream(
        REF, tuple(replace(event, version=number) for number, event in enumerate(events, start=1))
    )
