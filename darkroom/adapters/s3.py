"""Originals, variants, uploads and links, over S3."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from botocore.exceptions import ClientError

from darkroom.errors import NotFound
from darkroom.objects import Original, Stored
from darkroom.retrieval import Disposition
from darkroom.uploads import Form, Put

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A variant's key is a digest of all that decides its bytes: it can be kept for ever.
_IMMUTABLE = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class S3Originals:
    """Reads originals, and removes them, each at exactly one version."""

    client: "S3Client"
    bucket: str

    def read(self, key: str, version_id: str, etag: str) -> Original:
        """Return this version of the object; raises NotFound where it is gone or another."""
        try:
            answer = self.client.get_object(
                Bucket=self.bucket, Key=key, VersionId=version_id, IfMatch=f'"{etag}"'
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise NotFound(key=key, version_id=version_id) from error
            raise
        kept = answer["Metadata"]
        return Original(
            content=answer["Body"].read(),
            owner_name=_decoded(kept.get("owner-name")),
            file_name=_decoded(kept.get("file-name")),
            sha256=kept.get("sha256"),
            tags={
                name.removeprefix(_TAG): unquote(value)
                for name, value in kept.items()
                if name.startswith(_TAG)
            },
        )

    def remove(self, key: str, version_id: str) -> None:
        """Remove this version for good; one that is gone already is no error."""
        self.client.delete_object(Bucket=self.bucket, Key=key, VersionId=version_id)


_TAG = "tag-"
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "PreconditionFailed", "412", "404"})


def _decoded(value: str | None) -> str | None:
    # S3 metadata is ASCII; names travel percent-encoded.
    return None if value is None else unquote(value)


@dataclass(frozen=True)
class S3Variants:
    """Writes variants, each once, and removes what nobody names."""

    client: "S3Client"
    bucket: str

    def write(self, key: str, content: bytes, media_type: str) -> Stored:
        """Store `content` unless the key is taken, and return what lies there now."""
        stored = Stored.of(content)
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,
                ContentType=media_type,
                CacheControl=_IMMUTABLE,
                Metadata={"sha256": stored.digest},
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            first = self.client.head_object(Bucket=self.bucket, Key=key)
            return Stored(first["Metadata"]["sha256"], first["ContentLength"])
        return stored

    def keys(self, folder: str) -> Iterator[str]:
        """Yield the keys of all objects that begin with `folder`; a call for each thousand."""
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=folder):
            yield from (each["Key"] for each in page.get("Contents", ()))

    def discard(self, key: str) -> None:
        """Remove the object for good; one that is gone already is no error."""
        self.client.delete_object(Bucket=self.bucket, Key=key)


@dataclass(frozen=True)
class S3Intermediates:
    """Keeps pictures between stages, below `intermediates/`, where they expire after a day."""

    client: "S3Client"
    bucket: str

    def put(self, key: str, content: bytes) -> None:
        """Store `content`, also over what a try before this one stored."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        """Return what was stored; raises NotFound where there is nothing."""
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise NotFound(key=key) from error
            raise


@dataclass(frozen=True)
class S3Uploads:
    """Signs uploads of originals."""

    client: "S3Client"
    bucket: str

    def form(self, key: str, *, fields: Mapping[str, str], byte_size: int, life: timedelta) -> Form:
        """Sign a form that admits `key`, `fields` and 1 to `byte_size` bytes, for `life`.

        Sent twice, it stores a second version: S3 knows no condition on forms.
        """
        form = self.client.generate_presigned_post(
            Bucket=self.bucket,
            Key=key,
            Fields=dict(fields),
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, byte_size],
            ],
            ExpiresIn=int(life.total_seconds()),
        )
        return Form(url=form["url"], fields=form["fields"])

    def put(self, key: str, *, headers: Mapping[str, str], byte_size: int, life: timedelta) -> Put:
        """Sign a request that admits `key`, `headers` and exactly `byte_size` bytes, for `life`.

        All are signed headers, the length among them, and If-None-Match: nothing is overwritten.
        """
        kept = {
            name.removeprefix(_METADATA): value
            for name, value in headers.items()
            if name.startswith(_METADATA)
        }
        fixed = {_PARAMETERS[name]: headers[name] for name in _PARAMETERS if name in headers}
        url = self.client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ContentLength": byte_size,
                "IfNoneMatch": "*",
                "Metadata": kept,
                **fixed,
            },
            ExpiresIn=int(life.total_seconds()),
        )
        return Put(url=url, headers={**headers, "If-None-Match": "*"})


_METADATA = "x-amz-meta-"
_PARAMETERS = {"Content-Type": "ContentType", "x-amz-checksum-sha256": "ChecksumSHA256"}


@dataclass(frozen=True)
class S3Links:
    """Signs links to variants."""

    client: "S3Client"
    bucket: str

    def get(
        self,
        key: str,
        *,
        media_type: str,
        file_name: str,
        disposition: Disposition,
        life: timedelta,
    ) -> str:
        """Return a link to the object that serves it as `media_type`, for `life`.

        S3 lets a link say no header but those below: nobody can have it send `nosniff`.
        Source: Amazon S3 API reference, GetObject, "Overriding response header values".
        """
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentType": media_type,
                "ResponseContentDisposition": f'{disposition}; filename="{file_name}"',
            },
            ExpiresIn=int(life.total_seconds()),
        )
