"""`reconcile` finds what was lost, says it, and does it unless it is only to look."""

import json

import pytest

from darkroom.events import ProcessingCancelled
from darkroom.ids import original_key, variant_key
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, RUN, another_image, appended
from tests.darkroom.cli.deployed import OnMoto, Tell

STARTED, UPLOADED, UNHEARD = REF, another_image(1), another_image(2)


@pytest.fixture
def lost(deployed: OnMoto) -> OnMoto:
    """A run that nobody ended, an image without a run, an upload that no event tells of."""
    appended(deployed.history, *samples.history()[:4], ref=STARTED)
    appended(deployed.history, samples.uploaded(), ref=UPLOADED)
    deployed.s3.put_object(
        Bucket=deployed.outputs["OriginalsBucket"],
        Key=original_key("photos", UNHEARD, OWNER),
        Body=b"a picture",
    )
    deployed.s3.put_object(
        Bucket=deployed.outputs["OriginalsBucket"], Key="notes.txt", Body=b"nobody's"
    )
    return deployed


def waiting(deployed: OnMoto) -> set[str]:
    """The images that messages in the intake queue are about."""
    found = deployed.sqs.receive_message(
        QueueUrl=deployed.outputs["QueueUrl"], MaxNumberOfMessages=10
    )
    return {json.loads(each["Body"])["image_id"] for each in found.get("Messages", [])}


def test_all_that_was_lost_is_done_and_told(tell: Tell, lost: OnMoto) -> None:
    """A line each; an object that no grant made is nobody's."""
    status, said = tell("reconcile", "--grace", "0")

    assert status == 0
    *lines, count = said.splitlines()
    assert count == "3 things done"
    assert lines[-1].startswith(f"{UNHEARD.image_id}  no event told of object version ")
    assert (
        f"{STARTED.image_id}  its run is behind its deadline: it ends by what is on record" in lines
    )
    assert "timed out at" in tell("why", STARTED.image_id)[1]
    assert tell("history", UNHEARD.image_id)[0] == 0
    assert waiting(lost) == {UPLOADED.image_id, UNHEARD.image_id}


def test_a_dry_run_says_the_same_and_does_nothing(tell: Tell, lost: OnMoto) -> None:
    """To look before it is done."""
    status, said = tell("reconcile", "--grace", "0", "--dry-run")

    assert status == 0
    assert said.splitlines()[-1] == "3 things to be done; nothing was"
    assert "is being processed" in tell("why", STARTED.image_id)[1]
    assert tell("history", UNHEARD.image_id)[0] == 1
    assert waiting(lost) == set()


def test_what_an_ended_run_left_behind_is_removed(tell: Tell, deployed: OnMoto) -> None:
    """First it is only looked at."""
    appended(deployed.history, *samples.history()[:2], ProcessingCancelled(run_id=RUN))
    left = variant_key("photos", REF, "1e" * 16, "jpg")
    deployed.s3.put_object(Bucket=deployed.outputs["VariantsBucket"], Key=left, Body=b"a variant")

    looked, done, again = (
        tell("reconcile", *words)[1] for words in (["--dry-run"], [], ["--grace", "0"])
    )

    told = f"{REF.image_id}  what no event names is removed: 1 object\n1 thing "
    assert looked == f"{told}to be done; nothing was\n"
    assert done == f"{told}done\n"
    assert again == "0 things done\n"


def test_only_the_named_images_are_seen_to(tell: Tell, lost: OnMoto) -> None:
    """However long ago they came; nothing is listed for it."""
    status, said = tell("reconcile", STARTED.image_id)

    assert (status, said.splitlines()) == (
        0,
        [
            f"{STARTED.image_id}  its run is behind its deadline: it ends by what is on record",
            "1 thing done",
        ],
    )
    assert waiting(lost) == set()
    assert tell("reconcile", UPLOADED.image_id)[1].endswith("1 thing done\n")
    assert waiting(lost) == {UPLOADED.image_id}


def test_an_image_that_cannot_be_seen_to_is_told(tell: Tell, lost: OnMoto) -> None:
    """One that no event tells of, and what is no image's id."""
    unknown, wrong = (tell("reconcile", each) for each in (UNHEARD.image_id, "lake.jpg"))

    assert unknown == (1, unknown[1])
    assert unknown[1].startswith(f"No event tells of image {UNHEARD.image_id}")
    assert wrong[1].startswith("'lake.jpg' is no image's id")


def test_what_came_just_now_is_left_to_those_who_are_at_it(tell: Tell, lost: OnMoto) -> None:
    """An announcement may be on its way: a quarter of an hour by default."""
    _, said = tell("reconcile")

    assert UNHEARD.image_id not in said
    assert said.splitlines()[-1] == "2 things done"
