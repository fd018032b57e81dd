"""Runs: whatever the engine and the queue do, an image has one history with one ending."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import NotFound, Unfinished
from darkroom.events import (
    Ending,
    Event,
    ImageRejected,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingTimedOut,
    Stream,
    VariantDropped,
)
from darkroom.history import handle
from darkroom.ids import ImageRef
from darkroom.images import Cancel, Command, Delete, Image, Reprocess
from darkroom.ingest import Message
from darkroom.outcome import Killed, Outcome, Scalar
from darkroom.plan import Node, Opening, Plan, Task
from darkroom.runs import Orchestrator
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, DIGEST, PROMISED, REF, RUN, appended, at

PLAN = Plan(
    pipeline="photos",
    digest=DIGEST,
    opening=Opening(step="check", version=1, options={}),
    nodes=(),
    outputs=PROMISED,
    stages=(),
    start=Task(stage="photos", at="", covers=()),
    encoder=1,
    engine="express",
    worst_case_s=60,
)
MESSAGE = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")
OTHER_ENDINGS: tuple[Event, ...] = (
    ImageRejected(run_id=RUN, step="check", code="corrupt", facts={}),
    ProcessingFailed(run_id=RUN, step=None, code="original_gone", facts={}),
    ProcessingTimedOut(run_id=RUN, deadline_at=at(60)),
)
PATIENCE = timedelta(minutes=30)
DONE = Outcome(outcome="done")
OUTCOMES = {
    "done": DONE,
    "rejected": Outcome(outcome="rejected", step="check", code="corrupt"),
    "failed": Outcome(outcome="failed", code="original_gone"),
    "superseded": Outcome(outcome="superseded"),
}
NAMES = Literal["refuses", "absorbs", "runs"]

Work = Callable[[ImageRef, str], Outcome]


@dataclass
class FakeEngine:
    """An engine with each of the three behaviours there are towards a repeated name."""

    work: Work
    repeated: NAMES = "runs"
    names: list[str] = field(default_factory=list)
    started: dict[str, Future[Outcome]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        with self.lock:
            self.names.append(name)
            first = self.started.setdefault(name, Future())
            is_first = self.names.count(name) == 1
        if not is_first and self.repeated == "refuses":
            raise Unfinished("ExecutionAlreadyExists")
        if not is_first and self.repeated == "absorbs":
            return first.result(timeout=10)
        outcome = self.work(ref, run_id)
        if is_first:
            first.set_result(outcome)
        return outcome


@dataclass
class FakeStage:
    """Tells of these variants, rendered, dropped and failed, and gives its outcome."""

    history: MemoryEventStore
    rendered: tuple[str, ...] = PROMISED
    dropped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    outcome: Outcome = DONE

    def __call__(self, ref: ImageRef, run_id: str) -> Outcome:
        for name in self.rendered:
            handle(self.history, ref, samples.variant(name, run_id), CONTEXT, lambda: at(2))
        for name in self.dropped:
            handle(self.history, ref, samples.drop(name, run_id), CONTEXT, lambda: at(2))
        for name in self.failed:
            handle(self.history, ref, samples.failure(name, run_id), CONTEXT, lambda: at(2))
        return self.outcome


def unfinished(code: str, *, throttled: bool = False) -> Work:
    """Return the work of a stage that does not get to its end."""

    def work(ref: ImageRef, run_id: str) -> Outcome:
        raise Unfinished(code, throttled=throttled)

    return work


@pytest.fixture
def history() -> MemoryEventStore:
    """An image has been uploaded."""
    store = MemoryEventStore()
    appended(store, samples.uploaded())
    return store


@dataclass
class FakeQueue:
    """Keeps what is sent, and how long it is to wait."""

    sent: list[tuple[Message, int]] = field(default_factory=list)

    def send(self, message: Message, *, after_s: int = 0) -> None:
        self.sent.append((message, after_s))


def orchestrator(
    history: MemoryEventStore, work: Work | None = None, repeated: NAMES = "runs"
) -> tuple[Orchestrator, FakeEngine]:
    engine = FakeEngine(work or FakeStage(history), repeated)
    queue = FakeQueue()
    return Orchestrator(PLAN, history, engine, queue, lambda: at(1), PATIENCE), engine


def deliver(to: Orchestrator, *, attempt: str = "m-1", last: bool = False) -> Image:
    return to.process(MESSAGE, attempt=attempt, last=last)


def deliver_until_taken(to: Orchestrator) -> Image:
    """Deliver as the queue does: again, as long as the message comes back."""
    while True:
        try:
            return deliver(to)
        except Unfinished:
            continue


def assert_one_run_with_one_ending(stream: Stream) -> None:
    kinds = [type(recorded.event) for recorded in stream.events]
    assert kinds.count(ProcessingStarted) == 1
    assert sum(isinstance(recorded.event, Ending) for recorded in stream.events) == 1
    assert isinstance(stream.events[-1].event, Ending)


def test_a_message_leads_from_the_upload_to_a_complete_image(history: MemoryEventStore) -> None:
    """Uploaded, started, three variants, completed; promised by the plan."""
    ours, engine = orchestrator(history)

    image = deliver(ours)

    assert image.state == "complete"
    assert image.run is not None
    assert (image.run.run_id, image.run.promised) == (RUN, PROMISED)
    assert image.run.started.deadline_at == at(1) + PATIENCE
    assert engine.names == [f"{RUN}-m-1"]
    assert_one_run_with_one_ending(history.load(REF))


def test_the_history_says_who_wrote_and_what_led_to_it(history: MemoryEventStore) -> None:
    """One correlation id throughout; the start was caused by the upload, the ending by the run."""
    ours, _ = orchestrator(history, FakeStage(history, rendered=()))
    deliver(ours)

    _, started, ending = history.load(REF).events

    assert (started.writer, started.causation_id) == ("orchestrator", "v1")
    assert (ending.writer, ending.causation_id) == ("finish", RUN)
    assert {started.correlation_id, ending.correlation_id} == {REF.image_id}


@pytest.mark.parametrize("repeated", ["refuses", "absorbs", "runs"])
@pytest.mark.parametrize("attempts", [("m-1", "m-1", "m-1"), ("m-1", "m-2", "m-3")])
def test_three_deliveries_one_after_the_other_make_one_history(
    history: MemoryEventStore, repeated: NAMES, attempts: tuple[str, ...]
) -> None:
    """Whatever the engine does with a repeated name: only the first delivery gets to it."""
    ours, engine = orchestrator(history, repeated=repeated)

    deliver(ours, attempt=attempts[0])
    after_first = history.load(REF)
    states = [deliver(ours, attempt=attempt).state for attempt in attempts[1:]]

    assert states == ["complete", "complete"]
    assert history.load(REF) == after_first
    assert len(engine.names) == 1
    assert_one_run_with_one_ending(after_first)


@pytest.mark.parametrize("repeated", ["refuses", "absorbs", "runs"])
def test_three_deliveries_at_once_make_one_history(
    history: MemoryEventStore, repeated: NAMES
) -> None:
    """All three are with the engine before any of them ends."""
    together = threading.Barrier(3 if repeated == "runs" else 1, timeout=10)
    stage = FakeStage(history)

    def work(ref: ImageRef, run_id: str) -> Outcome:
        together.wait()
        return stage(ref, run_id)

    ours, _ = orchestrator(history, work, repeated)
    with ThreadPoolExecutor(3) as pool:
        images = [pool.submit(deliver_until_taken, ours) for _ in range(3)]

    assert {image.result().state for image in images} == {"complete"}
    assert_one_run_with_one_ending(history.load(REF))
    assert history.load(REF).version == 2 + len(PROMISED) + 1


@pytest.mark.parametrize("last", [False, True])
def test_a_throttled_run_goes_to_the_end_of_the_queue(
    history: MemoryEventStore, last: bool
) -> None:
    """Also on the last receive: nothing is wrong with the picture, the platform is busy."""
    queue = FakeQueue()
    ours, _ = orchestrator(history, unfinished("ThrottlingException", throttled=True))
    ours = replace(ours, queue=queue, jitter=lambda: 0.5)

    image = deliver(ours, last=last)

    assert image.state == "processing"
    assert queue.sent == [(MESSAGE, 30)]
    assert history.load(REF).version == 2


def test_a_run_that_is_throttled_past_its_deadline_has_timed_out(
    history: MemoryEventStore,
) -> None:
    """Nothing waits for ever: the image has its ending, and its message is gone."""
    queue = FakeQueue()
    ours, _ = orchestrator(history, unfinished("ThrottlingException", throttled=True))
    deliver(replace(ours, queue=queue))
    late = at(2) + PATIENCE

    image = deliver(replace(ours, queue=queue, clock=lambda: late))

    assert image.state == "timed_out"
    assert len(queue.sent) == 1
    assert_one_run_with_one_ending(history.load(REF))


def test_a_run_that_broke_off_comes_back_and_completes(history: MemoryEventStore) -> None:
    """The same run, resumed: the first try's start and variants are not told again."""
    broken, _ = orchestrator(history, unfinished("Sandbox.Timedout"))
    mended, _ = orchestrator(history)

    with pytest.raises(Unfinished):
        deliver(broken, attempt="m-1")
    image = deliver(mended, attempt="m-2")

    assert image.state == "complete"
    assert_one_run_with_one_ending(history.load(REF))


