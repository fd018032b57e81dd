"""Handle a command: load, decide, append; and again, from the start, when another was first."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from darkroom.errors import EventIdReuse, NotFound, StreamConflict
from darkroom.events import Context, Event, Stream
from darkroom.history.store import AlreadyAppended, Appended, EventStore
from darkroom.ids import ImageRef
from darkroom.images import Command, Image, decide, fold

Clock = Callable[[], datetime]
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often a decision is made anew after a conflict, and the pauses between.

    A pause is anything up to `base_s`, doubled with each conflict and capped: full jitter, since
    writers that collided would otherwise collide again. Writers on one image are few: the
    default ends after ten attempts and at most some four seconds.
    """

    attempts: int = 10
    base_s: float = 0.01
    cap_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random  # a number in [0, 1)

    def pause(self, conflicts: int) -> None:
        """Wait before the next attempt, after so many conflicts."""
        self.sleep(self.jitter() * min(self.cap_s, self.base_s * 2**conflicts))

    def over(self, attempt: Callable[[], Answer]) -> Answer:
        """Return what `attempt` does; raises StreamConflict when the last one met one too."""
        for conflicts in range(1, self.attempts):
            try:
                return attempt()
            except StreamConflict:
                self.pause(conflicts)
        return attempt()


def handle(
    store: EventStore,
    ref: ImageRef,
    command: Command,
    context: Context,
    clock: Clock,
    *,
    retries: Retries = Retries(),
) -> Image:
    """Record what follows from `command`, and return the image after it. Safe to repeat.

    What follows is recorded all at once, or not at all. `clock` gives the time, in UTC, at which
    it is. Raises StreamConflict when others were first at every attempt, and what `decide`,
    `load` and `append` raise.
    """

    return _image(handle_on(store, store.load(ref), command, context, clock, retries=retries))


def handle_on(
    store: EventStore,
    stream: Stream,
    command: Command,
    context: Context,
    clock: Clock,
    *,
    retries: Retries = Retries(),
) -> Stream:
    """Record what follows from `command` on `stream` as it is known; return the stream after it.

    For who tells several facts, one after another: the history is only read again where others
    were first. What is not the newest does no harm, since nothing in it is ever taken back: what
    would follow from it alone is refused, and decided anew. Raises as `handle` does.
    """
    known = iter((stream,))

    def attempt() -> Stream:
        now = next(known, None) or store.load(stream.ref)
        events = decide(fold(now), command)
        try:
            return store.append(now, events, context, at=clock()).stream if events else now
        except EventIdReuse as reuse:
            if reuse.version <= now.version:
                raise
            # Told in another way since it was loaded: what came first stands.
            raise StreamConflict(
                stream=now.ref.stream, expected=now.version, actual=reuse.version
            ) from reuse

    return retries.over(attempt)


def append_any(
    store: EventStore,
    ref: ImageRef,
    events: Sequence[Event],
    context: Context,
    clock: Clock,
    *,
    retries: Retries = Retries(),
) -> Appended | AlreadyAppended:
    """Append `events`, all or none, whatever has happened to the image so far. Safe to repeat.

    For facts that no decision depends on. The history is read first, so that events which are in
    it, at whatever version, are never written again. Raises as `handle` does.
    """
    return retries.over(lambda: store.append(store.load(ref), events, context, at=clock()))


def _image(stream: Stream) -> Image:
    image = fold(stream)
    if image is None:
        raise NotFound(image_id=stream.ref.image_id)
    return image
