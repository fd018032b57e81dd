"""A store, its writers and its projector as a machine: whatever order things go wrong in.

A model knows of each stream only the ids that must be in it, in order, and foretells each answer.
Writers use tokens of any age, tell things again, lose replies, crash and race; hints of changes
are delivered some, late, twice or never; the views are made anew at any time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from darkroom.adapters.memory import MemoryEventStore, MemoryViewStore
from darkroom.errors import CorruptRetry, EventIdReuse, StreamConflict
from darkroom.events import Event, Recorded, ReuploadIgnored, Stream
from darkroom.history import AlreadyAppended, Appended, Retries, append_any, handle, verify
from darkroom.ids import ImageRef, event_id
from darkroom.images import Command, Finish
from darkroom.outcome import Outcome
from darkroom.projections import GalleryRow, Row, image_row, project, rows
from darkroom.testing import samples
from darkroom.testing.faults import LosesReplies, ReplyLost
from darkroom.testing.samples import CONTEXT, OWNER, PROMISED, another_image, at

REFS = [another_image(number) for number in range(3)]
IMPATIENT = Retries(attempts=1)

images = st.sampled_from(REFS)
ages = st.integers(0, 3)  # how many tokens ago a writer has read the stream
facts = st.lists(
    st.sampled_from([samples.found(f"way {number}", "") for number in range(12)]),
    min_size=1,
    max_size=3,
    unique_by=lambda event: event.way,
)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(samples.upload, st.sampled_from(["v1", "v2"])),
    st.builds(samples.start, st.sampled_from([0, 3])),
    st.builds(samples.variant, st.sampled_from(PROMISED)),
    st.builds(samples.failure, st.sampled_from(PROMISED)),
    st.builds(
        Finish,
        run_id=st.just(samples.RUN),
        outcome=st.builds(Outcome, outcome=st.sampled_from(["done", "failed"])),
    ),
)
Told = tuple[ImageRef, Stream, Sequence[Event]]


class History(RuleBasedStateMachine):
    """One store of three images, and one generation of their views."""

    steps: ClassVar[list[int]] = []
    make_store: type[MemoryEventStore] = MemoryEventStore
    make_views: type[MemoryViewStore] = MemoryViewStore

    def __init__(self) -> None:
        super().__init__()
        self.store = LosesReplies(self.make_store())
        self.views = self.make_views()
        self.model: dict[ImageRef, list[str]] = {ref: [] for ref in REFS}
        self.last: dict[ImageRef, Stream] = {ref: Stream(ref) for ref in REFS}
        self.tokens: dict[ImageRef, list[Stream]] = {ref: [Stream(ref)] for ref in REFS}
        self.told: list[Told] = []
        self.hints: list[ImageRef] = []
        self.shown: dict[ImageRef, int] = {}
        self.now = 0
        self.touched = REFS[0]
        for ref in REFS:
            self._append(ref, Stream(ref), [samples.uploaded()])

    def clock(self) -> datetime:
        self.now += 1
        return at(self.now)

    @rule(ref=images, age=ages, events=facts)
    def append_on_a_token(self, ref: ImageRef, age: int, events: Sequence[Event]) -> None:
        """Right, or too old."""
        self._append(ref, self.tokens[ref][-1 - age :][0], events)

    @rule(ref=images, events=facts)
    def append_any(self, ref: ImageRef, events: Sequence[Event]) -> None:
        """Whatever the version is."""
        self.touched = ref
        expected = self._foretold(ref, self.store.load(ref), events)

        def append() -> Appended | AlreadyAppended:
            return append_any(self.store, ref, events, CONTEXT, self.clock, retries=IMPATIENT)

        if expected is CorruptRetry:
            with pytest.raises(CorruptRetry):
                append()
            return
        answer = append()
        assert type(answer) is expected
        self._note(ref, answer, events)

    @rule(ref=images, first=facts, second=facts)
    def race(self, ref: ImageRef, first: Sequence[Event], second: Sequence[Event]) -> None:
        """Two writers read the same, and then both write."""
        token = self.store.load(ref)
        self._append(ref, token, first)
        self._append(ref, token, second)

    @rule(ref=images, events=facts, again=st.booleans())
    def lose_the_reply(self, ref: ImageRef, events: Sequence[Event], again: bool) -> None:
        """The writer tells it again, or crashes and leaves that to its successor."""
        token = self.store.load(ref)
        if self._foretold(ref, token, events) is not Appended:
            return
        self.touched = ref
        self.store.replies_to_lose = 1
        with pytest.raises(ReplyLost):
            self.store.append(token, events, CONTEXT, at=self.clock())
        self.model[ref] += [event_id(ref, event.dedup_key()) for event in events]
        self.told.append((ref, token, events))
        if again:
            self._append(ref, token, events)

    @rule(number=st.integers(0, 99))
    def redeliver(self, number: int) -> None:
        """Something told before is told again, just as then."""
        ref, token, events = self.told[number % len(self.told)]
        answer = self.store.append(token, events, CONTEXT, at=self.clock())
        assert type(answer) is AlreadyAppended
        self.touched = ref

    @rule(ref=images, age=ages)
    def reuse_an_id(self, ref: ImageRef, age: int) -> None:
        """The upload's id for another fact; on the empty token too, which does not show it."""
        ignored = ReuploadIgnored(version_id="v1", etag="e", byte_size=1)
        with pytest.raises(EventIdReuse):
            self.store.append(self.tokens[ref][-1 - age :][0], [ignored], CONTEXT, at=at(0))
        self.touched = ref

    @rule(ref=images, command=commands)
    def command(self, ref: ImageRef, command: Command) -> None:
        """What follows is recorded once: a second delivery has nothing new to say."""
        before = self.store.load(ref)
        image = handle(self.store, ref, command, CONTEXT, self.clock, retries=IMPATIENT)
        after = self.store.load(ref)
        self.model[ref] += [each.id for each in after.events[before.version :]]
        self.hints += [ref] * (after.version - before.version)
        assert handle(self.store, ref, command, CONTEXT, self.clock) == image
        self.touched = ref

    @rule(chosen=st.sets(st.integers(0, 9), max_size=4), lost=st.booleans())
    def deliver_some(self, chosen: set[int], lost: bool) -> None:
        """In any order, twice, or not at all."""
        delivered = [self.hints[number % len(self.hints)] for number in chosen if self.hints]
        assert project(delivered, self.store, self.views) == ()
        self.hints = [] if lost else self.hints[len(delivered) // 2 :]

    @rule(ref=images, events=facts)
    def write_a_view_late(self, ref: ImageRef, events: Sequence[Event]) -> None:
        """A projector is held up between reading and writing, and others overtake it."""
        late = rows(self.store.load(ref))
        self._append(ref, self.store.load(ref), events)
        assert project([ref], self.store, self.views) == ()
        self.a_view_is_the_fold_of_a_beginning()
        for row in late:
            self.views.put_if_newer(row)

    @rule()
    def rebuild(self) -> None:
        """A new generation beside the old one, and then in its place."""
        fresh = self.make_views()
        assert project(self.store.refs(), self.store, fresh) == ()
        self.views = fresh
        assert [fresh.image(ref) for ref in REFS] == [image_row(self.store.load(r)) for r in REFS]

    @invariant()
    def a_history_is_what_was_appended_and_only_grows(self) -> None:
        """Gapless, each id once, in the order of the model, and the chain holds."""
        History.steps.append(1)
        ref = self.touched
        stream, last = self.store.load(ref), self.last[ref]
        assert [each.id for each in stream.events] == self.model[ref]
        assert len(set(self.model[ref])) == stream.version
        assert stream.events[: last.version] == last.events
        verify(stream)
        self.last[ref] = stream
        self.tokens[ref] = [*self.tokens[ref][-3:], stream]

    @invariant()
    def a_view_is_the_fold_of_a_beginning(self) -> None:
        """Never of anything else, never of more than there is, and never of an older one again."""
        for ref in REFS:
            row = self.views.image(ref)
            if row is None or row.v == self.shown.get(ref):
                continue
            assert row.v > self.shown.get(ref, 0)
            assert row == image_row(Stream(ref, self.store.load(ref).events[: row.v]))
            self.shown[ref] = row.v

    def teardown(self) -> None:
        """In the end, once each image's newest hint came through, views are the fold of all."""
        assert project(REFS, self.store, self.views) == ()
        folded: list[Row] = [row for ref in REFS for row in rows(self.store.load(ref))]
        listed = self.views.images_of("main", OWNER).items
        assert {each.image_id: each for each in listed} == {
            each.image_id: each for each in folded if isinstance(each, GalleryRow)
        }
        assert [self.views.image(ref) for ref in REFS] == folded[::2]

    def _append(self, ref: ImageRef, token: Stream, events: Sequence[Event]) -> None:
        self.touched = ref
        expected = self._foretold(ref, token, events)
        if issubclass(expected, StreamConflict):
            with pytest.raises(expected) as raised:
                self.store.append(token, events, CONTEXT, at=self.clock())
            versions = (token.version, len(self.model[ref]))
            assert (raised.value.expected, raised.value.actual) == versions
            return
        answer = self.store.append(token, events, CONTEXT, at=self.clock())
        assert type(answer) is expected
        self.told.append((ref, token, events))
        self._note(ref, answer, events)

    def _foretold(
        self, ref: ImageRef, token: Stream, events: Sequence[Event]
    ) -> type[Appended | AlreadyAppended | StreamConflict]:
        known = [event_id(ref, event.dedup_key()) in self.model[ref] for event in events]
        if all(known):
            return AlreadyAppended
        if any(known):
            return CorruptRetry
        return Appended if token.version == len(self.model[ref]) else StreamConflict

    def _note(
        self, ref: ImageRef, answer: Appended | AlreadyAppended, events: Sequence[Event]
    ) -> None:
        assert tuple(each.event for each in answer.recorded) == tuple(events)
        if isinstance(answer, Appended):
            self.model[ref] += [each.id for each in answer.recorded]
            self.hints += [ref] * len(events)


def test_ten_thousand_steps_find_no_violation() -> None:
    """In the ci profile: 200 runs of at most 70 steps, 50 on average."""
    History.steps.clear()

    runs = 4 * settings().max_examples
    run_state_machine_as_test(History, settings=settings(max_examples=runs, stateful_step_count=70))

    assert len(History.steps) >= runs * 50


class Overwriting(MemoryEventStore):
    """A store whose put has lost its condition."""

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        for each in recorded:
            self._streams.get(ref.stream, {}).pop(each.version, None)
        return super().insert(ref, recorded)


class Counting(MemoryEventStore):
    """A store whose ids tell one attempt from another."""

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        attempt = self.spent.written
        return super().insert(ref, tuple(replace(each, id=f"{attempt}") for each in recorded))


class Unguarded(MemoryViewStore):
    """Views that are put over newer ones, too."""

    def put_if_newer(self, row: Row) -> bool:
        self._rows.pop(row.key, None)
        return super().put_if_newer(row)


@pytest.mark.parametrize(
    "broken",
    [
        type("Broken", (History,), {"make_store": Overwriting}),
        type("Broken", (History,), {"make_store": Counting}),
        type("Broken", (History,), {"make_views": Unguarded}),
    ],
    ids=["no condition", "an id an attempt", "no version guard"],
)
def test_the_machine_finds_a_store_that_is_not_right(broken: type[History]) -> None:
    """It would be no proof of anything if it passed whatever it is given."""
    few = settings(max_examples=25, phases=[Phase.generate], print_blob=False)

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run_state_machine_as_test(broken, settings=few)