def test_a_run_that_breaks_off_on_the_last_receive_has_failed(history: MemoryEventStore) -> None:
    """With the engine's own code; and one more delivery does not change that."""
    ours, engine = orchestrator(history, unfinished("Sandbox.Timedout"))

    image = deliver(ours, last=True)
    again = deliver(ours, attempt="m-2", last=True)

    ending = history.load(REF).events[-1].event
    assert isinstance(ending, ProcessingFailed)
    assert (ending.code, ending.step) == ("Sandbox.Timedout", None)
    assert image.state == again.state == "failed"
    assert len(engine.names) == 1


def test_a_run_whose_reply_was_lost_ends_by_what_is_on_record(history: MemoryEventStore) -> None:
    """The stage did all its work; only nobody was told. On the last receive the history tells."""
    stage = FakeStage(history)

    def work(ref: ImageRef, run_id: str) -> Outcome:
        stage(ref, run_id)
        raise Unfinished("execution_refused")

    ours, _ = orchestrator(history, work)

    assert deliver(ours, last=True).state == "complete"
    assert_one_run_with_one_ending(history.load(REF))


def test_a_message_for_another_object_version_starts_nothing(history: MemoryEventStore) -> None:
    """The image is its first version; the message of a second upload is out of date."""
    ours, engine = orchestrator(history)
    other = MESSAGE.model_copy(update={"version_id": "v2"})

    image = ours.process(other, attempt="m-1", last=True)

    assert image.state == "uploaded"
    assert history.load(REF).version == 1
    assert engine.names == []


