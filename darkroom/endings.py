"""Endings: what becomes of a run that its engine has carried out by itself.

    the engine tells how the execution ended -> ending
                    \\ throttled, or stages of another pipeline -> the message goes back

Events may come late, twice, or for a run that has its ending: it keeps it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from darkroom.errors import NotFound, Unfinished
from darkroom.history import Clock, EventStore
from darkroom.ids import ImageRef
from darkroom.images import Image, Run, fold
from darkroom.ingest import Message, Queue
from darkroom.outcome import Outcome
from darkroom.plan import Plan
from darkroom.runs import (
    LONGEST_WAIT_S,
    STAGE_OF_ANOTHER_PIPELINE,
    check_skew,
    finish,
    left_behind,
)


@dataclass(frozen=True)
class Endings:
    """Gives runs their ending, or another try as long as they have time.

    A run of an earlier pipeline than `plan` ends as well, by what exists of its promise. `jitter`,
    in [0, 1), spreads those that are tried again.
    """

    plan: Plan
    history: EventStore
    queue: Queue
    clock: Clock
    jitter: Callable[[], float] = random.random

    def end(self, ref: ImageRef, run_id: str, told: Outcome | Unfinished) -> Image:
        """Append the ending that the engine has `told` of; return the image as it is then.

        A throttle is nobody's failure, and a deployment under way neither: before the run's
        deadline, its message is sent once more instead, and the run goes on under another name.

        Raises NotFound for an image, or a run, that no event tells of.
        """
        image = fold(self.history.load(ref))
        run = image.runs.get(run_id) if image else None
        if image is None or run is None:
            raise NotFound(run_id=run_id)
        try:
            if isinstance(told, Unfinished):
                raise told
            check_skew(ref, run_id, told, self.history)
            outcome = told
        except Unfinished as unfinished:
            if self._has_time(run, unfinished):
                self._send_back(ref, run)
                return image
            outcome = left_behind(ref, run_id, unfinished, self.history)
        if run.started.pipeline_digest != self.plan.digest:
            outcome = outcome.model_copy(update={"killed": ()})  # ways that this plan has not
        return finish(self.plan, ref, run_id, outcome, history=self.history, clock=self.clock)

    def _has_time(self, run: Run, unfinished: Unfinished) -> bool:
        """Whether the run is better tried again than ended."""
        helps = unfinished.throttled or unfinished.code == STAGE_OF_ANOTHER_PIPELINE
        return helps and not run.ended and self.clock() <= run.started.deadline_at

    def _send_back(self, ref: ImageRef, run: Run) -> None:
        version_id = run.started.version_id
        message = Message(tenant=ref.tenant, image_id=ref.image_id, version_id=version_id)
        self.queue.send(message, after_s=round(self.jitter() * LONGEST_WAIT_S))
