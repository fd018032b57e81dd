"""Uploads on the embedded cloud: what S3 takes by a grant, and what comes of anything else."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import boto3
import pytest
import requests
from aws import Aws
from botocore.config import Config
from users import posted

from darkroom.adapters.s3 import S3Uploads
from darkroom.client import Client
from darkroom.ids import original_key
from darkroom.testing.samples import OWNER, another_image
from steps.testing.sources import jpeg

PICTURE = jpeg(64, 48)
OTHER = PICTURE[:-3] + b"\0" + PICTURE[-2:]  # as long, and sound enough to be decoded


def asked(client: Client, **more: Any) -> dict[str, Any]:
    """Return a grant for the picture."""
    body = {"file_name": "picture.jpg", "content_type": "image/jpeg", "byte_size": len(PICTURE)}
    answer = requests.post(
        f"{client.api.url}/images",
        json={**body, **more},
        headers={"Authorization": f"Bearer {client.api.token()}"},
        timeout=30,
    )
    answer.raise_for_status()
    grant: dict[str, Any] = answer.json()
    return grant


def put(grant: Mapping[str, Any], content: bytes, **changed: str | None) -> int:
    """PUT `content` as granted, but for some headers; None leaves one out. Return the status."""
    headers = {**grant["put"]["headers"], **{k.replace("_", "-"): v for k, v in changed.items()}}
    told = {name: value for name, value in headers.items() if value is not None}
    return requests.put(grant["put"]["url"], data=content, headers=told, timeout=30).status_code


def told(client: Client, image_id: str) -> list[str]:
    return [event.type.removeprefix("image.") for event in client.events(image_id)]


def test_a_picture_that_is_put_is_taken_once(ada: Client, aws: Aws) -> None:
    """The second is refused by S3 itself, also after the image came to its end."""
    grant = asked(ada, sha256=sha256(PICTURE).hexdigest())

    assert put(grant, PICTURE) == 200
    assert put(grant, PICTURE) == 412
    assert ada.settled(grant["image_id"]).state == "complete"
    assert put(grant, PICTURE) == 412
    assert len(aws.originals_of(grant["image_id"])) == 1
    assert told(ada, grant["image_id"]).count("uploaded") == 1


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (PICTURE + b"!", {}),
        (PICTURE[:-1], {}),
        (b"", {}),
        (PICTURE, {"Content_Type": "text/html"}),
        (PICTURE, {"If_None_Match": None}),
        (PICTURE, {"x_amz_meta_file_name": "other.jpg"}),
        (PICTURE, {"x_amz_meta_owner_name": "Mallory"}),
        (PICTURE, {"x_amz_meta_sha256": "0" * 64}),
        (PICTURE, {"x_amz_checksum_sha256": None}),
    ],
    ids=[
        *("larger", "smaller", "empty", "type", "may overwrite", "file's name", "owner's name"),
        *("digest", "no checksum"),
    ],
)
def test_a_put_of_anything_else_is_refused(
    ada: Client, aws: Aws, content: bytes, changed: dict[str, str | None]
) -> None:
    """403, and nothing is stored: each header is signed, and so is the length."""
    grant = asked(ada, sha256=sha256(PICTURE).hexdigest())

    assert put(grant, content, **changed) == 403
    assert aws.originals_of(grant["image_id"]) == []


def test_another_key_is_refused(ada: Client, aws: Aws) -> None:
    """Also one of an image of one's own."""
    first, second = asked(ada), asked(ada)
    url = first["put"]["url"].replace(first["image_id"], second["image_id"])

    answer = requests.put(url, data=PICTURE, headers=first["put"]["headers"], timeout=30)

    assert answer.status_code == 403
    assert aws.originals_of(second["image_id"]) == []


def test_what_has_expired_is_refused_in_both_ways(aws: Aws) -> None:
    """As our functions sign it, but for a second only."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    s3 = boto3.client("s3", config=config, **aws.cloud.client_options)
    uploads, ref = S3Uploads(s3, aws.deployed.originals_bucket), another_image(7)
    key, life = original_key("photos", ref, OWNER), timedelta(seconds=1)
    fixed = {"Content-Type": "image/jpeg"}
    form = uploads.form(key, fields=fixed, byte_size=len(PICTURE), life=life)
    granted = uploads.put(key, headers=fixed, byte_size=len(PICTURE), life=life)
    time.sleep(2)

    assert posted(form.url, form.fields, PICTURE).status_code == 403
    assert put({"put": {"url": granted.url, "headers": granted.headers}}, PICTURE) == 403
    assert aws.originals_of(ref.image_id) == []


def test_a_form_that_is_used_again_makes_one_version_which_is_removed(
    ada: Client, aws: Aws
) -> None:
    """S3 has no condition for forms: one fact tells of it, and the image stays as it was."""
    grant = asked(ada, form=True)
    posted(**grant["form"], content=PICTURE).raise_for_status()
    before = ada.settled(grant["image_id"])

    posted(**grant["form"], content=OTHER).raise_for_status()
    _until(lambda: "reupload-ignored" in told(ada, grant["image_id"]))
    aws.left_one_original(grant["image_id"])

    events = told(ada, grant["image_id"])
    after = ada.image(grant["image_id"])
    assert (events.count("reupload-ignored"), events.count("processing-started")) == (1, 1)
    assert (after.state, after.variants) == ("complete", before.variants)


def test_other_bytes_than_were_announced_are_refused_by_s3(ada: Client, aws: Aws) -> None:
    """Of the right length: the checksum is one of the signed headers. Nothing is stored."""
    grant = asked(ada, sha256=sha256(PICTURE).hexdigest())

    assert put(grant, OTHER) == 400
    assert aws.originals_of(grant["image_id"]) == []


def test_other_bytes_that_come_by_a_form_are_refused_by_the_stage(ada: Client) -> None:
    """A form carries no checksum that S3 would check."""
    grant = asked(ada, sha256=sha256(PICTURE).hexdigest(), form=True)

    posted(**grant["form"], content=OTHER).raise_for_status()
    image = ada.settled(grant["image_id"])

    assert image.reason is not None
    assert (image.state, image.reason.code) == ("rejected", "digest_mismatch")
    assert image.variants == {}


def test_what_did_not_arrive_is_given_back(aws: Aws, new_user: Callable[[str], Client]) -> None:
    """A form takes fewer bytes than were asked for, and only those count in the end."""
    client = new_user("Frugal")
    grant = asked(client, byte_size=1_000_000, form=True)
    posted(**grant["form"], content=PICTURE).raise_for_status()
    client.settled(grant["image_id"])

    _until(lambda: aws.bytes_granted(grant["form"]["fields"]["key"]) == len(PICTURE))


def _until(holds: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)