def test_a_message_for_another_version_does_not_touch_a_run_under_way(
    history: MemoryEventStore,
) -> None:
    """The run is of the first version, so that message's engine call would be a stranger's."""
    appended(history, samples.started())
    ours, engine = orchestrator(history)

    image = ours.process(MESSAGE.model_copy(update={"version_id": "v2"}), attempt="m-1", last=True)

    assert image.state == "processing"
    assert engine.names == []


def test_a_message_for_an_image_that_no_event_announces_is_not_found() -> None:
    """It comes back, for the announcement may be on its way; nothing is written."""
    history = MemoryEventStore()
    ours, engine = orchestrator(history)

    with pytest.raises(NotFound):
        deliver(ours)

    assert history.load(REF).version == 0
    assert engine.names == []


NEWER = PLAN.model_copy(update={"digest": "7a" * 32, "outputs": ("small",)})


@pytest.mark.parametrize("ended", [samples.completed(), *OTHER_ENDINGS])
def test_a_message_that_comes_again_after_a_deployment_starts_no_second_run(
    history: MemoryEventStore, ended: Event
) -> None:
    """The new pipeline has another digest, but the upload has had its run."""
    before = appended(history, samples.started(), ended)
    ours, engine = orchestrator(history)

    replace(ours, plan=NEWER).process(MESSAGE, attempt="m-1", last=True)

    assert history.load(REF) == before
    assert engine.names == []


