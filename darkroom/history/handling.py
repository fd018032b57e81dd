"""Handle a command: load, decide, append; and again, from the start, when another was first."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from darkroom.errors import NotFound, StreamConflict
from darkroom.events import Context, Stream
from darkroom.history.store import EventStore
from darkroom.ids import ImageRef
from darkroom.images import Command, Image, decide, fold

Clock = Callable[[], datetime]


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

    `clock` gives the time, in UTC, at which an event is recorded. Raises StreamConflict when
    others were first at every attempt, and what `decide`, `load` and `append` raise.
    """
    for conflicts in range(1, retries.attempts):
        try:
            return _attempt(store, ref, command, context, clock)
        except StreamConflict:
            retries.pause(conflicts)
    return _attempt(store, ref, command, context, clock)


def _attempt(
    store: EventStore, ref: ImageRef, command: Command, context: Context, clock: Clock
) -> Image:
    stream = store.load(ref)
    for event in decide(fold(stream), command):
        stream = store.append(stream, event, context, at=clock()).stream
    return _image(stream)


def _image(stream: Stream) -> Image:
    image = fold(stream)
    if image is None:
        raise NotFound(image_id=stream.ref.image_id)
    return image
