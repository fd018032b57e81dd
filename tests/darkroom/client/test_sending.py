"""A picture goes out in pieces, as it was granted, and the same again if need be."""

import hashlib
from pathlib import Path

import pytest

from darkroom.client import Api, Client, Grant, Source
from darkroom.client.transport import Transport
from tests.darkroom.client import bodies
from tests.darkroom.client.scripted import Reply, Script

PICTURE = bytes(range(256)) * 1000  # four pieces, the last one shorter
PIECES = [65536, 131072, 196608, 256000]


@pytest.fixture(params=["file", "bytes"])
def content(request: pytest.FixtureRequest, tmp_path: Path) -> Path | bytes:
    """The picture as either kind of source."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(PICTURE)
    return path if request.param == "file" else PICTURE


@pytest.fixture
def client(script: Script) -> Client:
    """A client that does not wait in pauses."""
    return Client(Api(script.url, lambda: "token", Transport(sleep=lambda _: None)))


def granted(script: Script) -> Grant:
    """A grant to send a picture to the script."""
    return Grant.model_validate(bodies.grant(script).body)


def test_a_picture_is_sent_with_the_headers_of_its_grant(
    client: Client, script: Script, content: Path | bytes
) -> None:
    """They are signed, and so is the length; who sends it, the signature says alone."""
    script.answer(Reply(200, b""))

    client.send(granted(script), Source(content))

    (asked,) = script.asked
    assert asked.line == "PUT /originals"
    assert asked.body == PICTURE
    assert asked.headers["Content-Length"] == str(len(PICTURE))
    assert asked.headers.items() >= granted(script).put.headers.items()
    assert "Authorization" not in asked.headers


def test_what_is_sent_again_is_the_whole_picture(
    client: Client, script: Script, content: Path | bytes
) -> None:
    """And its progress begins anew."""
    heard: list[int] = []
    script.answer(Reply(503), Reply(0), Reply(200, b""))

    client.send(granted(script), Source(content, heard.append))

    assert [asked.body for asked in script.asked] == [PICTURE] * 3
    assert heard == PIECES * 3


def test_a_picture_that_is_there_already_has_been_sent(client: Client, script: Script) -> None:
    """The try before was taken, and its answer lost: a grant's key is for this picture alone."""
    script.answer(Reply(0), Reply(412, b"<Error><Code>PreconditionFailed</Code></Error>"))

    client.send(granted(script), Source(PICTURE))

    assert len(script.asked) == 2


def test_a_picture_is_asked_for_by_its_length_and_its_digest(
    client: Client, script: Script, content: Path | bytes
) -> None:
    """The grant is for these bytes, of this type; the name is data."""
    script.answer(bodies.grant(script), Reply(200, b""))

    sent = client.upload("café.jpg", "image/jpeg", Source(content))

    assert sent == granted(script).image_id
    assert script.asked[0].json() == {
        "file_name": "café.jpg",
        "content_type": "image/jpeg",
        "byte_size": len(PICTURE),
        "sha256": hashlib.sha256(PICTURE).hexdigest(),
    }