def test_a_run_that_a_deployment_broke_off_makes_way_for_another(
    history: MemoryEventStore,
) -> None:
    """What the old pipeline promised and what the stages make now are two things.

    The image has no ending in between: one decision closes the one run and begins the other.
    """
    appended(history, samples.started())
    ours, engine = orchestrator(history, FakeStage(history, rendered=("small",)))
    newer = replace(ours, plan=NEWER)

    images = [newer.process(MESSAGE, attempt=f"m-{n}", last=False) for n in range(3)]

    assert [image.state for image in images] == ["complete"] * 3
    assert [recorded.type.removeprefix("image.") for recorded in history.load(REF).events] == [
        "uploaded",
        "processing-started",
        "processing-superseded",
        "processing-started",
        "variant-rendered",
        "processing-completed",
    ]
    assert images[0].run is not None
    assert (images[0].run.started.n, images[0].run.promised) == (1, ("small",))
    assert len(engine.names) == 1


def test_an_ending_that_comes_while_a_run_makes_way_is_no_second_one(
    history: MemoryEventStore,
) -> None:
    """The orchestrator of the old pipeline is not done when that of the new one begins."""
    renders_small, _ = orchestrator(history, FakeStage(history, rendered=("small",)))
    newer = replace(renders_small, plan=NEWER)

    def work(ref: ImageRef, run_id: str) -> Outcome:
        deliver(newer, attempt="m-2")
        return DONE

    older, _ = orchestrator(history, work)
    image = deliver(older)

    endings = [each for each in history.load(REF).events if isinstance(each.event, Ending)]
    assert image.state == "complete"
    assert len(endings) == 1


def test_a_requested_run_is_begun_by_the_next_message_and_by_no_other(
    history: MemoryEventStore,
) -> None:
    """The pipeline is the same as before: a run has a number of its own. Old messages are late."""
    failing, _ = orchestrator(history, unfinished("Sandbox.Timedout"))
    ours, engine = orchestrator(history)
    deliver(failing, last=True)
    ask = Reprocess(request_id="r-1")
    handle(history, REF, ask, CONTEXT, lambda: at(5))

    images = [deliver(ours, attempt=f"m-{n}") for n in range(3)]

    starts = [each for each in history.load(REF).events if each.type.endswith("started")]
    assert [image.state for image in images] == ["complete"] * 3
    assert [each.causation_id for each in starts] == ["v1", "r-1"]
    assert len(engine.names) == 1


@pytest.mark.parametrize("command", [Cancel(), Delete()], ids=["cancelled", "deleted"])
def test_a_run_that_is_called_off_ends_at_once(history: MemoryEventStore, command: Command) -> None:
    """What its stage tells afterwards is not recorded, and its outcome is no second ending."""
    stage = FakeStage(history, rendered=("thumbnail",))

    def work(ref: ImageRef, run_id: str) -> Outcome:
        handle(history, REF, command, CONTEXT, lambda: at(3))
        return stage(ref, run_id)

    ours, _ = orchestrator(history, work)
    deliver(ours)
    before = history.load(REF)
    deliver(ours, attempt="m-2")

    endings = [each for each in before.events if isinstance(each.event, Ending)]
    assert [each.type for each in endings] == ["image.processing-cancelled"]
    assert not [each for each in before.events if each.type == "image.variant-rendered"]
    assert history.load(REF) == before


def test_a_rejection_ends_the_image_with_its_reason(history: MemoryEventStore) -> None:
    """Step, code, limit and actual value: what the user is told."""
    facts: dict[str, Scalar] = {"limit": 50_000_000, "actual": 90_000_000}
    verdict = Outcome(outcome="rejected", step="check", code="too_many_pixels", facts=facts)
    ours, _ = orchestrator(history, FakeStage(history, rendered=(), outcome=verdict))

    image = deliver(ours)

    ending = history.load(REF).events[-1].event
    assert image.state == "rejected"
    assert isinstance(ending, ImageRejected)
    assert (ending.step, ending.code, dict(ending.facts)) == ("check", "too_many_pixels", facts)


def test_what_could_be_made_makes_the_image_partial(history: MemoryEventStore) -> None:
    """The ending names the variants that exist, in the order of the promise."""
    stage = FakeStage(history, rendered=("large", "thumbnail"), dropped=("medium",))
    ours, _ = orchestrator(history, stage)

    image = deliver(ours)

    ending = history.load(REF).events[-1].event
    assert image.state == "partial"
    assert isinstance(ending, ProcessingCompleted)
    assert ending.variants == ("thumbnail", "large")


