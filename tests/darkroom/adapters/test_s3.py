"""Originals, variants, forms and links on S3: one version, once, for a while."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from darkroom.adapters.s3 import S3Links, S3Originals, S3Uploads, S3Variants
from darkroom.errors import NotFound
from darkroom.objects import Original, Stored
from darkroom.retrieval import Disposition

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "photos/main/somebody/01JDA7Q0G0ABCDEFGHJKMNPQRS"
LIFE = timedelta(minutes=5)


@pytest.fixture
def s3(session: boto3.Session) -> Iterator["S3Client"]:
    with mock_aws():
        client = session.client("s3", config=Config(signature_version="s3v4"))
        for bucket in ("originals", "variants"):
            client.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            )
        client.put_bucket_versioning(
            Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
        )
        yield client


def put(client: "S3Client", content: bytes, **metadata: str) -> tuple[str, str]:
    """Upload an original; return its version and etag as S3 announces them, without quotes."""
    answer = client.put_object(Bucket="originals", Key=KEY, Body=content, Metadata=metadata)
    return answer["VersionId"], answer["ETag"].strip('"')


def test_an_original_is_read_at_exactly_its_version(s3: "S3Client") -> None:
    """What came later under the key is another picture."""
    first, second = put(s3, b"first"), put(s3, b"second")
    originals = S3Originals(s3, "originals")

    assert originals.read(KEY, *first) == Original(b"first")
    assert originals.read(KEY, *second) == Original(b"second")


@pytest.mark.parametrize("name", ["Ada Lovelace", "写真家", "a+b%20c", "é\n", "©"])
def test_names_come_back_as_they_were_given(s3: "S3Client", name: str) -> None:
    """They travel percent-encoded, since S3 keeps ASCII."""
    version = put(s3, b"x", **{"owner-name": quote(name), "file-name": quote(f"{name}.jpg")})

    read = S3Originals(s3, "originals").read(KEY, *version)

    assert (read.owner_name, read.file_name) == (name, f"{name}.jpg")


def test_tags_come_back_by_their_names(s3: "S3Client") -> None:
    """And nothing else that lies there is taken for one."""
    version = put(s3, b"x", **{"tag-credit_line": quote("写真: Ada"), "tags": "other"})

    read = S3Originals(s3, "originals").read(KEY, *version)

    assert read.tags == {"credit_line": "写真: Ada"}


def test_an_original_that_is_gone_or_another_is_not_found(s3: "S3Client") -> None:
    """Deleted, never there, or with other bytes than were announced."""
    version_id, etag = put(s3, b"x")
    originals = S3Originals(s3, "originals")

    with pytest.raises(NotFound):
        originals.read(KEY, version_id, "0" * 32)
    with pytest.raises(NotFound):
        originals.read("no/such/key", version_id, etag)
    s3.delete_object(Bucket="originals", Key=KEY, VersionId=version_id)
    with pytest.raises(NotFound):
        originals.read(KEY, version_id, etag)


def test_a_bucket_that_is_not_there_is_an_error_and_no_missing_original(s3: "S3Client") -> None:
    """The engine tries again; the image has not failed."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        S3Originals(s3, "no-such-bucket").read(KEY, "v1", "e")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        S3Variants(s3, "no-such-bucket").write("k.jpg", b"x", "image/jpeg")


def test_a_variant_is_written_once(s3: "S3Client") -> None:
    """Whoever writes it again changes nothing, and is told what lies there."""
    variants = S3Variants(s3, "variants")

    first = variants.write("k.jpg", b"the bytes", "image/jpeg")
    again = variants.write("k.jpg", b"never others", "image/png")

    assert first == again == Stored.of(b"the bytes")

    stored = s3.get_object(Bucket="variants", Key="k.jpg")
    assert stored["Body"].read() == b"the bytes"
    assert stored["ContentType"] == "image/jpeg"
    assert stored["CacheControl"] == "private, max-age=31536000, immutable"


def test_a_form_admits_one_key_its_fields_and_so_many_bytes(s3: "S3Client") -> None:
    """Each is a condition of the signed policy, and so is the bucket; nothing is left open."""
    fields = {"Content-Type": "image/jpeg", "x-amz-meta-file-name": "lake.jpg"}

    form = S3Uploads(s3, "originals").form(KEY, fields=fields, byte_size=1234, life=LIFE)

    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    told = [each for each in policy["conditions"] if isinstance(each, dict)]
    conditions = {name: value for each in told for name, value in each.items()}
    assert {**fields, "key": KEY, "bucket": "originals"}.items() <= conditions.items()
    assert ["content-length-range", 1, 1234] in policy["conditions"]
    assert not any(each[0] == "starts-with" for each in policy["conditions"] if each not in told)
    assert {**fields, "key": KEY}.items() <= form.fields.items()
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_a_put_admits_one_key_its_headers_and_one_size_and_overwrites_nothing(
    s3: "S3Client",
) -> None:
    """Each is a signed header, and so is the length; the client has to send them all."""
    headers = {
        "Content-Type": "image/jpeg",
        "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "x-amz-meta-file-name": "lake.jpg",
    }

    put = S3Uploads(s3, "originals").put(KEY, headers=headers, byte_size=1234, life=LIFE)

    asked = parse_qs(urlsplit(put.url).query)
    signed = set(asked["X-Amz-SignedHeaders"][0].split(";"))
    sent = {name.lower() for name in put.headers}
    assert urlsplit(put.url).path.endswith(f"/{KEY}")
    assert put.headers == {**headers, "If-None-Match": "*"}
    assert signed == {"host", "content-length", *sent}
    assert asked["X-Amz-Expires"] == ["300"]


def test_a_digest_comes_back_with_the_bytes(s3: "S3Client") -> None:
    """As it was told at the upload; there is none where none was."""
    told, untold = put(s3, b"x", sha256="ab" * 32), put(s3, b"y")
    originals = S3Originals(s3, "originals")

    assert originals.read(KEY, *told).sha256 == "ab" * 32
    assert originals.read(KEY, *untold).sha256 is None


@pytest.mark.parametrize("disposition", ["inline", "attachment"])
def test_a_link_serves_the_variant_for_its_life_and_as_what_it_is(
    s3: "S3Client", disposition: Disposition
) -> None:
    """The media type, the name and whether it is shown or saved are signed with it."""
    link = S3Links(s3, "variants").get(
        "k.jpg",
        media_type="image/jpeg",
        file_name="x-medium.jpg",
        disposition=disposition,
        life=LIFE,
    )

    asked = parse_qs(urlsplit(link).query)
    assert urlsplit(link).path.endswith("/k.jpg")
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["response-content-type"] == ["image/jpeg"]
    assert asked["response-content-disposition"] == [f'{disposition}; filename="x-medium.jpg"']
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
