"""The contract of an event store for several events at once, and for events at any version."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from darkroom.errors import CorruptRetry, EventIdReuse, EventTooLarge, StreamConflict
from darkroom.events import Event, Stream
from darkroom.history import (
    AlreadyAppended,
    Appended,
    EventStore,
    Retries,
    append_any,
    handle,
    verify,
)
from darkroom.history.appending import MAX_EVENTS
from darkroom.testing import samples
from darkroom.testing.faults import LosesReplies, ReplyLost
from darkroom.testing.samples import CONTEXT, REF, appended, at

_WRITERS = 8
_RENDERED = tuple(map(samples.rendered, samples.PROMISED))


def _now() -> datetime:
    return at(9)


class DecisionCases:
    """Subclass it, and give a fixture `store` that makes an empty store for each test."""

    def test_no_events_are_no_change(self, store: EventStore) -> None:
        """Whether somebody has begun the stream or not. (Case 1.)"""
        assert store.append(Stream(REF), [], CONTEXT, at=at(0)) == AlreadyAppended(Stream(REF), ())
        assert store.load(REF).version == 0

        token = appended(store, samples.uploaded())

        assert store.append(token, [], CONTEXT, at=at(1)) == AlreadyAppended(token, ())
        assert store.load(REF) == token

    def test_events_that_belong_together_are_appended_together(self, store: EventStore) -> None:
        """In their order, each with the hash of the one before."""
        answer = store.append(Stream(REF), samples.history(), CONTEXT, at=at(0))

        assert isinstance(answer, Appended)
        assert tuple(each.event for each in answer.recorded) == samples.history()
        assert [each.version for each in answer.recorded] == list(range(1, 8))
        assert store.load(REF) == answer.stream
        verify(answer.stream)

    @pytest.mark.parametrize("stale", [True, False])
    def test_events_told_together_again_are_there_once(
        self, store: EventStore, stale: bool
    ) -> None:
        """By the token of the first attempt, or by one that shows them. (Case 5.)"""
        token = appended(store, samples.uploaded(), samples.started())
        first = store.append(token, _RENDERED, CONTEXT, at=at(2))
        appended(store, samples.completed())

        again = store.append(token if stale else store.load(REF), _RENDERED, CONTEXT, at=at(9))

        assert isinstance(again, AlreadyAppended)
        assert again.recorded == first.recorded
        assert store.load(REF).version == 6

    def test_the_last_of_them_told_alone_is_found(self, store: EventStore) -> None:
        """What was told together need not be told again together. (Case 5.)"""
        token = appended(store, samples.uploaded(), samples.started())
        first = store.append(token, _RENDERED, CONTEXT, at=at(2))

        again = store.append(token, _RENDERED[-1:], CONTEXT, at=at(9))

        assert isinstance(again, AlreadyAppended)
        assert again.recorded == first.recorded[-1:]

    @pytest.mark.parametrize("stale", [True, False])
    @pytest.mark.parametrize(
        "others", [_RENDERED[:2], _RENDERED[1:]], ids=["the beginning", "the end"]
    )
    def test_events_that_are_there_in_part_are_refused(
        self, store: EventStore, others: tuple[Event, ...], stale: bool
    ) -> None:
        """It is no retry, and never completed silently; nothing is written. (Case 6.)"""
        token = appended(store, samples.uploaded(), samples.started())
        current = store.append(token, others, CONTEXT, at=at(2)).stream

        with pytest.raises(CorruptRetry) as raised:
            store.append(token if stale else current, _RENDERED, CONTEXT, at=at(9))

        assert (raised.value.facts["known"], raised.value.facts["intended"]) == (2, 3)
        assert (raised.value.expected, raised.value.actual) == (2 if stale else 4, 4)
        assert store.load(REF) == current

    def test_one_fact_twice_among_them_is_refused(self, store: EventStore) -> None:
        """Two events would share one id; nothing is written. (Case 10.)"""
        token = appended(store, samples.uploaded())
        twice = [samples.started(), samples.validated(), samples.started()]

        with pytest.raises(EventIdReuse) as raised:
            store.append(token, twice, CONTEXT, at=at(1))

        assert raised.value.version == 4
        assert store.load(REF) == token

    @pytest.mark.parametrize("taken", [1, 2])
    def test_a_version_taken_by_another_refuses_them_all(
        self, store: EventStore, taken: int
    ) -> None:
        """All or none, however many of them had room. (Case 11.)"""
        token = appended(store, samples.uploaded(), samples.started())
        facts = [samples.found(f"way {number}", "") for number in range(taken)]
        current = appended(store, *facts)

        with pytest.raises(StreamConflict) as raised:
            store.append(token, _RENDERED, CONTEXT, at=at(9))

        assert (raised.value.expected, raised.value.actual) == (2, 2 + taken)
        assert store.load(REF) == current

    def test_more_events_than_a_transaction_takes_are_refused(self, store: EventStore) -> None:
        """As many as it takes go in, one more does not. (Case 22.)"""
        token = appended(store, samples.uploaded())
        facts = [samples.found(f"way {number}", "") for number in range(MAX_EVENTS + 1)]

        with pytest.raises(ValueError, match="101 events"):
            store.append(token, facts, CONTEXT, at=at(1))

        assert store.load(REF) == token
        assert store.append(token, facts[:-1], CONTEXT, at=at(1)).stream.version == 101

    def test_more_bytes_than_a_transaction_takes_are_refused(self, store: EventStore) -> None:
        """Four mebibytes, names and envelopes included. (Case 22.)"""
        token = appended(store, samples.uploaded())
        facts = [samples.found(f"way {number}", "x" * 60_000) for number in range(70)]

        with pytest.raises(EventTooLarge) as raised:
            store.append(token, facts, CONTEXT, at=at(1))

        assert raised.value.byte_size > raised.value.limit == 4 * 1024 * 1024
        assert store.load(REF) == token

    def test_of_many_decisions_on_one_token_exactly_one_wins(self, store: EventStore) -> None:
        """Whole: no event of the others is between its events. (Cases 11 and 12.)"""
        token = appended(store, samples.uploaded(), samples.started())

        def write(number: int) -> bool:
            facts = [samples.found(f"way {number} {part}", "") for part in range(3)]
            try:
                return isinstance(store.append(token, facts, CONTEXT, at=at(2)), Appended)
            except StreamConflict:
                return False

        with ThreadPoolExecutor(_WRITERS) as pool:
            won = list(pool.map(write, range(_WRITERS)))

        stream = store.load(REF)
        assert won.count(True) == 1
        assert [getattr(each.event, "way", "") for each in stream.events[2:]] == [
            f"way {won.index(True)} {part}" for part in range(3)
        ]

    def test_a_reply_that_was_lost_costs_nothing(self, store: EventStore) -> None:
        """One event or several: what was told again is found, and others' behind it. (Case 20.)"""
        unreliable = LosesReplies(store)
        for events in ([samples.uploaded()], [samples.started(), samples.validated()]):
            token = store.load(REF)
            unreliable.replies_to_lose = 1
            with pytest.raises(ReplyLost):
                unreliable.append(token, events, CONTEXT, at=at(0))

            assert isinstance(unreliable.append(token, events, CONTEXT, at=at(5)), AlreadyAppended)

        assert store.load(REF).version == 3

    def test_a_command_whose_reply_was_lost_is_told_once(self, store: EventStore) -> None:
        """The message comes again, and finds what its first delivery did. (Case 20.)"""
        unreliable = LosesReplies(store, replies_to_lose=1)
        with pytest.raises(ReplyLost):
            handle(unreliable, REF, samples.upload(), CONTEXT, _now)

        handle(unreliable, REF, samples.upload(), CONTEXT, _now)

        assert store.load(REF).version == 1

    def test_an_event_for_any_version_follows_whatever_is_there(self, store: EventStore) -> None:
        """The writer names no version, and needs to know none."""
        appended(store, *samples.history())

        answer = append_any(store, REF, [samples.found("w", "x")], CONTEXT, _now)

        assert isinstance(answer, Appended)
        assert answer.recorded[0].version == 8
        assert store.load(REF) == answer.stream

    def test_an_event_for_any_version_is_appended_once(self, store: EventStore) -> None:
        """However many have followed it: the whole history is looked through. (Case 7.)"""
        appended(store, *samples.history())

        again = append_any(store, REF, [samples.validated()], CONTEXT, _now)

        assert isinstance(again, AlreadyAppended)
        assert store.load(REF).version == 7

    def test_events_for_any_version_that_race_are_all_appended(self, store: EventStore) -> None:
        """Every writer's, each whole, without a gap. (Case 14.)"""
        appended(store, samples.uploaded())
        patient = Retries(attempts=_WRITERS + 1, base_s=0.001)

        def write(number: int) -> None:
            facts = [samples.found(f"way {number} {part}", "") for part in range(2)]
            append_any(store, REF, facts, CONTEXT, _now, retries=patient)

        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(write, range(_WRITERS)))

        ways = [getattr(each.event, "way", "") for each in store.load(REF).events[1:]]
        assert sorted(ways) == [f"way {n} {part}" for n in range(_WRITERS) for part in range(2)]
        assert all(way.endswith("1") for way in ways[1::2])
