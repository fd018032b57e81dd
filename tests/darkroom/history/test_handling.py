"""Handling a command: what follows is recorded once, whatever races, repeats and fails."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import NotFound, StreamConflict
from darkroom.events import Context, Ending, Event, Stream
from darkroom.history import AlreadyAppended, Appended, Retries, handle, verify
from darkroom.ids import ImageRef
from darkroom.images import Command, Finish, RecordFacts, RecordValidation, TimeOut, fold
from darkroom.outcome import Outcome
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, PROMISED, REF, appended, at


class Contested(MemoryEventStore):
    """A store in which, once a run has started, rivals are first as often as said."""

    def __init__(self, rivals: int) -> None:
        super().__init__()
        self.rivals = rivals

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        if stream.version >= 2 and self.rivals > 0:
            self.rivals -= 1
            super().append(stream, [samples.found(f"way {self.rivals}", "")], context, at=at)
        return super().append(stream, events, context, at=at)


def no_pause(_: float) -> None:
    """Nobody waits in a test."""


def test_the_image_comes_back_as_it_is_after_the_command() -> None:
    """Whether something was recorded or not."""
    store = MemoryEventStore()

    first = handle(store, REF, samples.upload(), CONTEXT, lambda: at(0))
    again = handle(store, REF, samples.upload(), CONTEXT, lambda: at(1))

    assert first == again == fold(store.load(REF))
    assert store.load(REF).version == 1


def test_the_event_is_recorded_with_its_context_and_the_clocks_time() -> None:
    """The envelope is the caller's to fill."""
    store = MemoryEventStore()
    context = Context(writer="api", correlation_id="c", causation_id="m", actor="u")

    handle(store, REF, samples.upload(), context, lambda: at(5))

    (recorded,) = store.load(REF).events
    assert (recorded.writer, recorded.actor, recorded.recorded_at) == ("api", "u", at(5))


def test_a_conflict_is_decided_anew_after_a_pause() -> None:
    """Pauses double, each with full jitter; the event is appended behind the rivals'."""
    pauses: list[float] = []
    store = Contested(rivals=3)
    appended(store, samples.uploaded(), samples.started())
    retries = Retries(base_s=0.1, cap_s=0.3, sleep=pauses.append, jitter=lambda: 0.5)

    handle(store, REF, samples.variant("large"), CONTEXT, lambda: at(2), retries=retries)

    assert pauses == pytest.approx([0.1, 0.15, 0.15])
    assert store.load(REF).version == 2 + 3 + 1


def test_conflicts_without_end_are_given_up() -> None:
    """After the last attempt the conflict is the caller's; it may try again later."""
    store = Contested(rivals=99)
    appended(store, samples.uploaded(), samples.started())
    retries = Retries(attempts=4, sleep=no_pause)

    with pytest.raises(StreamConflict):
        handle(store, REF, samples.variant("large"), CONTEXT, lambda: at(2), retries=retries)

    assert store.rivals == 99 - 4


def test_a_command_for_an_image_that_does_not_exist_is_not_found() -> None:
    """Nothing is written."""
    store = MemoryEventStore()

    with pytest.raises(NotFound):
        handle(store, REF, samples.start(), CONTEXT, lambda: at(0))

    assert store.load(REF) == Stream(REF)


runs = st.sampled_from([samples.start(n).run_id for n in (0, 3, 7)])
names = st.sampled_from(PROMISED)
outcomes = st.builds(
    Outcome,
    outcome=st.sampled_from(["done", "rejected", "failed", "superseded"]),
    code=st.sampled_from([None, "crashed"]),
)
validation = samples.validated().model_dump(exclude={"run_id"})
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(samples.upload, st.sampled_from(["v1", "v2", "v3"])),
    st.builds(samples.start, st.sampled_from([0, 3, 7])),
    runs.map(lambda run: RecordValidation(run_id=run, **validation)),
    st.builds(RecordFacts, run_id=runs, step=names, way=names, facts=st.just({"a": 1})),
    st.builds(samples.variant, names, runs),
    st.builds(samples.failure, names, runs),
    st.builds(Finish, run_id=runs, outcome=outcomes),
    st.builds(TimeOut, run_id=runs, at=st.sampled_from([at(0), at(100)])),
)


def told(store: MemoryEventStore, ref: ImageRef, orders: list[Command]) -> Stream:
    for order in orders:
        handle(store, ref, order, CONTEXT, lambda: at(0))
    return store.load(ref)


@given(orders=st.lists(commands, max_size=40), data=st.data())
def test_any_order_and_repetition_of_commands_gives_a_sound_history(
    orders: list[Command], data: st.DataObject
) -> None:
    """No gap, no id twice, at most one ending a run, one outcome a variant; the chain holds."""
    repeated = data.draw(st.permutations(orders + orders[:10]))
    store = MemoryEventStore()

    stream = told(store, REF, [samples.upload(), *repeated])

    verify(stream)
    assert [recorded.version for recorded in stream.events] == list(range(1, stream.version + 1))
    assert len({recorded.id for recorded in stream.events}) == stream.version
    endings = [each.event.run_id for each in stream.events if isinstance(each.event, Ending)]
    assert len(endings) == len(set(endings))
    image = fold(stream)
    assert image is not None
    assert all(not set(run.rendered) & set(run.failed) for run in image.runs.values())


@given(orders=st.lists(commands, max_size=25))
def test_commands_told_a_third_time_add_nothing(orders: list[Command]) -> None:
    """One that came too early (a variant before its run) counts at the second telling."""
    store = MemoryEventStore()
    told(store, REF, [samples.upload(), *orders])

    settled = told(store, REF, orders)

    assert told(store, REF, orders) == settled
