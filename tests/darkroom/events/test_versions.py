"""What was stored by older code is read for ever, in the newest form."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import JsonValue

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import BrokenStream, UnknownEvent
from darkroom.events import (
    EVENTS,
    ErrorRecorded,
    Event,
    FactsRecorded,
    ImageDeleted,
    ImageRejected,
    ProcessingCancelled,
    ProcessingFailed,
    ProcessingSuperseded,
    ProcessingTimedOut,
    Registry,
    ReprocessingRequested,
    ReuploadIgnored,
    Stream,
    VariantDropped,
    VariantFailed,
    read_event,
)
from darkroom.history import verify
from darkroom.history.items import from_item, to_item
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, appended

RELEASED = Path(__file__).parent / "released.json"


class Looked(FactsRecorded):
    """FactsRecorded as it might be one day: `step` became `by`, then `facts` got a count."""

    schema_version: ClassVar[int] = 3

    step: str = ""
    by: str
    number: int


def renamed(payload: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """From version 1 to 2."""
    return {**{name: payload[name] for name in set(payload) - {"step"}}, "by": payload["step"]}


def counted(payload: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """From version 2 to 3."""
    facts = payload["facts"]
    return {**payload, "number": len(facts) if isinstance(facts, dict) else 0}


NEWER = Registry((Looked,), {(Looked.type, 1): renamed, (Looked.type, 2): counted})


def test_an_old_payload_is_taken_up_version_by_version() -> None:
    """From wherever it was stored to the newest; no step is left out. (Case 23.)"""
    first = samples.found("w", "x").data()
    second = json.dumps(renamed(json.loads(first)))

    third = NEWER.read(Looked.type, 1, first)

    assert isinstance(third, Looked)
    assert (third.by, third.number, third.facts) == ("describe", 1, {"text": "x"})
    assert NEWER.read(Looked.type, 2, second) == third
    assert NEWER.read(Looked.type, 3, third.data()) == third
    assert third.dedup_key() == samples.found("w", "x").dedup_key()


def test_what_is_stored_stays_as_it_was_hashed() -> None:
    """Reading takes the event up, and never the bytes: the chain still holds."""
    stream = appended(MemoryEventStore(), samples.found("w", "x"))

    read = from_item(to_item(REF, stream.events[0]), NEWER.read)

    assert isinstance(read.event, Looked)
    assert (read.schema_version, read.data) == (1, stream.events[0].data)
    verify(Stream(REF, (read,)))


@pytest.mark.parametrize("version", [0, -1, 4])
def test_a_version_that_was_never_written_is_named(version: int) -> None:
    """Newer than the newest, or none at all."""
    with pytest.raises(UnknownEvent) as raised:
        NEWER.read(Looked.type, version, "{}")

    assert (raised.value.type, raised.value.schema_version) == (Looked.type, version)


def test_an_old_payload_that_no_upcaster_fits_is_unreadable() -> None:
    """It is damage, told with its place, and no crash of a reader."""
    item = to_item(REF, appended(MemoryEventStore(), samples.found("w", "x")).events[0])

    with pytest.raises(BrokenStream, match="unreadable"):
        from_item({**item, "d": "{}"}, NEWER.read)


@pytest.mark.parametrize(
    ("upcasters", "told"),
    [
        ({(Looked.type, 1): renamed}, "facts-recorded lacks an upcaster from version 2"),
        (
            {(Looked.type, version): renamed for version in (1, 2, 3)},
            "facts-recorded has no use for an upcaster from version 3",
        ),
        (
            {(Looked.type, 1): renamed, (Looked.type, 2): counted, ("image.admired", 1): renamed},
            "image.admired has no use for an upcaster from version 1",
        ),
    ],
    ids=["a version without a way up", "a way from the newest", "a way of no event"],
)
def test_a_registry_with_a_gap_cannot_be_made(upcasters: object, told: str) -> None:
    """Where it is made, at import, and not where the first old event is read."""
    with pytest.raises(ValueError, match=told):
        Registry((Looked,), upcasters)  # type: ignore[arg-type]


REASON = {"step": "brand", "code": "no_room", "facts": {"limit": 400, "actual": 12.5, "why": None}}
NEWEST: tuple[Event, ...] = (
    *samples.history()[:4],
    samples.history()[-1],
    samples.found("sizes/describe", "Größe"),
    ReuploadIgnored(version_id="v2", etag="e", byte_size=0),
    VariantFailed(**vars(samples.failure("large"))),
    VariantDropped(**vars(samples.drop("large"))),
    ErrorRecorded.model_validate({"run_id": RUN, "way": "w", "on_error": "pass", **REASON}),
    ImageRejected.model_validate({"run_id": RUN, **REASON}),
    ProcessingFailed.model_validate({"run_id": RUN, **REASON}),
    ProcessingTimedOut(run_id=RUN, deadline_at=samples.at(60)),
    ProcessingCancelled(run_id=RUN),
    ProcessingSuperseded(run_id=RUN, by=samples.start(n=1).run_id),
    ReprocessingRequested(request_id="r-1"),
    samples.discarded(),
    ImageDeleted(),
)


def released(request: pytest.FixtureRequest) -> dict[str, str]:
    """Payloads of all versions ever; `--golden` adds those that are new, and changes none."""
    known: dict[str, str] = json.loads(RELEASED.read_text("utf-8")) if RELEASED.exists() else {}
    if request.config.getoption("--golden"):
        new = {f"{event.type}@{event.schema_version}": event.data() for event in NEWEST}
        text = json.dumps(dict(sorted((new | known).items())), indent=2, ensure_ascii=False)
        RELEASED.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        return new | known
    return known


def test_every_payload_that_was_ever_stored_is_read(request: pytest.FixtureRequest) -> None:
    """A change that these do not survive is a new schema version, with an upcaster."""
    for name, data in released(request).items():
        type_, _, version = name.partition("@")
        event = read_event(type_, int(version), data)
        if event.schema_version == int(version):
            assert event.data() == data, name


def test_every_version_of_every_event_is_among_them(request: pytest.FixtureRequest) -> None:
    """Each that is written now, and each before it."""
    versions = {
        f"{kind.type}@{version}" for kind in EVENTS for version in range(1, kind.schema_version + 1)
    }

    assert set(released(request)) == versions, "add an example to NEWEST, then run with --golden"
