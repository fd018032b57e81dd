"""Runs: start a run for a queued image, let the engine do it, and append its one ending.

    message -> ProcessingStarted -> engine runs the machine, the caller waits -> ending
                                         \\ killed, lost -> the message comes back
                                         \\ throttled -> it goes to the end of the queue
                                         \\ the engine goes on by itself -> darkroom/endings.py

Whoever repeats any of this, at any point, finds in the history what has been done already.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from darkroom.errors import Unfinished
from darkroom.history import Clock, Context, EventStore, handle
from darkroom.ids import ImageRef, run_id
from darkroom.images import (
    Command,
    Finish,
    Image,
    RecordError,
    RecordVariantDrop,
    Run,
    StartProcessing,
    TimeOut,
    fold,
    outcome_of,
)
from darkroom.ingest import Message, Queue
from darkroom.outcome import KILLED, Killed, Outcome
from darkroom.plan import Plan, below, nodes_of, promised, task_at


@dataclass(frozen=True)
class UnderWay:
    """The engine carries the run out by itself; an event will tell of its end."""


class Engine(Protocol):
    """What runs a compiled pipeline: Step Functions, or this process."""

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome | UnderWay:
        """Run the pipeline on the image; return its outcome, or that it does not wait for it.

        `name` labels the execution. Engines may run a repeated name, refuse it or absorb it:
        nothing here depends on which. Raises Unfinished where the run could not be started or
        broke off (throttled, killed, timed out), with `.code` saying how.
        """
        ...


# Why a run could not be worked on: the machine and the orchestrator are of two deployments.
STAGE_OF_ANOTHER_PIPELINE = "stage_of_another_pipeline"

# How long a throttled message waits at most, in seconds: a burst of runs has then moved on.
LONGEST_WAIT_S = 60


@dataclass(frozen=True)
class Orchestrator:
    """Takes messages to their ending.

    `patience` is how long a run may be tried, redeliveries and waits included: after it, a run
    without an ending has been given up by everybody. `jitter`, in [0, 1), spreads what waits.
    """

    plan: Plan
    history: EventStore
    engine: Engine
    queue: Queue
    clock: Clock
    patience: timedelta
    jitter: Callable[[], float] = random.random

    def process(self, message: Message, *, attempt: str, last: bool) -> Image:
        """Run the pipeline for `message` and append the ending; return the image as it is then.

        A message whose run has ended, or whose object version is not the image's, changes
        nothing. `attempt` tells deliveries apart in the engine's own records.

        Raises NotFound for an image that no event announces yet, and Unfinished where the run
        broke off: the message should then come back. With `last` there is no coming back, and
        a broken run ends as failed instead. A run that is under way has no ending yet, and neither
        has one that was throttled: its message is sent anew, until its deadline passes.
        """
        ref = message.ref
        image = self._started(message)
        run = image.run
        if run is None or run.ended or image.original.version_id != message.version_id:
            return image
        if self.clock() > run.started.deadline_at:
            return self._overdue(ref, run)
        try:
            outcome = self._outcome(f"{run.run_id}-{attempt}"[:80], ref, run.run_id)
        except Unfinished as unfinished:
            # A throttle is nobody's failure, and must not use up the message's receives.
            if unfinished.throttled:
                return self._wait(message, run)
            if not last:
                raise
            outcome = left_behind(ref, run.run_id, unfinished, self.history)
        if isinstance(outcome, UnderWay):
            return image
        return self._finish(ref, run.run_id, outcome)

    def _outcome(self, name: str, ref: ImageRef, run_id: str) -> Outcome | UnderWay:
        outcome = self.engine.run(name, ref, run_id)
        if isinstance(outcome, Outcome):
            check_skew(ref, run_id, outcome, self.history)
        return outcome

    def _wait(self, message: Message, run: Run) -> Image:
        """Let a throttled run wait its turn, as long as it has time."""
        if self.clock() <= run.started.deadline_at:
            self.queue.send(message, after_s=round(self.jitter() * LONGEST_WAIT_S))
        return self._overdue(message.ref, run)

    def _overdue(self, ref: ImageRef, run: Run) -> Image:
        """Give a run that is behind its deadline its ending; return the image as it is then."""
        context = Context(
            writer="orchestrator", correlation_id=ref.image_id, causation_id=run.run_id
        )
        timed_out = TimeOut(run_id=run.run_id, at=self.clock())
        return handle(self.history, ref, timed_out, context, self.clock)

    def _started(self, message: Message) -> Image:
        """Start the image's run, unless there is one that counts.

        What a pipeline promised that has been replaced since, and what the stages make now, are
        two things: a run of it that is open makes way for one of this pipeline.
        """
        image = self._start(message, 0, message.version_id)
        run = image.run
        if run is None:
            return image
        replaced = not run.ended and run.started.pipeline_digest != self.plan.digest
        wanted = replaced or image.waiting
        cause = image.requests[-1] if image.requested else message.version_id
        return self._start(message, run.started.n + 1, cause) if wanted else image

    def _start(self, message: Message, n: int, cause: str) -> Image:
        ref = message.ref
        started = StartProcessing(
            run_id=run_id(ref, message.version_id, self.plan.digest, n),
            pipeline=self.plan.pipeline,
            pipeline_digest=self.plan.digest,
            version_id=message.version_id,
            n=n,
            variants=self.plan.outputs,
            ways=tuple(node.way for node in nodes_of(self.plan.nodes) if node.kind == "facts"),
            deadline_at=self.clock() + self.patience,
        )
        context = Context(writer="orchestrator", correlation_id=ref.image_id, causation_id=cause)
        return handle(self.history, ref, started, context, self.clock)

    def _finish(self, ref: ImageRef, run_id: str, outcome: Outcome) -> Image:
        return finish(self.plan, ref, run_id, outcome, history=self.history, clock=self.clock)


def check_skew(ref: ImageRef, run_id: str, outcome: Outcome, history: EventStore) -> None:
    """Raise Unfinished for a stage that will not work on a run that is still open: a skew."""
    if outcome.outcome != "superseded":
        return
    image = fold(history.load(ref))
    run = image.runs.get(run_id) if image else None
    if run is not None and not run.ended:
        raise Unfinished(STAGE_OF_ANOTHER_PIPELINE)


def left_behind(ref: ImageRef, run_id: str, unfinished: Unfinished, history: EventStore) -> Outcome:
    """Return what a run amounts to that broke off for good.

    All that it did is on record: it lost no more than its reply, or had failed already, or else
    it failed by breaking off.
    """
    image = fold(history.load(ref))
    run = image.runs.get(run_id) if image else None
    if run and (run.outcome or run.failure):
        return outcome_of(run.failure)
    return Outcome(outcome="failed", code=unfinished.code, facts=dict(unfinished.facts))


def finish(
    plan: Plan,
    ref: ImageRef,
    run_id: str,
    outcome: Outcome,
    *,
    history: EventStore,
    clock: Clock,
) -> Image:
    """Append the ending of a run, the only place that does, and return the image after it.

    Before it comes what nobody else could tell: the variants that killed stages gave up. What was
    promised and what exists decide between complete, partial and failed; a run that has its ending
    keeps it.
    """
    context = Context(writer="finish", correlation_id=ref.image_id, causation_id=run_id)
    for killed in outcome.killed:
        for command in _given_up(plan, run_id, killed):
            handle(history, ref, command, context, clock)
    return handle(history, ref, Finish(run_id=run_id, outcome=outcome), context, clock)


def _given_up(plan: Plan, run_id: str, killed: Killed) -> Iterator[Command]:
    """Yield what is to be recorded of a killed stage: the variants at and below its one step."""
    task = task_at(plan, killed.at, killed.to)
    facts = {"error": killed.error}
    for node in below(plan, killed.at):
        if node.way not in task.covers:
            continue
        names = promised((node,))
        for name in names:
            yield RecordVariantDrop(
                run_id=run_id, name=name, step=node.step, code=KILLED, facts=facts
            )
        if not names:
            yield RecordError(
                run_id=run_id,
                step=node.step,
                way=node.way,
                code=KILLED,
                facts=facts,
                on_error=node.on_error,
            )
