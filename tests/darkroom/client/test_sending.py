"""A picture goes out in pieces, as a form that S3 takes, and the same again if need be."""

import hashlib
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import pytest

from darkroom.client import Api, Client, Grant, Source
from darkroom.client.transport import Transport
from tests.darkroom.client.scripted import Asked, Reply, Script

PICTURE = bytes(range(256)) * 1000  # four pieces, the last one shorter
FIELDS = {"key": "photos/main/ada/01", "x-amz-meta-file-name": "caf%C3%A9.jpg"}


@pytest.fixture(params=["file", "bytes"])
def content(request: pytest.FixtureRequest, tmp_path: Path) -> Path | bytes:
    """The picture as either kind of source."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(PICTURE)
    return path if request.param == "file" else PICTURE


def grant(script: Script) -> Grant:
    """A grant to send a picture to the script."""
    upload = {"url": f"{script.url}/originals", "fields": FIELDS}
    return Grant.model_validate(
        {"image_id": "any", "upload": upload, "expires_at": "2026-11-23T12:00:00Z"}
    )


def fields(asked: Asked) -> list[tuple[str, bytes]]:
    """Read a form as servers do: the name and the content of each field."""
    head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + asked.body)
    return [
        (
            part["Content-Disposition"].params["name"],
            part.get_payload(decode=True).removesuffix(b"\r\n"),
        )
        for part in form.iter_parts()
    ]


def test_a_form_has_its_fields_and_then_the_picture(script: Script, content: Path | bytes) -> None:
    """S3 passes over what comes after `file`; it wants to know the length beforehand."""
    script.answer(Reply(204, b""))

    Client(Api(script.url)).send(grant(script), Source(content))

    (asked,) = script.asked
    told = [(name, value.encode()) for name, value in FIELDS.items()]
    assert asked.line == "POST /originals"
    assert asked.headers["Content-Length"] == str(len(asked.body))
    assert "Authorization" not in asked.headers
    assert fields(asked) == [*told, ("file", PICTURE)]


def test_what_is_sent_again_is_the_whole_picture(script: Script, content: Path | bytes) -> None:
    """And its progress begins anew."""
    script.answer(Reply(503), Reply(204, b""))
    heard: list[int] = []
    transport = Transport(sleep=lambda _: None)

    Client(Api(script.url, transport=transport)).send(grant(script), Source(content, heard.append))

    assert script.asked[0].body == script.asked[1].body
    once = [65536, 131072, 196608, 256000]
    assert heard == once * 2


def test_a_picture_is_asked_for_by_its_length(script: Script, content: Path | bytes) -> None:
    """The grant is for so many bytes, of this type; the name is data."""
    script.answer(Reply(201, grant(script).model_dump(mode="json")), Reply(204, b""))

    sent = Client(Api(script.url)).upload("café.jpg", "image/jpeg", Source(content))

    assert sent == "any"
    assert script.asked[0].json() == {
        "file_name": "café.jpg",
        "content_type": "image/jpeg",
        "byte_size": len(PICTURE),
    }


def test_the_digest_is_that_of_the_bytes(content: Path | bytes) -> None:
    """Read in pieces."""
    assert Source(content).sha256() == hashlib.sha256(PICTURE).digest()
