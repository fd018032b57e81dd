"""Uploads: grant a user one upload of one picture, to one key, of one type and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote

from darkroom.errors import InvalidRequest
from darkroom.ids import ImageRef, new_image_id, original_key
from darkroom.plan import Plan
from darkroom.quotas import Quota

# As long as a phone on a poor line needs to begin sending; S3 looks at it only at the start.
GRANT_LIFE = timedelta(minutes=5)
# In UTF-8, as file systems have it. Percent-encoded it is three times as long at most, which still
# leaves room for the owner's name in the 2 KB that S3 has for metadata.
# Source: Amazon S3 user guide, "Working with object metadata".
FILE_NAME_BYTES = 255
# Source: Amazon S3 user guide, "Working with object metadata": names and values together.
METADATA_BYTES = 2048
_METADATA = "x-amz-meta-"

# The media types a client may declare; what a file really is, the opening finds out.
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "tiff": "image/tiff",
    "heic": "image/heic",
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
        """Sign a form that admits `key`, `fields` and 1 to `byte_size` bytes, for `life`."""
        ...


@dataclass(frozen=True)
class UploadRequest:
    """What a user says of the picture they are about to send."""

    file_name: str
    content_type: str
    byte_size: int
    tags: Mapping[str, str] = field(default_factory=dict)  # by names that the pipeline lists


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
    """Gives grants under the limits of the pipeline, and of what a user may have in a day."""

    tenant: str
    plan: Plan
    presigner: Presigner
    quota: Quota
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]

    def grant(self, owner: Owner, request: UploadRequest) -> Grant:
        """Return a grant for `request`; names and tags are kept as data, never in a key.

        Raises InvalidRequest, with limit and actual value, for what the pipeline would refuse
        anyway (a type it does not accept, no bytes, or too many), for a file name that is empty
        or of more than 255 bytes, for tags that the pipeline does not list or that are empty, and
        where names and tags are more than S3 keeps. Raises TooManyRequests beyond the quota.
        """
        self._check(request)
        fields = _fields(owner, request)
        now = self.clock()
        ref = ImageRef(self.tenant, new_image_id(now, self.randomness))
        key = original_key(self.plan.pipeline, ref, owner.id)
        self.quota.take(owner.id, {ref.image_id: request.byte_size})
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
        _check_file_name(request.file_name)
        self._check_tags(request.tags)

    def _check_tags(self, tags: Mapping[str, str]) -> None:
        listed = self.plan.opening.tags
        for name, value in tags.items():
            if name not in listed:
                raise InvalidRequest("unknown_tag", limit=", ".join(listed), actual=name)
            if not value:
                raise InvalidRequest("tag_empty", limit=1, actual=0, tag=name)


def _check_file_name(name: str) -> None:
    if not name:
        raise InvalidRequest("file_name_empty", limit=1, actual=0)
    length = len(name.encode())
    if length > FILE_NAME_BYTES:
        raise InvalidRequest("file_name_too_long", limit=FILE_NAME_BYTES, actual=length)


def _fields(owner: Owner, request: UploadRequest) -> dict[str, str]:
    """Return what the form fixes; S3 keeps ASCII, so that what people write is percent-encoded."""
    told = {"file-name": request.file_name, "owner-name": owner.name or ""}
    told |= {f"tag-{name}": value for name, value in request.tags.items()}
    kept = {name: quote(value) for name, value in told.items() if value}
    length = sum(len(name) + len(value) for name, value in kept.items())
    if length > METADATA_BYTES:
        raise InvalidRequest("metadata_too_long", limit=METADATA_BYTES, actual=length)
    metadata = {f"{_METADATA}{name}": value for name, value in kept.items()}
    return {"Content-Type": request.content_type, **metadata}
