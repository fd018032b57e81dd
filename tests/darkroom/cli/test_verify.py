"""`verify` finds every history that is not what was appended, and says so to scripts as well."""

import pytest

from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import REF, another_image, appended
from tests.darkroom.cli.deployed import OnMoto, Tell

OTHER = another_image(1, tenant="blue")


@pytest.fixture
def image(deployed: OnMoto) -> str:
    """The id of an image with a whole history and a view."""
    appended(deployed.history, *samples.history())
    project([REF], deployed.history, deployed.views)
    return REF.image_id


def test_a_sound_history_exits_with_0_and_tells_its_head(
    tell: Tell, image: str, deployed: OnMoto
) -> None:
    """The hash of the newest event: noted elsewhere, it is an anchor for all before it."""
    status, said = tell("verify", image)

    head = deployed.history.load(REF).events[-1].hash
    assert (status, said) == (0, f"{image}  tenant main  sound: 7 events, 7:{head}\n")


def test_an_edited_event_exits_with_3(tell: Tell, image: str, deployed: OnMoto) -> None:
    """It is named by its version."""
    deployed.change(REF, 3, by="somebody else")

    assert tell("verify", image) == (
        3,
        f"{image}  tenant main  broken: event 3 was changed after it was written\n",
    )


def test_a_removed_event_exits_with_3(tell: Tell, image: str, deployed: OnMoto) -> None:
    """Also the first, which makes the rest no image at all."""
    deployed.vandal.remove(REF, 1)

    assert tell("verify", image)[0] == 3
    assert "broken: event 1 is not there" in tell("verify", "--all")[1]


def test_newest_events_that_were_cut_off_are_found_by_the_view(
    tell: Tell, image: str, deployed: OnMoto
) -> None:
    """The chain alone would hold."""
    deployed.vandal.remove(REF, 7)

    status, said = tell("verify", image)

    assert status == 3
    assert "event 7 was seen, and is not there: the newest are gone" in said


def test_a_history_that_was_written_anew_is_found_by_what_was_noted(
    tell: Tell, image: str, deployed: OnMoto
) -> None:
    """Its chain holds, and its view tells a version only."""
    noted = tell("verify", image)[1].split()[-1]
    for version in range(1, 8):
        deployed.vandal.remove(REF, version)
    appended(deployed.history, *samples.history()[:3], *map(samples.rendered, "abc"))
    appended(deployed.history, samples.completed())

    assert tell("verify", image)[0] == 0
    status, said = tell("verify", image, "--seen", noted)
    assert status == 3
    assert "event 7 is another than the one that was seen" in said


@pytest.mark.parametrize("seen", ["7", "seven:hash", "7:abc"])
def test_what_was_not_told_by_verify_is_no_note(tell: Tell, image: str, seen: str) -> None:
    """It is refused, and nothing is verified by a part of it."""
    status, said = tell("verify", image, "--seen", seen)

    assert status == 1
    assert "write VERSION:HASH" in said


def test_a_view_that_is_behind_is_no_harm(tell: Tell, deployed: OnMoto) -> None:
    """It will catch up; nor is an image harmed that has none yet."""
    appended(deployed.history, *samples.history()[:2])
    project([REF], deployed.history, deployed.views)
    appended(deployed.history, samples.validated())

    assert tell("verify", REF.image_id)[0] == 0


def test_an_event_of_newer_code_is_no_break_and_no_success(
    tell: Tell, image: str, deployed: OnMoto
) -> None:
    """1: this checkout cannot say."""
    deployed.change(REF, 5, t="image.admired")

    status, said = tell("verify", image)

    assert status == 1
    assert "not read: newer code wrote image.admired of version 1; use its checkout" in said


def test_all_histories_are_verified_and_only_the_broken_ones_told(
    tell: Tell, image: str, deployed: OnMoto
) -> None:
    """Of all tenants, with a count; one that is broken stops no other."""
    appended(deployed.history, *samples.history()[:3], ref=OTHER)
    deployed.change(OTHER, 2, d=samples.started(n=4).data())

    status, said = tell("verify", "--all")

    assert status == 3
    assert said.splitlines() == [
        f"{OTHER.image_id}  tenant blue  broken: event 2 was changed after it was written",
        "2 histories, 7 events: 1 broken, 0 not read",
    ]


def test_all_of_nothing_is_sound(tell: Tell) -> None:
    """A deployment that was not used yet."""
    assert tell("verify", "--all") == (0, "0 histories, 0 events: 0 broken, 0 not read\n")


@pytest.mark.parametrize("words", [[], [REF.image_id, "--all"]])
def test_one_history_or_all_has_to_be_said(tell: Tell, words: list[str]) -> None:
    """Neither is guessed."""
    assert tell("verify", *words) == (1, "Say which history to verify: IMAGE, or --all.\n")


def test_an_image_without_a_history_is_unknown(tell: Tell) -> None:
    """As for the other verbs: nothing was verified."""
    status, said = tell("verify", REF.image_id)

    assert status == 1
    assert said.startswith("No event tells of image")
