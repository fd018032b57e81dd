"""Random schedules over the whole path, in memory: whatever happens, and in whatever order.

S3 announces up to four versions of one key one to five times each, messages are delivered again,
pipelines are replaced, people call off, delete and ask again; each load, append, send and write
may be the last thing that its function does, or something else may happen in the midst of it.
Then all comes to rest, as the platform would bring it there: what was lost is reconciled.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import pytest

from darkroom.adapters.memory import MemoryViewStore
from darkroom.errors import InvalidRequest, NotFound, StreamConflict, Unfinished
from darkroom.events import Context, Ending, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended, Retries, handle, verify
from darkroom.history.appending import append
from darkroom.history.items import from_item, to_item
from darkroom.ids import ImageRef, variant_key
from darkroom.images import Cancel, Command, Delete, Image, Reprocess, Run, fold
from darkroom.ingest import Arrival, Message, record_upload
from darkroom.leftovers import Sweeper
from darkroom.outcome import Outcome
from darkroom.plan import Opening, Plan, Task
from darkroom.projections import image_row, rows
from darkroom.reconcile import Reconciler
from darkroom.runs import Orchestrator
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, REF, at

# Some 4 ms each.
_FEW = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 500
SCHEDULES = int(os.environ.get("SCHEDULES", _FEW))
PARTS = 10  # tests to share them: each may take five minutes, also with a million
RECEIVES = 3
GRACE, PATIENCE = timedelta(minutes=15), timedelta(minutes=60)


def pipeline(number: int, *variants: str) -> Plan:
    return Plan(
        pipeline="photos",
        digest=f"{number:064x}",
        opening=Opening(step="check", version=1, options={}),
        nodes=(),
        outputs=variants,
        stages=(),
        start=Task(stage="photos", at="", covers=()),
        encoder=1,
        engine="express",
        worst_case_s=60,
    )


PLANS = (pipeline(0, "small", "large"), pipeline(1, "large"))


class Killed(Exception):
    """The function that was at work is gone."""


@dataclass
class Shelf:
    """One history, by the decision table of every store, kept as it is.

    Reading written forms is what takes a store in memory so long, and what other tests are for.
    """

    stream: Stream = field(default_factory=lambda: Stream(REF))

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        taken = self.stream.events[recorded[0].version - 1 : recorded[-1].version]
        if not taken:
            self.stream = self.stream.followed_by(*recorded)
        return taken or None

    def read(self, ref: ImageRef, *, after: int = 0) -> Iterator[Recorded]:
        yield from self.stream.events[after:]


@dataclass
class World:
    """One image, and all that is at work on it. It is a store, a queue, a bucket and an engine."""

    random: Random
    calm: bool = False  # nothing fails any more, and nothing happens in between
    now: datetime = field(default_factory=lambda: at(0))
    plan: Plan = PLANS[0]
    depth: int = 0
    shelf: Shelf = field(default_factory=Shelf)
    announced: list[Arrival] = field(default_factory=list)
    waiting: list[tuple[Message, int]] = field(default_factory=list)  # and how often received
    removed: set[str] = field(default_factory=set)
    variants: set[str] = field(default_factory=set)
    executions: int = 0

    def __post_init__(self) -> None:
        self.is_bad = self.random.random() < 0.08  # what was uploaded: every run rejects it
        self.gives_up = self.random.random() < 0.2  # whether `small` is dropped, at some tries
        self.is_too_much = self.random.random() < 0.05  # no stage lives to its last variant

    # The store.

    def load(self, ref: ImageRef) -> Stream:
        self.before()
        return self.shelf.stream

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        self.before()
        answer = append(self.shelf, stream, events, context, at=at)
        self.after()
        return answer

    # The queue, the buckets.

    def send(self, message: Message, *, after_s: int = 0) -> None:
        self.before()
        self.waiting.append((message, 0))
        self.after()

    def remove(self, key: str, version_id: str) -> None:
        self.before()
        self.removed.add(version_id)
        self.after()

    def write(self, image: Image, run: Run, name: str) -> str:
        """Write a variant; its key is the same in every run, unless that was discarded."""
        self.before()
        digest = f"{run.started.pipeline_digest[-4:]}{name.encode().hex()}"
        key = variant_key("photos", REF, digest, "jpg")
        if key in image.discarded:
            key = variant_key("photos", REF, f"{digest}{run.started.n}", "jpg")
        self.variants.add(key)
        self.after()
        return key

    def keys(self, folder: str) -> Iterator[str]:
        self.before()
        return (key for key in sorted(self.variants) if key.startswith(folder))

    def discard(self, key: str) -> None:
        self.before()
        self.variants.discard(key)
        self.after()

    # What happens.

    def before(self) -> None:
        """Be killed, or let something else happen, before a call."""
        if self.calm:
            return
        if self.random.random() < 0.06:
            raise Killed
        if self.depth < 2 and self.random.random() < 0.08:
            self.happen()

    def after(self) -> None:
        """Be killed when a call has done its work."""
        if not self.calm and self.random.random() < 0.06:
            raise Killed

    def happen(self) -> None:
        """Let one thing happen."""
        deeds: list[tuple[Callable[[], object], int]] = [
            (self.upload, 3),
            (self.announce, 6),
            (self.deliver, 12),
            (self.deploy, 1),
            (self.reconcile, 1),
            (lambda: self.ask(Cancel()), 1),
            (lambda: self.ask(Reprocess(request_id=f"r-{self.random.randrange(3)}")), 2),
            (lambda: self.random.random() < 0.3 and self.ask(Delete()), 1),
        ]
        (deed,) = self.random.choices(*zip(*deeds, strict=True))
        self.now += timedelta(seconds=self.random.choice((1, 1, 1, 60, 1200)))
        self.depth += 1
        with suppress(Killed):
            deed()
        self.depth -= 1

    def upload(self) -> None:
        """Put another version of the object; there are four at most."""
        if len(self.announced) < 4:
            up = samples.upload(f"v{len(self.announced) + 1}")
            arrival = Arrival(up.bucket, up.key, up.version_id, up.etag, up.byte_size)
            self.announced.append(arrival)

    def announce(self) -> None:
        """Announce any version, for the first time or again."""
        if self.announced:
            arrival = self.random.choice(self.announced)
            record_upload(arrival, history=self, queue=self, originals=self, clock=lambda: self.now)

    def deliver(self) -> None:
        """Deliver a message: any, since nothing keeps them in order."""
        if not self.waiting:
            return
        index = self.random.randrange(len(self.waiting))
        message, received = self.waiting[index]
        last = received + 1 >= RECEIVES
        self.waiting[index] = message, received + 1
        if received >= RECEIVES:
            self.waiting.pop(index)  # to the dead letters
            return
        taken = (message, received + 1)
        with suppress(Unfinished, NotFound, StreamConflict):
            self.orchestrator().process(message, attempt="", last=last)
            if taken in self.waiting and not (self.random.random() < 0.1 and not self.calm):
                self.waiting.remove(taken)  # else the deletion was lost

    def orchestrator(self) -> Orchestrator:
        return Orchestrator(
            self.plan, self, self, self, lambda: self.now, PATIENCE, self.random.random
        )

    def deploy(self) -> None:
        self.plan = PLANS[1] if self.plan is PLANS[0] else PLANS[0]

    def reconcile(self) -> None:
        """What is scheduled: look after the image, its objects, and what nobody announced."""
        ours = Reconciler(self, self, self, clock=lambda: self.now, grace=GRACE)
        ours.settle(REF)
        for arrival in self.announced:
            if arrival.version_id not in self.removed and ours.is_unannounced(arrival, at(-3600)):
                ours.announce(arrival)
        Sweeper(self, self, self, clock=lambda: self.now, grace=GRACE).sweep(REF)

    def ask(self, command: Command) -> None:
        with suppress(NotFound, InvalidRequest, StreamConflict):
            handle(self, REF, command, CONTEXT, lambda: self.now, retries=AT_ONCE)

    # The engine, and its stage.

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        """Try the stage three times, as the machine does; or be too busy."""
        self.executions += 1
        if not self.calm and self.random.random() < 0.1:
            raise Unfinished("execution_refused", throttled=True)
        for _ in range(3):
            with suppress(Killed):
                return self.stage(ref, run_id, self.plan)
        raise Unfinished("execution_broke_off")

    def stage(self, ref: ImageRef, run_id: str, plan: Plan) -> Outcome:
        image = fold(self.load(ref))
        if image is None or image.run is None or image.run.run_id != run_id:
            return Outcome(outcome="superseded")
        if image.run.ended or image.run.started.pipeline_digest != plan.digest:
            return Outcome(outcome="superseded")
        if self.is_bad:
            return Outcome(outcome="rejected", code="corrupt")
        for name in image.run.promised:
            if self.is_too_much and name == image.run.promised[-1]:
                raise Killed
            told: Command = samples.drop(name, run_id)
            if name != "small" or not self.gives_up or self.random.random() < 0.5:
                key = self.write(image, image.run, name)
                told = replace(samples.variant(name, run_id), key=key)
            handle(self, ref, told, CONTEXT, lambda: self.now, retries=AT_ONCE)
        return Outcome(outcome="done")

    # Rest.

    def come_to_rest(self) -> None:
        """Deliver, and reconcile, until nothing is left to do."""
        self.calm = True
        if self.random.random() < 0.3:
            self.waiting.clear()  # all of them were dead letters, and nobody looked
        for _ in range(6):
            while self.waiting:
                self.deliver()
            self.now += timedelta(hours=2)  # more than any deadline, or any grace
            before = self.amount
            self.reconcile()
            if self.amount == before and not self.waiting:
                return
        raise AssertionError("it does not come to rest")

    @property
    def amount(self) -> tuple[int, int, int]:
        """What there is: nothing changes without a change of it."""
        return self.shelf.stream.version, len(self.removed), len(self.variants)


AT_ONCE = Retries(sleep=lambda _: None)


def image_of(world: World) -> Image | None:
    return fold(world.shelf.stream)


def check(world: World) -> None:
    """Assert that all invariants hold."""
    stream = world.shelf.stream
    image = fold(stream)
    verify(stream)
    assert tuple(from_item(to_item(REF, each)) for each in stream.events) == stream.events
    if image is None:
        assert world.announced == []
        return
    endings = [each for each in stream.events if isinstance(each.event, Ending)]
    counted = [run for run in image.runs.values() if run.state != "superseded"]
    assert all(run.ended for run in image.runs.values())
    assert len(endings) == len(counted) <= 1 + len(image.requests)
    assert image.deleted or (not image.waiting and image.run in counted)
    versions = {arrival.version_id for arrival in world.announced}
    assert image.ignored == versions - {image.original.version_id}
    assert world.removed == (versions if image.deleted else image.ignored)
    assert world.variants == (set() if image.deleted else image.named)
    check_views(stream, world.random)
    check_quiet(world, stream)


def check_views(stream: Stream, random: Random) -> None:
    """Whatever prefixes were folded, in whatever order: once the last is, the view is the fold."""
    views = MemoryViewStore()
    lengths = [*random.choices(range(1, stream.version + 1), k=3), stream.version]
    random.shuffle(lengths)
    for length in lengths:
        for row in rows(Stream(stream.ref, stream.events[:length])):
            views.put_if_newer(row)
    assert views.image(stream.ref) == image_row(stream)


def check_quiet(world: World, stream: Stream) -> None:
    """Everything once more: nothing comes of it, and nothing is run."""
    executions = world.executions
    for arrival in world.announced:
        record_upload(arrival, history=world, queue=world, originals=world, clock=lambda: world.now)
    while world.waiting:
        world.deliver()
    assert world.shelf.stream == stream
    assert world.executions == executions


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_all_comes_to_one_ending(part: int) -> None:
    """Thousands of schedules, each by its number: `schedule(n)` is the same again."""
    for number in range(part, SCHEDULES, PARTS):
        try:
            schedule(number)
        except Exception as error:
            error.add_note(f"schedule({number})")
            raise


def schedule(number: int) -> World:
    """Let things happen by this number, then come to rest, and check."""
    world = World(Random(number))
    world.upload()
    for _ in range(world.random.randint(2, 25)):
        world.happen()
    world.come_to_rest()
    check(world)
    return world


def test_the_schedules_come_to_everything_that_can_be() -> None:
    """Else they would show less than they seem to."""
    states: set[str] = set()
    told: set[str] = set()
    for number in range(200):
        world = schedule(number)
        stream = world.shelf.stream
        image = fold(stream)
        states |= {run.state for run in image.runs.values()} if image else set()
        told |= {each.type.removeprefix("image.") for each in stream.events}

    assert states >= {"complete", "partial", "rejected", "failed", "timed_out", "cancelled"}
    assert "superseded" in states
    assert told >= {"reupload-ignored", "reprocessing-requested", "leftovers-discarded", "deleted"}
