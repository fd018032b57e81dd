"""All events by their stored type and version: the way back from a stored payload."""

from darkroom.errors import UnknownEvent
from darkroom.events.base import Event
from darkroom.events.runs import (
    ErrorRecorded,
    FactsRecorded,
    ImageRejected,
    ImageValidated,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingTimedOut,
    VariantDropped,
    VariantFailed,
    VariantRendered,
)
from darkroom.events.uploads import ImageUploaded, ReuploadIgnored

EVENTS: tuple[type[Event], ...] = (
    ImageUploaded,
    ReuploadIgnored,
    ProcessingStarted,
    ImageValidated,
    FactsRecorded,
    VariantRendered,
    VariantFailed,
    VariantDropped,
    ErrorRecorded,
    ImageRejected,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingTimedOut,
)

_BY_TYPE = {(event.type, event.schema_version): event for event in EVENTS}


def read_event(type_: str, schema_version: int, data: str) -> Event:
    """Return the event whose payload is `data`.

    Raises UnknownEvent for a type or version not known here, and pydantic's ValidationError for
    a payload that does not fit its type.
    """
    known = _BY_TYPE.get((type_, schema_version))
    if known is None:
        raise UnknownEvent(type_=type_, schema_version=schema_version)
    return known.model_validate_json(data)
