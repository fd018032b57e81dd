"""Why an image is as it is, and what to do: one paragraph, from the fold of its history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from darkroom.errors import NotFound
from darkroom.events import (
    ImageRejected,
    ProcessingCancelled,
    ProcessingFailed,
    ProcessingSuperseded,
    Stream,
)
from darkroom.images import Image, ImageState, Run, fold
from darkroom.operations.chronicle import runs
from darkroom.operations.letters import Letter
from darkroom.operations.reasons import reason
from darkroom.operations.words import clock_time, counted, listed, span

_ENDED: Mapping[ImageState, str] = {
    "complete": "came to be complete",
    "partial": "came to be partial",
    "rejected": "was rejected",
    "failed": "failed",
    "timed_out": "timed out",
    "cancelled": "was called off",
    "superseded": "was replaced by another pipeline",
}
_RECONCILE = "python -m darkroom reconcile"


@dataclass(frozen=True)
class Waiting:
    """A dead letter about the image, and the name of the queue that holds it."""

    queue: str
    letter: Letter


def explain(stream: Stream, waiting: Sequence[Waiting], now: datetime) -> str:
    """Return how the image stands, why, and what to do; raises NotFound for an empty stream."""
    image = fold(stream)
    if image is None:
        raise NotFound(image_id=stream.ref.image_id)
    return " ".join((*_sentences(image, stream, now), *_letters(waiting, now)))


def _sentences(image: Image, stream: Stream, now: datetime) -> Iterator[str]:
    name, run = image.ref.image_id, image.run
    if image.deleted:
        yield f"{name} was deleted: it offers nothing any more. Nothing is to be done."
        return
    if run is None:
        arrived = stream.events[0].recorded_at
        since = f"since {clock_time(arrived)} ({span(now - arrived)})"
        yield f"{name} has been there {since}, and no run of '{image.original.pipeline}' has begun."
        yield "Its message waits in the intake queue; a burst may take minutes."
        yield f"Should it have been lost, `{_RECONCILE} {name}` sends it once more."
        return
    began, ended, took = _times(stream)
    of = f"{name}, by '{run.started.pipeline}'"
    if run.ending is None:
        yield from _processing(name, run, began, now)
        return
    yield f"{of}, {_ENDED[run.state]} at {clock_time(ended)}, {took} after its run began."
    yield from _ended(run)
    if image.waiting:
        yield "Another run was asked for since, and has not begun: its message waits in the queue."
        yield f"Should it have been lost, `{_RECONCILE} {name}` sends it once more."
    if image.ignored:
        yield f"A second upload under its key was ignored {counted(len(image.ignored), 'time')}."


def _times(stream: Stream) -> tuple[datetime, datetime, str]:
    """Return when the latest run began and ended, and in words how long that took."""
    latest = runs(stream)[-1]
    began = latest.began.recorded.recorded_at
    ended = latest.ended.recorded.recorded_at if latest.ended else began
    return began, ended, span(ended - began)


def _processing(name: str, run: Run, began: datetime, now: datetime) -> Iterator[str]:
    deadline = run.started.deadline_at
    since = f"since {clock_time(began)} ({span(now - began)})"
    yield f"{name}, by '{run.started.pipeline}', is being processed {since};"
    yield f"it has {_pictures(run.existing)} of {_pictures(run.promised)}."
    if now <= deadline:
        left = span(deadline - now)
        yield f"It may be tried until {clock_time(deadline)}, for {left} more: wait."
        return
    yield f"Its deadline passed {span(now - deadline)} ago, and nobody ended it."
    yield f"`{_RECONCILE} {name}` does."


def _ended(run: Run) -> Iterator[str]:
    match run.ending:
        case ImageRejected() | ProcessingFailed() as ending:
            why = reason(ending.code, ending.step, ending.facts)
            yield f"The reason is {why.what}. {why.cure}"
        case _ if run.state == "timed_out":
            missing = [name for name in run.promised if name not in run.existing]
            yield f"Its deadline passed before {listed(missing)} came."
            yield "Reprocess it, or upload it again."
        case ProcessingCancelled():
            yield "Somebody asked for that; it offers no pictures of this run."
        case ProcessingSuperseded():
            yield "A run of the new pipeline follows at once. Nothing is to be done."
        case _ if run.state == "partial":
            yield f"It has {_pictures(run.existing)}."
            yield from _lost(run)
        case _:
            yield f"It has {_pictures(run.existing)}, as promised. Nothing is to be done."


def _pictures(names: Sequence[str]) -> str:
    return listed(names) if names else "no pictures"


def _lost(run: Run) -> Iterator[str]:
    """Say of each variant that was given up why, and once for each code what to do."""
    cures = {}
    for name, dropped in run.dropped.items():
        why = reason(dropped.code, dropped.step, dropped.facts)
        yield f"{name} was given up, as the step's `on_error: drop` says: {why.what}."
        cures[dropped.code] = why.cure
    yield from cures.values()


def _letters(waiting: Sequence[Waiting], now: datetime) -> Iterator[str]:
    for each in waiting:
        letter = each.letter
        since = f"since {clock_time(letter.since)} ({span(now - letter.since)})"
        times = counted(letter.received, "time")
        again = f"dlq redrive {each.queue} --message {letter.id[:8]}"
        yield f"A message about it is a dead letter in '{each.queue}', {since}, received {times}:"
        yield f"`python -m darkroom {again}` sends it again."
