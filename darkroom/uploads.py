"""Uploads: grant a user one upload of one picture, to one key, of one type and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote

from darkroom.errors import InvalidRequest
from darkroom.ids import ImageRef, new_image_id, original_key
from darkroom.plan import Plan

# As long as a phone on a poor line needs to begin sending; S3 looks at it only at the start.
GRANT_LIFE = timedelta(minutes=5)
# In UTF-8, as file systems have it. Percent-encoded it is three times as long at most, which still
# leaves room for the owner's name in the 2 KB that S3 has for metadata.
# Source: Amazon S3 user guide, "Working with object metadata".
FILE_NAME_BYTES = 255

# The media types a client may declare; what a file really is, the opening finds out.
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}


@dataclass(frozen=True)
class Presigned:
    """A signed form: POST `fields` and then the file to `url`."""

    url: str
    fields: Mapping[str, str]


class Presigner(Protocol):
    """What signs an upload form."""

    def post(
        self, key: str, *, fields: Mapping[str, str], byte_size: int, life: timedelta
    ) -> Presigned:
        """Sign a form that admits exactly `key`, `fields` and `byte_size` bytes, for `life`."""
        ...


@dataclass(frozen=True)
class UploadRequest:
    """What a user says of the picture they are about to send."""

    file_name: str
    content_type: str
    byte_size: int


@dataclass(frozen=True)
class Grant:
    """The right to upload one picture once."""

    image_id: str
    upload: Presigned
    expires_at: datetime


@dataclass(frozen=True)
class Owner:
    """A signed-in user."""

    id: str
    name: str | None = None


@dataclass(frozen=True)
class Grants:
    """Gives grants under the limits of the pipeline."""

    tenant: str
    plan: Plan
    presigner: Presigner
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]

    def grant(self, owner: Owner, request: UploadRequest) -> Grant:
        """Return a grant for `request`; the file's name is kept as data, never in a key.

        Raises InvalidRequest, with limit and actual value, for what the pipeline would refuse
        anyway (a type it does not accept, no bytes, or too many), and for a file name that is empty
        or of more than 255 bytes.
        """
        self._check(request)
        now = self.clock()
        ref = ImageRef(self.tenant, new_image_id(now, self.randomness))
        fields = {
            "Content-Type": request.content_type,
            "x-amz-meta-file-name": quote(request.file_name),
        }
        if owner.name:
            fields["x-amz-meta-owner-name"] = quote(owner.name)
        key = original_key(self.plan.pipeline, ref, owner.id)
        signed = self.presigner.post(
            key, fields=fields, byte_size=request.byte_size, life=GRANT_LIFE
        )
        return Grant(image_id=ref.image_id, upload=signed, expires_at=now + GRANT_LIFE)

    def _check(self, request: UploadRequest) -> None:
        limits = self.plan.opening.options
        accepted = sorted(MEDIA_TYPES[name] for name in limits["formats"])
        if request.content_type not in accepted:
            raise InvalidRequest(
                "unsupported_format", limit=", ".join(accepted), actual=request.content_type
            )
        if request.byte_size < 1:
            raise InvalidRequest("empty", limit=1, actual=request.byte_size)
        if request.byte_size > limits["max_bytes"]:
            raise InvalidRequest(
                "too_many_bytes", limit=limits["max_bytes"], actual=request.byte_size
            )
        if not request.file_name:
            raise InvalidRequest("file_name_empty", limit=1, actual=0)
        length = len(request.file_name.encode())
        if length > FILE_NAME_BYTES:
            raise InvalidRequest("file_name_too_long", limit=FILE_NAME_BYTES, actual=length)
