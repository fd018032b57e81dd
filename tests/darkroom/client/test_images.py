"""The client knows what the API says, and when an image has come to its end."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from darkroom.client import Api, Client, Refused
from darkroom.client.answers import UNSETTLED
from darkroom.client.images import ENDINGS
from darkroom.client.media import content_type_of, ending_of
from darkroom.events import Ending, ImageDeleted
from darkroom.images import ImageState
from darkroom.uploads import MEDIA_TYPES
from steps.formats import TRAITS
from tests.darkroom.client.scripted import Reply, Script

NOT_FOUND = Reply(404, {"code": "not_found"})


def told(*types: str) -> Reply:
    """The events of these types, a second apart."""
    return Reply(
        body={
            "events": [
                {
                    "version": number,
                    "type": f"image.{each}",
                    "at": f"2026-11-23T12:00:{number:02}Z",
                    "facts": {},
                }
                for number, each in enumerate(types, start=1)
            ]
        }
    )


def image(state: str, **more: Any) -> Reply:
    """An image in that state."""
    body = {
        "image_id": "any",
        "version": 1,
        "state": state,
        "uploaded_at": "2026-11-23T12:00:00Z",
        "original": {"byte_size": 9},
        "variants": {},
        "missing": {},
        "reason": None,
    }
    return Reply(body=body | more)


@pytest.fixture
def client(script: Script) -> Client:
    """A client of the script."""
    return Client(Api(script.url))


@pytest.mark.parametrize(
    "types",
    [
        ("uploaded", "processing-started", "rejected"),
        ("uploaded", "processing-started", "processing-completed", "reupload-ignored"),
    ],
)
def test_following_stops_at_the_ending(
    client: Client, script: Script, types: tuple[str, ...]
) -> None:
    """Also where a second upload under the same form was ignored after it."""
    script.answer(NOT_FOUND, told(types[0]), told(*types))

    followed = [event.type.removeprefix("image.") for event in client.follow("any")]

    assert tuple(followed) == types


def test_following_an_image_without_an_ending_gives_up(client: Client, script: Script) -> None:
    """With a TimeoutError that names the image."""
    script.answer(told("uploaded", "processing-started"))

    with pytest.raises(TimeoutError, match="image any has no ending"):
        list(client.follow("any", within_s=0))


def test_an_image_is_waited_for_from_before_its_arrival(client: Client, script: Script) -> None:
    """Unknown, uploaded, processing, and then what came of it."""
    script.answer(NOT_FOUND, image("uploaded"), image("processing"), image("partial"))

    assert client.settled("any").state == "partial"
    assert len(script.asked) == 4


def test_what_has_not_changed_is_not_sent_again(client: Client, script: Script) -> None:
    """The API is asked by the tag of its last answer, and says so without a body."""
    first = image("processing")
    tagged = Reply(200, first.body, {"ETag": '"one"'})
    script.answer(tagged, Reply(304, b""), image("complete"))

    assert client.settled("any").state == "complete"
    told = [asked.headers.get("If-None-Match") for asked in script.asked]
    assert told == [None, '"one"', '"one"']


def test_the_end_of_the_run_before_is_no_end_of_this_one(client: Client, script: Script) -> None:
    """Until a run begins, an image stands as it did, though its history has the wish already."""
    noted = Reply(202, {"image_id": "any", "version": 8})
    script.answer(Reply(502), noted, image("complete", version=8), image("partial", version=12))

    asked = client.reprocess("any")

    assert client.settled("any", after=asked.version).state == "partial"
    first, second, *_ = (each.headers["Idempotency-Key"] for each in script.asked[:2])
    assert first == second


def test_waiting_for_somebody_elses_session_ends_at_once(client: Client, script: Script) -> None:
    """Only what is unknown may still come."""
    script.answer(Reply(401, {"code": "not_signed_in"}))

    with pytest.raises(Refused):
        client.settled("any")


def test_all_images_are_listed_over_all_pages(client: Client, script: Script) -> None:
    """One page is asked for at a time, with the cursor of the one before."""
    summary = {"state": "complete", "uploaded_at": "2026-11-23T12:00:00Z", "variants": []}
    pages = [("one", "next+1"), ("two", None)]
    script.answer(
        *(
            Reply(body={"images": [{"image_id": name, **summary}], "cursor": cursor})
            for name, cursor in pages
        )
    )

    listed = client.images()

    assert next(listed).image_id == "one"
    assert [asked.line for asked in script.asked] == ["GET /images"]
    assert [each.image_id for each in listed] == ["two"]
    assert script.asked[1].line == "GET /images?cursor=next%2B1"


def test_a_field_of_a_newer_api_is_passed_over(client: Client, script: Script) -> None:
    """A deployment may be newer than its clients."""
    script.answer(image("enlarged", admired=True))

    assert client.image("any").state == "enlarged"


def test_the_states_and_endings_are_those_of_the_platform() -> None:
    """The client names them itself, since it knows nothing of the code that runs there."""
    known = TypeAdapter(ImageState)

    assert {each.type for each in (*get_args(Ending), ImageDeleted)} == ENDINGS
    assert {known.validate_python(state) for state in UNSETTLED} == UNSETTLED


def test_media_types_and_endings_are_those_of_the_platform() -> None:
    """Of every format that is taken, and of every format that is written."""
    taken = {content_type_of(Path(f"a.{name.upper()}")) for name in MEDIA_TYPES}

    assert taken == set(MEDIA_TYPES.values())
    assert {name: ending_of(name) for name in TRAITS} == {
        name: traits.extension for name, traits in TRAITS.items()
    }
    assert content_type_of(Path("notes")) is None
