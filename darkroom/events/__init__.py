"""Events: the facts that an image's history is made of, and their envelope."""

from darkroom.events.base import Event, Facts, Instant, Scalar, canonical, instant
from darkroom.events.recorded import Context, Recorded, Stream
from darkroom.events.registry import EVENTS, read_event
from darkroom.events.runs import (
    Applied,
    Ending,
    FactsRecorded,
    ImageRejected,
    ImageValidated,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingTimedOut,
    VariantFailed,
    VariantRendered,
)
from darkroom.events.uploads import ImageUploaded, ReuploadIgnored

__all__ = [
    "EVENTS",
    "Applied",
    "Context",
    "Ending",
    "Event",
    "Facts",
    "FactsRecorded",
    "ImageRejected",
    "ImageUploaded",
    "ImageValidated",
    "Instant",
    "ProcessingCompleted",
    "ProcessingFailed",
    "ProcessingStarted",
    "ProcessingTimedOut",
    "Recorded",
    "ReuploadIgnored",
    "Scalar",
    "Stream",
    "VariantFailed",
    "VariantRendered",
    "canonical",
    "instant",
    "read_event",
]
