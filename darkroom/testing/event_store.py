"""The contract of an event store, as cases that every adapter runs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from darkroom.errors import (
    BrokenStream,
    EventIdReuse,
    EventTooLarge,
    NotFound,
    StreamConflict,
)
from darkroom.events import Context, Event, ImageUploaded, ReuploadIgnored, Stream, VariantFailed
from darkroom.history import AlreadyAppended, Appended, EventStore, Retries, handle, verify
from darkroom.history.appending import MAX_DATA_BYTES
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, REF, appended, at

_WRITERS = 8


class EventStoreCases:
    """Subclass it, and give a fixture `store` that makes an empty store for each test."""

    def test_an_unknown_stream_is_empty_and_not_an_error(self, store: EventStore) -> None:
        """Whoever is the first to write about an image finds version 0. (Case 2.)"""
        assert store.load(REF) == Stream(REF)
        assert store.load(REF).version == 0

    def test_a_history_reads_back_as_it_was_appended(self, store: EventStore) -> None:
        """Events, order, versions and the token's own stream: all the same. (Case 3.)"""
        token = appended(store, *samples.history())

        loaded = store.load(REF)

        assert loaded == token
        assert tuple(recorded.event for recorded in loaded.events) == samples.history()
        assert [recorded.version for recorded in loaded.events] == list(range(1, 8))

    def test_the_envelope_reads_back_with_and_without_its_optional_parts(
        self, store: EventStore
    ) -> None:
        """Who wrote, why, for whom and when is kept; the rest stays unsaid. (Cases 3 and 27.)"""
        full = Context(writer="api", correlation_id="c", causation_id="m-1", actor=samples.OWNER)
        stream = store.append(Stream(REF), [samples.uploaded()], full, at=at(0)).stream
        store.append(stream, [samples.started()], CONTEXT, at=at(1))

        first, second = store.load(REF).events

        assert (first.writer, first.correlation_id) == ("api", "c")
        assert (first.causation_id, first.actor) == ("m-1", samples.OWNER)
        assert (second.causation_id, second.actor) == (None, None)
        assert (first.recorded_at, second.recorded_at) == (at(0), at(1))

    def test_times_are_kept_in_utc_to_the_microsecond(self, store: EventStore) -> None:
        """A caller in another zone records the same moment."""
        moment = datetime(2026, 1, 1, 1, 2, 3, 456_789, tzinfo=timezone(timedelta(hours=2)))

        store.append(Stream(REF), [samples.uploaded()], CONTEXT, at=moment)

        recorded = store.load(REF).events[0].recorded_at
        assert recorded == moment
        assert recorded.tzinfo == UTC

    def test_text_of_every_script_reads_back(self, store: EventStore) -> None:
        """No letter is lost, and no empty text, line break or NUL either. (Case 3.)"""
        text = 'Grüße, 写真 🌄 \u2028 "quoted" \\ \x00 \n'
        event = VariantFailed(
            run_id="r", name="größe", step="brand", code="no_room", facts={"text": text, "no": ""}
        )

        appended(store, samples.uploaded(), event)

        assert store.load(REF).events[1].event == event

    def test_numbers_truths_and_nothing_keep_their_types(self, store: EventStore) -> None:
        """1, 1.0, true and null are four different things, also after storing."""
        facts = {"int": 1, "float": 1.0, "bool": True, "none": None, "big": 2**60, "tiny": 1e-300}
        event = VariantFailed(run_id="r", name="n", step="s", code="c", facts=facts)

        appended(store, samples.uploaded(), event)

        kept = store.load(REF).events[1].event
        assert isinstance(kept, VariantFailed)
        assert {name: repr(fact) for name, fact in kept.facts.items()} == {
            name: repr(fact) for name, fact in facts.items()
        }

    def test_the_same_event_on_the_same_token_is_appended_once(self, store: EventStore) -> None:
        """So a lost reply costs nothing: the second attempt finds the first. (Case 4.)"""
        token = Stream(REF)
        first = store.append(token, [samples.uploaded()], CONTEXT, at=at(0))
        again = store.append(token, [samples.uploaded()], CONTEXT, at=at(9))

        assert isinstance(first, Appended)
        assert again == AlreadyAppended(first.stream, first.recorded)
        assert store.load(REF) == first.stream

    def test_an_event_that_others_have_followed_is_still_found(self, store: EventStore) -> None:
        """The reply was lost, and others wrote before the second attempt. (Case 20.)"""
        token = appended(store, samples.uploaded())
        appended(store, samples.started(), samples.validated())

        again = store.append(token, [samples.validated()], CONTEXT, at=at(9))

        assert isinstance(again, AlreadyAppended)
        assert [each.version for each in again.recorded] == [3]
        assert store.load(REF).version == 3

    def test_an_old_event_at_the_newest_version_is_not_written_again(
        self, store: EventStore
    ) -> None:
        """An id is in a stream once, whatever version the writer expects. (Case 7.)"""
        token = appended(store, *samples.history())

        again = store.append(token, [samples.validated()], CONTEXT, at=at(9))

        assert again == AlreadyAppended(token, (token.events[2],))
        assert store.load(REF) == token

    def test_a_stale_token_is_refused_with_both_versions(self, store: EventStore) -> None:
        """With what the writer expected, and how far the others are. (Case 8.)"""
        stale = appended(store, samples.uploaded())
        current = appended(store, samples.started(), samples.validated())

        with pytest.raises(StreamConflict) as raised:
            store.append(stale, [samples.rendered("large")], CONTEXT, at=at(9))

        assert (raised.value.expected, raised.value.actual) == (1, 3)
        assert store.load(REF) == current

    def test_a_version_that_nobody_has_written_cannot_be_expected(self, store: EventStore) -> None:
        """A token is a history that was read, not a number: none is ahead of it. (Case 8.)"""
        ahead = appended(store, *samples.history()).events[2:]

        with pytest.raises(BrokenStream):
            Stream(REF, ahead)

    def test_a_stream_begins_once(self, store: EventStore) -> None:
        """An empty token expects that nobody has begun it. (Case 9.)"""
        current = appended(store, samples.uploaded())

        with pytest.raises(StreamConflict) as raised:
            store.append(Stream(REF), [samples.started()], CONTEXT, at=at(9))

        assert (raised.value.expected, raised.value.actual) == (0, 1)
        assert store.load(REF) == current

    def test_a_command_for_a_stream_that_must_be_there_finds_that_it_is_not(
        self, store: EventStore
    ) -> None:
        """Whether it exists is the command's affair, and nothing is written. (Case 9.)"""
        with pytest.raises(NotFound):
            handle(store, REF, samples.start(), CONTEXT, lambda: at(0))

        assert store.load(REF) == Stream(REF)

    @pytest.mark.parametrize("loaded_before", [True, False])
    def test_another_fact_under_a_known_id_is_refused(
        self, store: EventStore, loaded_before: bool
    ) -> None:
        """Whether the token shows the first fact or not: one id, one fact. (Case 21.)"""
        stale = Stream(REF)
        current = appended(store, samples.uploaded())
        other = samples.uploaded().model_copy(update={"etag": "another"})

        with pytest.raises(EventIdReuse) as raised:
            store.append(current if loaded_before else stale, [other], CONTEXT, at=at(9))

        assert raised.value.version == 1
        assert store.load(REF) == current

    def test_another_type_under_a_known_id_is_refused(self, store: EventStore) -> None:
        """An object version is the original or ignored, never both. (Case 21.)"""
        current = appended(store, samples.uploaded())
        ignored = ReuploadIgnored(version_id="v1", etag="etag-of-v1", byte_size=1)

        with pytest.raises(EventIdReuse):
            store.append(current, [ignored], CONTEXT, at=at(9))

    def test_a_retry_may_differ_in_what_varies_honestly(self, store: EventStore) -> None:
        """A deadline counts from the attempt; the run that it belongs to is the same. (Case 21.)"""
        token = appended(store, samples.uploaded())
        first = store.append(token, [samples.started()], CONTEXT, at=at(1))
        later = samples.started().model_copy(update={"deadline_at": at(99)})

        again = store.append(token, [later], CONTEXT, at=at(2))

        assert again == AlreadyAppended(first.stream, first.recorded)

    def test_a_payload_over_the_limit_is_refused_and_nothing_written(
        self, store: EventStore
    ) -> None:
        """64 KiB go in, one byte more does not; the error has size and limit. (Case 22.)"""
        token = appended(store, samples.uploaded())
        room = MAX_DATA_BYTES - len(samples.found("w", "").data())
        store.append(token, [samples.found("w", "x" * room)], CONTEXT, at=at(1))

        with pytest.raises(EventTooLarge) as raised:
            store.append(token, [samples.found("w", "x" * (room + 1))], CONTEXT, at=at(1))

        assert (raised.value.byte_size, raised.value.limit) == (MAX_DATA_BYTES + 1, MAX_DATA_BYTES)
        assert store.load(REF).version == 2

    def test_a_history_of_more_than_a_megabyte_is_read_whole(self, store: EventStore) -> None:
        """DynamoDB answers a query with at most 1 MB; the rest is asked for. (Case 16.)"""
        events = [samples.found(f"way {number}", "x" * 60_000) for number in range(40)]

        token = appended(store, samples.uploaded(), *events)

        assert store.load(REF) == token
        assert token.version == 41

    def test_one_image_id_in_two_tenants_is_two_streams(self, store: EventStore) -> None:
        """Tenants never see each other's events, nor share event ids. (Case 17.)"""
        theirs = replace(REF, tenant="other")
        ours = appended(store, samples.uploaded())
        appended(store, samples.uploaded(), samples.started(), ref=theirs)

        assert store.load(REF) == ours
        assert store.load(theirs).version == 2
        assert store.load(theirs).events[0].id != ours.events[0].id

    def test_of_many_writers_on_one_token_exactly_one_wins(self, store: EventStore) -> None:
        """The others are told of the conflict, and the stream has one event more. (Case 12.)"""
        token = appended(store, samples.uploaded(), samples.started())

        def write(number: int) -> bool:
            event = samples.found(f"way {number}", "")
            try:
                return isinstance(store.append(token, [event], CONTEXT, at=at(2)), Appended)
            except StreamConflict:
                return False

        with ThreadPoolExecutor(_WRITERS) as pool:
            won = list(pool.map(write, range(_WRITERS)))

        assert won.count(True) == 1
        assert store.load(REF).version == 3

    def test_of_many_writers_of_one_event_one_appends_and_all_succeed(
        self, store: EventStore
    ) -> None:
        """However many deliveries race, the fact is there once. (Case 12.)"""

        def write(_: int) -> Appended | AlreadyAppended:
            return store.append(Stream(REF), [samples.uploaded()], CONTEXT, at=at(0))

        with ThreadPoolExecutor(_WRITERS) as pool:
            answers = list(pool.map(write, range(_WRITERS)))

        assert sum(isinstance(answer, Appended) for answer in answers) == 1
        assert store.load(REF).version == 1

    def test_writers_on_different_streams_never_conflict(self, store: EventStore) -> None:
        """An image's writers wait for nobody but each other. (Case 13.)"""
        refs = [samples.another_image(number) for number in range(_WRITERS)]

        def write(number: int) -> Stream:
            return appended(store, *samples.history(), ref=refs[number])

        with ThreadPoolExecutor(_WRITERS) as pool:
            streams = list(pool.map(write, range(_WRITERS)))

        assert [store.load(ref) for ref in refs] == streams

    def test_commands_that_race_are_all_recorded(self, store: EventStore) -> None:
        """Optimistic retries: the variant of each parallel writer is there. (Case 14.)"""
        names = tuple(f"variant_{number}" for number in range(_WRITERS))
        start = samples.start(variants=names)
        record = partial(handle, store, REF, context=CONTEXT, clock=lambda: at(3))
        record(samples.upload())
        record(start)
        # With n writers at least one gets through each round, so n attempts are always enough.
        patient = Retries(attempts=_WRITERS + 1, base_s=0.001)

        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(lambda name: record(samples.variant(name), retries=patient), names))

        stream = store.load(REF)
        written = {getattr(recorded.event, "name", None) for recorded in stream.events[2:]}
        assert written == set(names)
        assert stream.version == 2 + _WRITERS

    def test_the_chain_of_a_loaded_history_holds(self, store: EventStore) -> None:
        """What was hashed before storing is, to the byte, what is read back. (Case 26.)"""
        appended(store, *samples.history(), samples.found("größe", "写真 \u2028 1e400"))

        verify(store.load(REF))

    def test_any_event_type_may_follow_any_other(self, store: EventStore) -> None:
        """A store keeps facts; what may follow what is for `decide` alone."""
        events: tuple[Event, ...] = tuple(reversed(samples.history()))

        stream = appended(store, *events)

        assert isinstance(stream.events[-1].event, ImageUploaded)
        assert store.load(REF) == stream
