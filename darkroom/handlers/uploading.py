"""The part of the API by which uploads are granted."""

import os
from functools import cache
from http import HTTPStatus
from typing import Annotated

from annotated_types import Len
from pydantic import Field

from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.s3 import S3Uploads
from darkroom.handlers import answers, clients
from darkroom.handlers.http import Body, user_id
from darkroom.handlers.observe import logger
from darkroom.handlers.people import directory
from darkroom.handlers.routes import Codes, Routes, new_router
from darkroom.handlers.settings import plan, setting
from darkroom.quotas import Amount, Quota
from darkroom.uploads import Grant, Grants, Owner, UploadRequest

router = new_router()
route = Routes(router, "images")

AT_ONCE = 20  # grants are 3 KB each: an answer stays well below what a gateway hands on

# Why an upload is not granted: darkroom/uploads.py.
NOT_GRANTED: Codes = {
    400: (
        *("unsupported_format", "empty", "too_many_bytes", "file_name_empty", "file_name_too_long"),
        *("unknown_tag", "tag_empty", "digest_not_valid", "metadata_too_long"),
    ),
    429: ("too_many_requests", "quota_exceeded"),
}


class Upload(Body):
    """The picture that is about to be sent."""

    file_name: Annotated[str, Len(1)]
    content_type: str
    byte_size: int
    sha256: str | None = None
    form: bool = False
    tags: dict[str, str] = Field(default_factory=dict)

    def asked(self) -> UploadRequest:
        """Return what is asked for."""
        return UploadRequest(**self.model_dump())


class Uploads(Body):
    """The pictures that are about to be sent."""

    uploads: Annotated[list[Upload], Len(1, AT_ONCE)]


@cache
def grants() -> Grants:
    """Return what grants uploads, wired from this function's settings."""
    uploads = S3Uploads(clients.s3(), setting("ORIGINALS_BUCKET"))
    return Grants(setting("TENANT"), plan(), uploads, quota(), clients.now, os.urandom)


@cache
def quota() -> Quota:
    """Return what a user may be granted in a day, wired from this function's settings."""
    limit = Amount(int(setting("UPLOADS_A_DAY")), int(setting("BYTES_A_DAY")))
    counters = DynamoCounters(
        clients.dynamodb(), setting("COUNTERS_TABLE"), setting("TENANT"), clients.now
    )
    return Quota(limit, counters, clients.now)


@route("POST", "/images", refuses=NOT_GRANTED, status=HTTPStatus.CREATED)
def request_upload(upload: Upload) -> answers.Grant:
    """Grant one upload, within five minutes.

    PUT the bytes with the headers of `put`: S3 takes exactly those that were told, once. With
    `form`, for browsers, there comes a form as well: POST its fields, and then the file, of
    `byte_size` bytes at most.
    """
    granted = grants().grant(_owner(), upload.asked())
    _note(granted, upload)
    return answers.Grant.of(granted)


@route("POST", "/uploads", refuses=NOT_GRANTED, status=HTTPStatus.CREATED)
def request_uploads(asked: Uploads) -> answers.Grants:
    """Grant up to twenty uploads, in the order they are asked for: all of them or none.

    Of a refusal, `upload` is the place of the picture that it is about, counted from 0.
    """
    granted = grants().grant_many(_owner(), [each.asked() for each in asked.uploads])
    for grant, upload in zip(granted, asked.uploads, strict=True):
        _note(grant, upload)
    return answers.Grants.of(granted)


def _owner() -> Owner:
    owner = user_id(router)
    return Owner(owner, directory().name_of(owner))


def _note(grant: Grant, upload: Upload) -> None:
    logger.append_keys(correlation_id=grant.image_id)
    logger.info("upload granted", extra={"byte_size": upload.byte_size})
