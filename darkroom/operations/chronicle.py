"""The chronicle of an image: its events with the time between them, and what led to each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from darkroom.events import (
    ImageUploaded,
    ProcessingStarted,
    Recorded,
    ReprocessingRequested,
    Stream,
)
from darkroom.images import Image, ImageState, fold


@dataclass(frozen=True)
class Entry:
    """One event: how long after the first, and after the one before, and which event led to it."""

    recorded: Recorded
    since_first: timedelta
    since_previous: timedelta
    cause: int | None  # a version; None for what came from outside


@dataclass(frozen=True)
class RunTaken:
    """A run, from the event that began it to its ending."""

    run_id: str
    pipeline: str
    state: ImageState
    began: Entry
    ended: Entry | None  # None while it is being processed

    @property
    def took(self) -> timedelta | None:
        """Return the time from its beginning to its ending, as recorded."""
        return self.ended.since_first - self.began.since_first if self.ended else None


def entries(stream: Stream) -> tuple[Entry, ...]:
    """Return the stream's events, each with its times and its cause."""
    return tuple(_entries(stream))


def _entries(stream: Stream) -> Iterator[Entry]:
    known: dict[str, int] = {}
    previous = None
    for recorded in stream.events:
        at, first = recorded.recorded_at, stream.events[0].recorded_at
        before = previous.recorded_at if previous else at
        yield Entry(recorded, at - first, at - before, _cause(recorded, known))
        known |= dict.fromkeys(_names(recorded), recorded.version)
        previous = recorded


def _names(recorded: Recorded) -> Iterator[str]:
    """Yield what later events may call this one by, as the cause of theirs."""
    yield recorded.id
    match recorded.event:
        case ImageUploaded(version_id=version_id):
            yield version_id
        case ProcessingStarted(run_id=run_id):
            yield run_id
        case ReprocessingRequested(request_id=request_id):
            yield request_id


def _cause(recorded: Recorded, known: dict[str, int]) -> int | None:
    """Return the event that its writer names, else the beginning of the run that it is of."""
    of_run = str(getattr(recorded.event, "run_id", ""))
    return known.get(recorded.causation_id or "") or known.get(of_run)


def runs(stream: Stream) -> tuple[RunTaken, ...]:
    """Return the runs that the stream tells of, in the order they began."""
    image, told = fold(stream), entries(stream)
    return tuple(_run(run_id, image, told) for run_id in image.runs) if image else ()


def _run(run_id: str, image: Image, told: tuple[Entry, ...]) -> RunTaken:
    run = image.runs[run_id]
    (began,) = (each for each in told if each.recorded.event is run.started)
    ended = next((each for each in told if each.recorded.event is run.ending), None)
    return RunTaken(run_id, run.started.pipeline, run.state, began, ended)


def as_of(stream: Stream, at: int | datetime) -> Stream:
    """Return the stream as it was with `at` events, or at a time, by when events were recorded.

    It is empty for a time before the first event. Raises ValueError for a version that there is
    not.
    """
    if isinstance(at, datetime):
        return Stream(stream.ref, tuple(takewhile(lambda e: e.recorded_at <= at, stream.events)))
    if not 1 <= at <= stream.version:
        raise ValueError(f"there is no version {at}: the history has 1 to {stream.version}")
    return Stream(stream.ref, stream.events[:at])
