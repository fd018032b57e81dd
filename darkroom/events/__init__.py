"""Events: the facts that an image's history is made of, and their envelope."""

from darkroom.events.base import Event, Facts, Instant, Scalar, canonical, instant
from darkroom.events.recorded import Context, Recorded, Stream
from darkroom.events.registry import EVENTS, Registry, Upcaster, read_event
from darkroom.events.runs import (
    Applied,
    Ending,
    ErrorRecorded,
    FactsRecorded,
    ImageRejected,
    ImageValidated,
    OnError,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingTimedOut,
    VariantDropped,
    VariantFailed,
    VariantRendered,
)
from darkroom.events.uploads import ImageUploaded, ReuploadIgnored

__all__ = [
    "EVENTS",
    "Applied",
    "Context",
    "Ending",
    "ErrorRecorded",
    "Event",
    "Facts",
    "FactsRecorded",
    "ImageRejected",
    "ImageUploaded",
    "ImageValidated",
    "Instant",
    "OnError",
    "ProcessingCompleted",
    "ProcessingFailed",
    "ProcessingStarted",
    "ProcessingTimedOut",
    "Recorded",
    "Registry",
    "ReuploadIgnored",
    "Scalar",
    "Stream",
    "Upcaster",
    "VariantDropped",
    "VariantFailed",
    "VariantRendered",
    "canonical",
    "instant",
    "read_event",
]