def test_what_a_killed_stage_gave_up_is_told_before_the_ending(history: MemoryEventStore) -> None:
    """Nobody else could: the stage is dead, and the machine appends no events."""
    node = Node(
        step="brand",
        way="brand",
        uses="watermark",
        version=1,
        kind="picture",
        options={},
        on_error="drop",
        output="large",
    )
    brand = Task(stage="brand", at="", covers=("brand",))
    plan = PLAN.model_copy(
        update={"nodes": (node,), "start": Task(stage="photos", at="", covers=(), next=(brand,))}
    )
    killed = Killed(at="", to=0, error="Sandbox.Timedout")
    stage = FakeStage(
        history,
        rendered=("thumbnail", "medium"),
        outcome=Outcome(outcome="done", killed=(killed,)),
    )
    ours, _ = orchestrator(history, stage)

    image = deliver(replace(ours, plan=plan))

    *_, dropped, ending = (recorded.event for recorded in history.load(REF).events)
    facts = {"error": "Sandbox.Timedout"}
    assert image.state == "partial"
    assert dropped == VariantDropped(
        run_id=RUN, name="large", step="brand", code="killed", facts=facts
    )
    assert isinstance(ending, ProcessingCompleted)


def test_an_image_of_which_nothing_could_be_made_has_failed(history: MemoryEventStore) -> None:
    """For the reason of the first variant that failed."""
    ours, _ = orchestrator(history, FakeStage(history, rendered=(), failed=PROMISED))

    image = deliver(ours)

    ending = history.load(REF).events[-1].event
    assert image.state == "failed"
    assert isinstance(ending, ProcessingFailed)
    assert (ending.step, ending.code) == ("brand", "no_room")


def test_a_stage_that_was_superseded_ends_nothing(history: MemoryEventStore) -> None:
    """Another delivery has ended the run in the meantime: its ending stands."""
    stage = FakeStage(history, rendered=())

    def work(ref: ImageRef, run_id: str) -> Outcome:
        appended(history, samples.completed())
        return stage(ref, run_id)

    stage.outcome = OUTCOMES["superseded"]
    ours, _ = orchestrator(history, work)

    assert deliver(ours).state == "complete"
    assert_one_run_with_one_ending(history.load(REF))


def test_a_stage_of_another_pipeline_makes_the_message_come_back(
    history: MemoryEventStore,
) -> None:
    """In the midst of a deployment: it will not work on a run that is open all the same."""
    ours, _ = orchestrator(history, FakeStage(history, rendered=(), outcome=OUTCOMES["superseded"]))

    with pytest.raises(Unfinished) as raised:
        deliver(ours)

    assert raised.value.throttled is False
    assert deliver(ours, attempt="m-2", last=True).state == "failed"


WORKS = {
    "throttled": unfinished("ThrottlingException", throttled=True),
    "killed": unfinished("Runtime.ExitError"),
}


@given(
    receives=st.lists(
        st.tuples(
            st.sampled_from([*WORKS, *OUTCOMES]),
            st.sets(st.sampled_from(PROMISED)),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_whatever_becomes_of_the_receives_there_is_at_most_one_ending(
    receives: list[tuple[str, set[str], bool]],
) -> None:
    """One start, and nothing after the ending."""
    history = MemoryEventStore()
    appended(history, samples.uploaded())
    ended = None
    for number, (way, rendered, last) in enumerate(receives):
        stage = FakeStage(history, tuple(rendered), outcome=OUTCOMES.get(way, DONE))
        ours, _ = orchestrator(history, WORKS.get(way, stage))
        with suppress(Unfinished):
            deliver(ours, attempt=f"m-{number}", last=last)
        stream = history.load(REF)
        assert ended in (None, stream)
        ended = stream if isinstance(stream.events[-1].event, Ending) else None

    events = [recorded.event for recorded in history.load(REF).events]
    assert sum(isinstance(event, ProcessingStarted) for event in events) == min(1, len(receives))
    assert sum(isinstance(event, Ending) for event in events) == int(ended is not None)
