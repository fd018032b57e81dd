"""All events by their stored type and version: the way back from a stored payload."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import JsonValue

from darkroom.errors import UnknownEvent
from darkroom.events.base import Event, canonical
from darkroom.events.runs import (
    ErrorRecorded,
    FactsRecorded,
    ImageRejected,
    ImageValidated,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingSuperseded,
    ProcessingTimedOut,
    ReprocessingRequested,
    VariantDropped,
    VariantFailed,
    VariantRendered,
)
from darkroom.events.uploads import (
    ImageDeleted,
    ImageUploaded,
    LeftoversDiscarded,
    ReuploadIgnored,
)

Payload = Mapping[str, JsonValue]
Upcaster = Callable[[Payload], Payload]
"""Returns a payload as the next schema version has it. Pure: stored events are never rewritten."""

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
    ProcessingCancelled,
    ProcessingSuperseded,
    ReprocessingRequested,
    LeftoversDiscarded,
    ImageDeleted,
)

# By type and the version that is read. One that is released stays for ever, as stored events do:
# tests/darkroom/events/released.json has a payload of each.
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    (ProcessingStarted.type, 1): lambda payload: {**payload, "ways": []},
}


@dataclass(frozen=True)
class Registry:
    """Event classes, each of the newest schema version, and the ways up from older versions.

    An older payload is taken up one version at a time. Raises ValueError where a version has no
    way up, and where a way leads from a version that no event is older than.
    """

    events: tuple[type[Event], ...]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        older = {
            (event.type, version)
            for event in self.events
            for version in range(1, event.schema_version)
        }
        for type_, version in sorted(older ^ set(self.upcasters)):
            lacks = "lacks" if (type_, version) in older else "has no use for"
            raise ValueError(f"{type_} {lacks} an upcaster from version {version}")

    @cached_property
    def _by_type(self) -> Mapping[str, type[Event]]:
        return {event.type: event for event in self.events}

    def read(self, type_: str, schema_version: int, data: str) -> Event:
        """Return the event whose payload is `data`, in its newest form.

        Raises UnknownEvent for a type or version not known here, and pydantic's ValidationError
        for a payload that does not fit its type.
        """
        known = self._by_type.get(type_)
        if known is None or not 1 <= schema_version <= known.schema_version:
            raise UnknownEvent(type_=type_, schema_version=schema_version)
        if schema_version == known.schema_version:
            return known.model_validate_json(data)
        payload: Payload = json.loads(data)
        for version in range(schema_version, known.schema_version):
            payload = self.upcasters[type_, version](payload)
        return known.model_validate_json(canonical(payload))


_REGISTRY = Registry(EVENTS, UPCASTERS)
read_event = _REGISTRY.read
