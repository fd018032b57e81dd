"""The bucket's object versions come as S3 would have announced them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from darkroom.adapters.s3_arrivals import S3Arrivals

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def s3(session: boto3.Session) -> Iterator["S3Client"]:
    with mock_aws():
        client = session.client("s3")
        where = {"LocationConstraint": session.region_name}
        client.create_bucket(Bucket="originals", CreateBucketConfiguration=where)  # type: ignore[arg-type]
        client.put_bucket_versioning(
            Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
        )
        yield client


def test_every_version_is_listed_and_those_of_a_key_oldest_first(s3: "S3Client") -> None:
    """The first one is the image; S3 itself lists the newest first."""
    put = [
        (key, s3.put_object(Bucket="originals", Key=key, Body=body))
        for key, body in (("b", b"1"), ("b", b"22"), ("a", b"333"), ("b", b"4444"), ("c", b""))
    ]

    found = [arrival for arrival, _ in S3Arrivals(s3, "originals").all()]

    order = (2, 0, 1, 3, 4)
    assert [each.key for each in found] == [put[n][0] for n in order]
    assert [each.version_id for each in found] == [put[n][1]["VersionId"] for n in order]
    assert [each.byte_size for each in found] == [3, 1, 2, 4, 0]
    assert [each.etag for each in found] == [put[n][1]["ETag"].strip('"') for n in order]


def test_a_deleted_object_is_listed_by_the_versions_that_are_left(s3: "S3Client") -> None:
    """The mark that hides it is no version of it."""
    s3.put_object(Bucket="originals", Key="a", Body=b"1")
    s3.delete_object(Bucket="originals", Key="a")

    assert [each.key for each, _ in S3Arrivals(s3, "originals").all()] == ["a"]


def test_an_empty_bucket_has_none(s3: "S3Client") -> None:
    """Nothing was uploaded yet."""
    assert list(S3Arrivals(s3, "originals").all()) == []


def test_a_listing_can_begin_behind_a_key(s3: "S3Client") -> None:
    """Of that key no version is listed, so whoever has seen to it goes on."""
    for key in ("a", "b", "b", "c"):
        s3.put_object(Bucket="originals", Key=key, Body=b"1")

    found = [each.key for each, _ in S3Arrivals(s3, "originals").all(after="a")]

    assert found == ["b", "b", "c"]
