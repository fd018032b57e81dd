"""What a user sees of their images: in lines for people, and as JSON for programs."""

import json
import re

import pytest

from darkroom.cli.user_arguments import STATES
from darkroom.events import ImageRejected, ProcessingFailed, VariantFailed
from darkroom.images import ImageState
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, another_image
from tests.darkroom.cli.user import User
from tests.darkroom.client import bodies
from tests.darkroom.client.scripted import Reply

IMAGE = REF.image_id
SHOWN = f"GET /images/{IMAGE}"
REJECTED = ImageRejected(
    run_id=RUN, step="check", code="truncated", facts={"limit": None, "actual": 1200}
)


def test_images_are_listed_over_all_pages_up_to_the_limit(user: User) -> None:
    """Newest first, as they come; that there are more is told."""
    pages = [
        bodies.page(*map(another_image, numbers), cursor=cursor, of=samples.history())
        for numbers, cursor in (((5, 4), "next"), ((3, 2), None))
    ]
    user.script.answer(*pages, to="GET /images")

    said = user.run("ls", "--limit", "3")

    assert said.out.splitlines() == [
        *(
            f"{another_image(number).image_id}  complete  2026-11-23 12:00:00 UTC"
            "  thumbnail, medium, large"
            for number in (5, 4, 3)
        ),
        "there are more: --limit, --all",
    ]


def test_images_are_listed_by_their_state(user: User) -> None:
    """Nothing is told of more where there is none of that state."""
    nothing = bodies.page(of=samples.history())
    user.script.answer(bodies.page(REF, of=samples.history()), nothing, to="GET /images")

    assert IMAGE in user.run("ls", "--state", "complete").out
    assert user.run("ls", "--state", "rejected").out == "no images\n"
    assert [asked.line for asked in user.script.asked] == [
        "GET /images?state=complete",
        "GET /images?state=rejected",
    ]


def test_a_list_as_json_has_what_the_api_answers(user: User) -> None:
    """An array, empty where there is nothing."""
    pages = bodies.page(REF, of=samples.history()), bodies.page(of=samples.history())
    user.script.answer(*pages, to="GET /images")

    (listed,) = json.loads(user.run("ls", "--format", "json").out)

    assert (listed["image_id"], listed["state"]) == (IMAGE, "complete")
    assert json.loads(user.run("ls", "--format", "json").out) == []


def test_an_image_is_shown_with_its_variants(user: User) -> None:
    """Each with its size."""
    user.script.answer(bodies.image(*samples.history()), to=SHOWN)

    assert user.run("show", IMAGE.lower()).out.splitlines() == [
        f"{IMAGE}  complete  2026-11-23 12:00:00 UTC",
        "  original     jpeg 3000 x 2000, 4.2 MB",
        "  thumbnail    800 x 533 jpeg, 80.4 kB",
        "  medium       800 x 533 jpeg, 80.4 kB",
        "  large        800 x 533 jpeg, 80.4 kB",
    ]


def test_an_image_that_failed_is_shown_with_the_reason(user: User) -> None:
    """With the step, the limit and the actual value, of each variant and of the image; the cure."""
    lost = VariantFailed(**vars(samples.failure("medium")))
    failed = ProcessingFailed(run_id=RUN, step="brand", code=lost.code, facts=lost.facts)
    user.script.answer(bodies.image(*samples.history()[:4], lost, failed), to=SHOWN)

    assert user.run("show", IMAGE).out.splitlines()[1:] == [
        "  original     jpeg 3000 x 2000, 4.2 MB",
        "  medium       missing: no_room by brand (limit 400, actual 12)",
        "  reason       no_room by brand (limit 400, actual 12)",
        "  cure         docs/steps tells what the codes of a step mean.",
    ]


def test_an_image_as_json_is_the_api_s_answer(user: User) -> None:
    """To the field, but for those that are newer than this checkout."""
    answer = bodies.image(*samples.history())
    user.script.answer(answer, to=SHOWN)

    assert json.loads(user.run("show", IMAGE, "--format", "json").out) == answer.body


@pytest.mark.parametrize("words", [("events",), ("events", "--follow")], ids=" ".join)
def test_events_are_told_with_the_time_since_the_first(user: User, words: tuple[str, ...]) -> None:
    """Followed, up to the ending, which is there."""
    happened = (samples.uploaded(), samples.started(), REJECTED)
    user.script.answer(bodies.events(*happened), to=f"{SHOWN}/events")

    assert user.run(*words, IMAGE).out.splitlines() == [
        "  1       0 ms  uploaded               4.2 MB, version v1",
        "  2   1,000 ms  processing-started     photos promises thumbnail, medium, large",
        "  3   2,000 ms  rejected               truncated by check (actual 1200)",
    ]


def test_events_as_json_are_an_object_a_line(user: User) -> None:
    """So that a program can read them as they happen."""
    answer = bodies.events(samples.uploaded(), samples.started(), REJECTED)
    user.script.answer(answer, to=f"{SHOWN}/events")

    lines = user.run("events", IMAGE, "--follow", "--format", "json").out.splitlines()

    assert {"events": [json.loads(line) for line in lines]} == answer.body


def test_an_ending_that_does_not_come_is_given_up(user: User) -> None:
    """What happened so far is told; where it stands can be asked for later."""
    user.script.answer(bodies.events(samples.uploaded()), to=f"{SHOWN}/events")

    said = user.run("events", IMAGE, "--follow", "--within", "0")

    assert said.status == 1
    assert "uploaded" in said.out
    assert "has no ending after 0 s" in said.err


@pytest.mark.parametrize("verb", ["show", "events", "get"])
def test_an_unknown_image_and_what_is_no_id_are_told_apart(user: User, verb: str) -> None:
    """The second is not asked for."""
    user.script.answer(Reply(404, {"code": "not_found", "image_id": IMAGE}))

    assert "among your images" in user.run(verb, IMAGE).err
    assert "'photo.jpg' is no image's id" in user.run(verb, "photo.jpg").err
    assert len(user.script.asked) == 1


def test_the_states_to_choose_from_are_those_that_a_list_can_show() -> None:
    """The arguments name them themselves, since they import nothing."""
    all_ = re.findall(r"'([a-z_]+)'", str(ImageState))

    assert {*STATES, "deleted"} == set(all_)


def test_a_request_that_the_api_does_not_take_is_told_by_its_mistakes(user: User) -> None:
    """Each by its place; an API that says none is no crash."""
    mistake = {"where": "query.limit", "what": "Input should be less than 100"}
    malformed = {"code": "malformed_request"}
    user.script.answer(Reply(400, {**malformed, "errors": [mistake]}), Reply(400, malformed))

    told = "The API does not take that: "
    assert user.run("ls").err == f"{told}query.limit: Input should be less than 100.\n"
    assert user.run("ls").err == f"{told}it does not say why.\n"
