"""Answers that a client may keep: asked for again by their ETag, they cost no body."""

from collections.abc import Callable
from typing import Any

import pytest

from darkroom.handlers import auth, images
from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended

Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any) -> Read:
    """Answer a GET of a user who knows an ETag."""

    def answer(path: str, known: str | None = None) -> dict[str, Any]:
        event = request_of("GET", path)
        if known is not None:
            event["headers"]["if-none-match"] = known
        answer: dict[str, Any] = images.handler(event, context)
        return answer

    return answer


def happened(cloud: Any, *events: Any) -> None:
    appended(cloud.history, *events)
    project([REF], cloud.history, cloud.views)


@pytest.mark.parametrize("path", ["", "/events"])
def test_an_image_that_has_not_changed_is_not_sent_again(cloud: Any, read: Read, path: str) -> None:
    """304 without a body; and whole again, with another tag, once something has happened."""
    first, *more = samples.history()
    happened(cloud, first)
    answer = read(f"/images/{REF.image_id}{path}")
    (tag,) = answer["multiValueHeaders"]["ETag"]

    known = read(f"/images/{REF.image_id}{path}", tag)
    happened(cloud, *more)
    changed = read(f"/images/{REF.image_id}{path}", tag)

    assert (answer["statusCode"], known["statusCode"], changed["statusCode"]) == (200, 304, 200)
    assert known["body"] == ""
    assert known["multiValueHeaders"] == {
        "Cache-Control": ["private, no-cache"],
        "ETag": [tag],
    }
    assert changed["multiValueHeaders"]["ETag"] != [tag]


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('"other"', 200),
        ("", 200),
        ("*", 200),
        ('"', 200),
    ],
)
def test_a_tag_is_found_among_those_that_are_known(
    cloud: Any, read: Read, known: str, status: int
) -> None:
    """Weakened by a proxy as well. `*` is for writing; whatever it says, an answer is right."""
    (tag,) = read("/images")["multiValueHeaders"]["ETag"]

    assert read("/images", known.format(tag=tag))["statusCode"] == status


def test_links_and_refusals_are_not_kept(cloud: Any, read: Read) -> None:
    """A link is worth money for five minutes; a refusal may be over in one."""
    happened(cloud, *samples.history())

    link = read(f"/images/{REF.image_id}/variants/medium")
    refused = read(f"/images/{REF.image_id}/variants/nothing")

    assert link["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    assert not {"ETag"} & {*link["multiValueHeaders"], *refused["multiValueHeaders"]}


def test_the_description_of_the_api_is_served_to_anybody(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any
) -> None:
    """As it is committed; and not again to whoever has it."""
    event = request_of("GET", "/openapi.json")
    del event["requestContext"]["authorizer"]
    answer = auth.handler(event, context)
    event["headers"]["If-None-Match"] = answer["multiValueHeaders"]["ETag"][0]

    assert answer["statusCode"] == 200
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert '"openapi"' in answer["body"]
    assert auth.handler(event, context)["statusCode"] == 304
