"""Endings: what an engine tells of a run that nobody waited for, once or several times."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.endings import Endings
from darkroom.errors import NotFound, Unfinished
from darkroom.events import Event
from darkroom.ingest import Message
from darkroom.outcome import Killed, Outcome
from darkroom.plan import Opening, Plan, Task
from darkroom.testing import samples
from darkroom.testing.samples import DIGEST, PROMISED, REF, RUN, another_image, appended, at

PLAN = Plan(
    pipeline="photos",
    digest=DIGEST,
    opening=Opening(step="check", version=1, options={}),
    nodes=(),
    outputs=PROMISED,
    stages=(),
    start=Task(stage="photos", at="", covers=()),
    encoder=1,
    engine="standard",
    worst_case_s=60,
)
NOW = at(9)
OUTCOMES = {
    "done": Outcome(outcome="done"),
    "rejected": Outcome(outcome="rejected", step="check", code="corrupt"),
    "failed": Outcome(outcome="failed", code="original_gone"),
    "superseded": Outcome(outcome="superseded"),
}
MESSAGE = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")
BROKE_OFF = Unfinished("execution_broke_off", error="TIMED_OUT")
THROTTLED = Unfinished("execution_broke_off", throttled=True, error="ThrottlingException")
RENDERED: tuple[Event, ...] = tuple(samples.rendered(name) for name in PROMISED)


@dataclass
class FakeQueue:
    """Keeps what is sent, and after how many seconds it may be received."""

    sent: list[Message] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)

    def send(self, message: Message, *, after_s: int = 0) -> None:
        self.sent.append(message)
        self.waits.append(after_s)


def endings(*more: Event, now: datetime = NOW) -> tuple[Endings, MemoryEventStore, FakeQueue]:
    """An image whose run has begun, and what `more` tells."""
    history, queue = MemoryEventStore(), FakeQueue()
    appended(history, samples.uploaded(), samples.started(), *more)
    return Endings(PLAN, history, queue, lambda: now, lambda: 0.5), history, queue


@pytest.mark.parametrize(
    ("outcome", "state"), [("done", "complete"), ("rejected", "rejected"), ("failed", "failed")]
)
def test_the_outcome_of_an_execution_becomes_the_ending(outcome: str, state: str) -> None:
    """As if somebody had waited for it."""
    ends, _, queue = endings(*RENDERED)

    assert ends.end(REF, RUN, OUTCOMES[outcome]).state == state
    assert queue.sent == []


def test_told_twice_or_in_another_way_it_is_one_ending() -> None:
    """EventBridge delivers at least once; the first ending stays."""
    ends, history, _ = endings(*RENDERED)
    ends.end(REF, RUN, OUTCOMES["done"])
    before = history.load(REF)

    for told in (OUTCOMES["done"], OUTCOMES["failed"], BROKE_OFF, THROTTLED):
        assert ends.end(REF, RUN, told).state == "complete"

    assert history.load(REF) == before


def test_an_execution_that_broke_off_fails_its_run() -> None:
    """With the engine's error; its tries are used up, and no message comes back."""
    ends, history, queue = endings()

    assert ends.end(REF, RUN, BROKE_OFF).state == "failed"
    assert history.load(REF).events[-1].event.facts == {"error": "TIMED_OUT"}
    assert queue.sent == []


def test_an_execution_that_broke_off_behind_its_last_event_keeps_what_it_did() -> None:
    """All that was promised is there, only the answer of the last stage was lost."""
    ends, _, _ = endings(samples.validated(), *RENDERED)

    assert ends.end(REF, RUN, BROKE_OFF).state == "complete"


@pytest.mark.parametrize("told", [THROTTLED, OUTCOMES["superseded"]], ids=["throttle", "skew"])
def test_what_is_nobodys_failure_sends_the_message_back(told: Outcome | Unfinished) -> None:
    """A throttle, or a stage of another deployment: the run goes on under another name."""
    ends, history, queue = endings()
    before = history.load(REF)

    assert ends.end(REF, RUN, told).state == "processing"
    assert (queue.sent, queue.waits) == ([MESSAGE], [30])
    assert history.load(REF) == before


@pytest.mark.parametrize("told", [THROTTLED, OUTCOMES["superseded"]], ids=["throttle", "skew"])
def test_behind_its_deadline_a_run_is_not_tried_again(told: Outcome | Unfinished) -> None:
    """It fails then: no run is under way for ever."""
    ends, _, queue = endings(now=at(61))

    assert ends.end(REF, RUN, told).state == "failed"
    assert queue.sent == []


def test_a_run_of_an_earlier_pipeline_ends_too() -> None:
    """By what exists: the ways of its killed stages mean nothing to this pipeline."""
    ends, _, _ = endings(*RENDERED)
    killed = Killed(at="gone > for good", to=0, error="Sandbox.Timedout")
    told = Outcome(outcome="done", killed=(killed,))

    image = replace(ends, plan=PLAN.model_copy(update={"digest": "0a" * 32})).end(REF, RUN, told)

    assert image.state == "complete"


@pytest.mark.parametrize("told", [OUTCOMES["done"], BROKE_OFF], ids=["done", "broken off"])
def test_a_run_that_no_event_tells_of_is_not_found(told: Outcome | Unfinished) -> None:
    """Nor an image: somebody started the machine by hand."""
    ends, _, _ = endings()

    with pytest.raises(NotFound):
        ends.end(REF, f"{RUN}9", told)
    with pytest.raises(NotFound):
        ends.end(another_image(1), RUN, told)
