"""`history` tells all that happened to an image, and how it stood at any moment."""

import json
from typing import Any

import pytest

from darkroom.events import ProcessingFailed, VariantFailed
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, appended
from tests.darkroom.cli.deployed import OnMoto, Tell

IMAGE = REF.image_id


@pytest.fixture
def image(deployed: OnMoto) -> str:
    """The id of an image that came to be complete."""
    appended(deployed.history, *samples.history())
    return IMAGE


def test_each_event_is_a_line_with_its_times_its_cause_and_its_writer(
    tell: Tell, image: str
) -> None:
    """Below a head with the state, above a line for each run."""
    status, said = tell("history", image)

    assert status == 0
    head, _, first, second, *rest = said.splitlines()
    assert head == f"{image}  complete  of {samples.OWNER}, 2026-11-23 12:00:00 UTC"
    assert first.split() == [
        "1",
        "0",
        "ms",
        *["uploaded", "4.2", "MB,", "version", "v1", "by", "test"],
    ]
    assert second.split()[:7] == [
        "2",
        "1,000",
        "ms",
        "+1,000",
        "ms",
        "processing-started",
        "photos",
    ]
    assert all("← 2" in line for line in rest[:-1])
    assert rest[-1] == "run 1: photos, began with event 2, complete with event 7 after 5,000 ms"


def test_an_id_may_be_written_in_small_letters(tell: Tell, image: str) -> None:
    """As people type."""
    assert tell("history", image.lower()) == tell("history", image)


@pytest.mark.parametrize("at", ["4", "2026-11-23T12:00:03Z", "2026-11-23T13:00:03.9+01:00"])
def test_the_state_at_a_version_or_a_time_is_that_of_the_events_until_then(
    tell: Tell, image: str, at: str
) -> None:
    """A time without a zone is UTC; what was not there yet is said so."""
    status, said = tell("history", image, "--at", at)

    assert status == 0
    lines = [line.split() for line in said.splitlines()]
    assert lines[0][:2] == [image, "processing"]
    assert lines[1][:6] == ["as", "of", "event", "4", "of", "7,"]
    assert lines[2] == ["original", "jpeg", "3000", "x", "2000,", "4.2", "MB"]
    assert lines[5][:5] == ["thumbnail", "800", "x", "533", "jpeg,"]
    assert lines[6:] == [[name, "not", "there", "yet"] for name in ("medium", "large")]


def test_the_state_of_an_image_without_a_run_is_that_none_has_begun(tell: Tell, image: str) -> None:
    """Its original is not opened yet, so nothing but its size is known."""
    _, said = tell("history", image, "--at", "1")

    assert said.splitlines()[2:] == [
        "  original     4.2 MB, not opened yet",
        "  run          none has begun",
    ]


def test_what_was_lost_is_told_with_its_reason(tell: Tell, deployed: OnMoto) -> None:
    """In the state: which variants exist, which failed, and why the image did."""
    lost = VariantFailed(**vars(samples.failure("medium")))
    failed = ProcessingFailed(run_id=RUN, step="brand", code=lost.code, facts=lost.facts)
    appended(deployed.history, *samples.history()[:4], lost, failed)

    _, said = tell("history", IMAGE, "--at", "6")

    assert "medium       failed: no_room by brand (limit 400, actual 12)" in said
    assert "large        never came" in said
    assert "reason       no_room by brand (limit 400, actual 12)" in said


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("8", "--at 8: there is no version 8: the history has 1 to 7."),
        ("0", "--at 0: there is no version 0: the history has 1 to 7."),
        (
            "yesterday",
            "--at yesterday: that is neither a version nor a time such as 2026-11-23T12:00:00Z.",
        ),
        (
            "2026-11-23T11:59:59",
            "--at 2026-11-23T11:59:59: the image was not there yet,"
            " it arrived 2026-11-23 12:00:00 UTC.",
        ),
    ],
)
def test_a_moment_that_the_history_does_not_have_is_told(
    tell: Tell, image: str, at: str, told: str
) -> None:
    """With those that it has."""
    assert tell("history", image, "--at", at) == (1, f"{told}\n")


def test_the_history_as_json_has_all_that_is_recorded(tell: Tell, image: str) -> None:
    """The envelope, the facts, and the links by version."""
    _, said = tell("history", image, "--format", "json")

    told: dict[str, Any] = json.loads(said)
    assert (told["image_id"], told["state"], told["version"]) == (image, "complete", 7)
    assert [event["version"] for event in told["events"]] == list(range(1, 8))
    assert [event["cause"] for event in told["events"]] == [None, None, 2, 2, 2, 2, 2]
    assert told["events"][6]["since_first_ms"] == 6000
    assert told["events"][6]["since_previous_ms"] == 1000
    assert told["events"][2]["facts"]["width"] == 3000


def test_the_state_as_json_is_the_row_that_the_views_had_then(tell: Tell, image: str) -> None:
    """The same names as in the API's answers, and the version that it is folded from."""
    _, said = tell("history", image, "--at", "5", "--format", "json")

    told: dict[str, Any] = json.loads(said)
    assert (told["v"], told["state"], sorted(told["variants"])) == (
        5,
        "processing",
        ["medium", "thumbnail"],
    )
