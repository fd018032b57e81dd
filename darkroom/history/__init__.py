"""The history: an append-only stream of events for each image, the platform's only truth."""

from darkroom.events import Context, Recorded, Stream
from darkroom.history.capacity import Units
from darkroom.history.chain import Witness, verify, witness
from darkroom.history.handling import Clock, Retries, append_any, handle, handle_on
from darkroom.history.store import AlreadyAppended, Appended, EventStore

__all__ = [
    "AlreadyAppended",
    "Appended",
    "Clock",
    "Context",
    "EventStore",
    "Recorded",
    "Retries",
    "Stream",
    "Units",
    "Witness",
    "append_any",
    "handle",
    "handle_on",
    "verify",
    "witness",
]
