"""One image taken through a plan, by its compiled machine or in one process, to compare them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import Unfinished
from darkroom.events import Ending, Event
from darkroom.handlers.stage import Request
from darkroom.ids import ImageRef
from darkroom.images import Image
from darkroom.ingest import Message
from darkroom.local.inprocess import MemoryBucket, MemoryQueue
from darkroom.objects import Original
from darkroom.outcome import Outcome
from darkroom.plan import Plan, whole
from darkroom.runner.calls import Ask, no_calls
from darkroom.runner.render import Load
from darkroom.runner.stage import Stage, Stores
from darkroom.runs import Orchestrator
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended, at
from dsl.backends.asl import state_machine, substitution
from steps import plugins
from tests.dsl.machines import Execution, LambdaError, run_machine

Fault = Callable[[int, str, Mapping[str, Any]], None]
"""Told of each invocation before it is made: its number, function and payload. May raise."""

THROTTLED = "Lambda.TooManyRequestsException"
_RECEIVES = 5


def no_fault(number: int, function: str, payload: Mapping[str, Any]) -> None:
    """Let every invocation be made."""


@dataclass
class Platform:
    """All that a run touches, in memory, and the machine that runs it."""

    plan: Plan
    original: bytes
    load: Load = plugins.load
    ask: Ask = no_calls
    fault: Fault = no_fault
    history: MemoryEventStore = field(default_factory=MemoryEventStore)
    invocations: int = 0
    executions: list[Execution] = field(default_factory=list)

    def __post_init__(self) -> None:
        uploaded = samples.uploaded().model_copy(update={"byte_size": len(self.original)})
        appended(self.history, uploaded)
        named = Original(self.original, "Ada Lovelace", "lake.jpg")
        self.bucket = MemoryBucket(named, version_id=uploaded.version_id)

    def stage(self, name: str, plan: Plan) -> Stage:
        """Return a stage of this platform."""
        stores = Stores(originals=self.bucket, intermediates=self.bucket, variants=self.bucket)
        return Stage(name, plan, self.history, stores, lambda: at(1), self.ask, self.load)

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        """Run the compiled machine, as the engine of an orchestrator."""
        given = {"tenant": ref.tenant, "image_id": ref.image_id, "run_id": run_id}
        lambdas = {substitution(stage): self._function(stage.id) for stage in self.plan.stages}
        execution = run_machine(state_machine(self.plan), lambdas, given)
        self.executions.append(execution)
        if execution.status == "FAILED":
            throttled = execution.error == THROTTLED
            raise Unfinished(
                "execution_broke_off", throttled=throttled, error=execution.error or ""
            )
        return Outcome.model_validate(execution.output)

    def _function(self, stage_id: str) -> Callable[[Any], Any]:
        stage = self.stage(stage_id, self.plan)

        def function(payload: Mapping[str, Any]) -> Any:
            self.invocations += 1
            self.fault(self.invocations, stage_id, payload)
            asked = Request.model_validate(payload)
            ref = ImageRef(asked.tenant, asked.image_id)
            return stage.run(ref, asked.run_id, asked.hand, asked.by).model_dump(mode="json")

        return function

    def has_asked(self, stage: str) -> bool:
        """Whether any execution invoked the function of `stage`."""
        function = f"StageFunction_{stage}"
        return any(each.function == function for run in self.executions for each in run.invocations)


@dataclass(frozen=True)
class InProcess:
    """The engine that runs all of a plan in one stage."""

    platform: Platform

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        """Run the stage and return its outcome."""
        plan = self.platform.plan
        return self.platform.stage(plan.start.stage, whole(plan)).run(ref, run_id)


@dataclass(frozen=True)
class Story:
    """What came of an image: its events, in order along a way only (rule 17), and the objects."""

    events: tuple[str, ...]
    ending: str
    objects: Mapping[str, bytes]


def told(
    platform: Platform, engine: Platform | InProcess | None = None, *, receives: int = _RECEIVES
) -> Story:
    """Deliver the image's message as the queue does, until it is taken; tell what came of it.

    After so many `receives` it is the last time. Raises Unfinished for a run that is
    throttled every time.
    """
    queue = MemoryQueue()
    orchestrator = Orchestrator(
        platform.plan,
        platform.history,
        engine or platform,
        queue,
        lambda: at(1),
        timedelta(hours=1),
    )
    message = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")
    for receive in range(1, receives):
        try:
            image = orchestrator.process(message, attempt=str(receive), last=False)
        except Unfinished:
            continue
        if not queue.messages:
            return _story(platform, image)
        queue.messages.clear()  # it was throttled, and is received anew
    image = orchestrator.process(message, attempt="last", last=True)
    if queue.messages:
        raise Unfinished("waits", throttled=True)
    return _story(platform, image)


def _story(platform: Platform, image: Image) -> Story:
    events = [recorded.event for recorded in platform.history.load(REF).events]
    endings = [event for event in events if isinstance(event, Ending)]
    assert len(endings) == 1, "every run has exactly one ending"
    assert events[-1] is endings[0]
    assert image.run is not None
    return Story(
        events=tuple(sorted(map(_comparable, events))),
        ending=f"{image.state} {_comparable(endings[0])}",
        objects=dict(platform.bucket.written),
    )


def _comparable(event: Event) -> str:
    """Return an event as text, without what may differ between two tellings of one fact."""
    return f"{event.type} {event.model_dump_json(exclude={'deadline_at'})}"


def killing(*, at_call: int) -> Fault:
    """Return a fault that breaks off one invocation."""

    def fault(number: int, function: str, payload: Mapping[str, Any]) -> None:
        if number == at_call:
            raise LambdaError("Sandbox.Timedout", "the function took too long")

    return fault


def killing_all_of(stage: str, error: str = "Sandbox.Timedout") -> Fault:
    """Return a fault that breaks off every invocation of a stage, but those that go by it."""

    def fault(number: int, function: str, payload: Mapping[str, Any]) -> None:
        if function == stage and payload.get("by") is None:
            raise LambdaError(error, "it was killed")

    return fault


class Killed(NamedTuple):
    """What came of an image of which a step was killed, and whether its stage was ever asked."""

    story: Story
    asked: bool


def kill(step: str, platform: Platform, error: str = "Sandbox.Timedout") -> Killed:
    """Kill the stage that has the step, on every try; the message comes for the last time."""
    (stage,) = (stage.id for stage in platform.plan.stages if step in stage.steps)
    platform.fault = killing_all_of(stage, error)
    return Killed(told(platform, receives=1), platform.has_asked(stage))
