"""The timeline says something of every event, in one line that a person understands."""

import pytest

from darkroom.events import (
    EVENTS,
    ErrorRecorded,
    Event,
    ImageDeleted,
    ImageRejected,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingSuperseded,
    ProcessingTimedOut,
    ReprocessingRequested,
    ReuploadIgnored,
    VariantDropped,
    VariantFailed,
)
from darkroom.local import timeline
from darkroom.testing import samples
from darkroom.testing.samples import RUN, at

SAMPLES: tuple[tuple[Event, str], ...] = (
    (samples.uploaded(), "4.2 MB, version v1"),
    (
        ReuploadIgnored(version_id="v2-of-a-long-name", etag="e", byte_size=999),
        "999 bytes, version v2-of-a-long",
    ),
    (samples.started(), "photos promises thumbnail, medium, large"),
    (samples.started(variants=()), "photos promises no pictures"),
    (samples.validated(), "jpeg 3000 x 2000"),
    (samples.found("a way", "a lake"), "describe: text a lake"),
    (
        samples.rendered("medium"),
        "medium: 800 x 533 jpeg, 80.4 kB, by open v1 > resize v1 > watermark v1 > encode v1",
    ),
    (
        VariantFailed(run_id=RUN, name="large", step="brand", code="no_room", facts={"limit": 4}),
        "large: no_room by brand (limit 4)",
    ),
    (
        VariantDropped(run_id=RUN, name="large", step="brand", code="no_room", facts={"limit": 4}),
        "large: no_room by brand (limit 4)",
    ),
    (
        ErrorRecorded(
            run_id=RUN, step="faces", way="faces", code="crashed", facts={}, on_error="pass"
        ),
        "crashed by faces; the picture went on as it came",
    ),
    (
        ImageRejected(
            run_id=RUN, step="check", code="too_many_pixels", facts={"limit": 5, "actual": 9}
        ),
        "too_many_pixels by check (limit 5, actual 9)",
    ),
    (
        ImageRejected(run_id=RUN, step=None, code="corrupt", facts={"limit": None, "actual": "x"}),
        "corrupt (actual x)",
    ),
    (ProcessingFailed(run_id=RUN, step=None, code="original_gone", facts={}), "original_gone"),
    (ProcessingTimedOut(run_id=RUN, deadline_at=at(60)), "its deadline was 2026-11-23T12:01:00Z"),
    (ProcessingCancelled(run_id=RUN), ""),
    (ProcessingSuperseded(run_id=RUN, by="run-2"), "run-2 follows"),
    (ReprocessingRequested(request_id="once-more"), ""),
    (samples.discarded(), "1 object"),
    (ImageDeleted(), ""),
    (samples.completed(), "complete: thumbnail, medium, large"),
    (
        ProcessingCompleted(run_id=RUN, state="complete", variants=()),
        "complete: no pictures",
    ),
)


def test_every_event_type_has_a_sample_here() -> None:
    """A new event needs its words, and a line in the test below."""
    assert {type(event) for event, _ in SAMPLES} == set(EVENTS)


@pytest.mark.parametrize(("event", "words"), SAMPLES, ids=lambda each: getattr(each, "type", None))
def test_an_event_is_said_in_one_line(event: Event, words: str) -> None:
    """Version, time, what it is, and the facts of it."""
    line = timeline.line(12, event.type, 3456, event.model_dump(mode="json")).plain

    assert line.startswith(f" 12   3,456 ms  {event.type.removeprefix('image.')} ")
    assert line.endswith(f" {words}")
    assert "\n" not in line


def test_facts_from_the_api_are_said_as_those_from_here_are() -> None:
    """The API leaves out where things lie; the timeline asks for none of it."""
    facts = samples.rendered("medium").model_dump(mode="json", exclude={"key", "etag", "bucket"})

    assert "medium: 800 x 533" in timeline.line(1, "image.variant-rendered", 0, facts).plain


def test_an_event_of_a_newer_platform_is_at_least_named() -> None:
    """A client may be older than what it talks to."""
    line = timeline.line(1, "image.admired", 0, {"by": "many"}).plain

    assert line.strip() == "1       0 ms  admired"


def test_what_looks_like_markup_is_text() -> None:
    """Facts hold whatever a picture's file said."""
    event = samples.found("a way", "[red]danger[/red]")

    assert "[red]danger[/red]" in timeline.line(1, event.type, 0, event.model_dump()).plain
