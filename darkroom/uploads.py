"""Uploads: grant a user one upload of one picture, to one key, of one type and size."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
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
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")

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
class Form:
    """A signed form, as browsers send them: POST `fields` and then the file to `url`."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Put:
    """A signed request, as programs send them: PUT the bytes to `url`, with `headers`."""

    url: str
    headers: Mapping[str, str]


class Presigner(Protocol):
    """What signs uploads to one key."""

    def form(self, key: str, *, fields: Mapping[str, str], byte_size: int, life: timedelta) -> Form:
        """Sign a form that admits `key`, `fields` and 1 to `byte_size` bytes, for `life`."""
        ...

    def put(self, key: str, *, headers: Mapping[str, str], byte_size: int, life: timedelta) -> Put:
        """Sign a request that admits `key`, `headers` and exactly `byte_size` bytes, for `life`.

        It is good until there is something under the key.
        """
        ...


@dataclass(frozen=True)
class UploadRequest:
    """What a user says of the picture they are about to send."""

    file_name: str
    content_type: str
    byte_size: int
    sha256: str | None = None  # of the bytes, 64 hexadecimal digits
    form: bool = False  # a browser will send it, and `byte_size` is the most that it may be
    tags: Mapping[str, str] = field(default_factory=dict)  # by names that the pipeline lists


@dataclass(frozen=True)
class Grant:
    """The right to upload one picture once: by `put`, or by a form if one was asked for."""

    image_id: str
    put: Put
    form: Form | None
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
        or of more than 255 bytes, for tags that the pipeline does not list or that are empty, for
        a digest that is none, and where names and tags are more than S3 keeps. Raises
        TooManyRequests beyond the quota.
        """
        self._check(owner, request)
        (granted,) = self._granted(owner, (request,))
        return granted

    def grant_many(self, owner: Owner, requests: Sequence[UploadRequest]) -> tuple[Grant, ...]:
        """Return a grant for each request, in their order: all of them or none.

        Raises what `grant` does; the fact `upload` is the place of the request that is refused.
        """
        for place, request in enumerate(requests):
            try:
                self._check(owner, request)
            except InvalidRequest as refused:
                raise InvalidRequest(refused.code, **refused.facts, upload=place) from refused
        return self._granted(owner, requests)

    def _granted(self, owner: Owner, requests: Sequence[UploadRequest]) -> tuple[Grant, ...]:
        """Return grants for requests that are in order, if the quota has room for them."""
        now = self.clock()
        asked = {new_image_id(now, self.randomness): request for request in requests}
        self.quota.take(
            owner.id,
            {name: each.byte_size for name, each in asked.items()},
            may_be_less=[name for name, each in asked.items() if each.form],
        )
        return tuple(self._signed(owner, name, each, now) for name, each in asked.items())

    def _signed(self, owner: Owner, image_id: str, request: UploadRequest, now: datetime) -> Grant:
        key = original_key(self.plan.pipeline, ImageRef(self.tenant, image_id), owner.id)
        fixed = {"Content-Type": request.content_type, **_metadata(owner, request)}
        checksum = _checksum(request.sha256) if request.sha256 else {}
        size, life, sign = request.byte_size, GRANT_LIFE, self.presigner
        form = sign.form(key, fields=fixed, byte_size=size, life=life) if request.form else None
        return Grant(
            image_id=image_id,
            put=sign.put(key, headers=fixed | checksum, byte_size=size, life=life),
            form=form,
            expires_at=now + life,
        )

    def _check(self, owner: Owner, request: UploadRequest) -> None:
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
        _check_digest(request.sha256)
        self._check_tags(request.tags)
        _metadata(owner, request)

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


def _check_digest(sha256: str | None) -> None:
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise InvalidRequest("digest_not_valid", limit="64 hexadecimal digits")


def _metadata(owner: Owner, request: UploadRequest) -> dict[str, str]:
    """Return what is stored with the bytes; S3 keeps ASCII, so what people write is encoded."""
    told = {
        "file-name": request.file_name,
        "owner-name": owner.name or "",
        "sha256": (request.sha256 or "").lower(),
    }
    told |= {f"tag-{name}": value for name, value in request.tags.items()}
    kept = {name: quote(value) for name, value in told.items() if value}
    length = sum(len(name) + len(value) for name, value in kept.items())
    if length > METADATA_BYTES:
        raise InvalidRequest("metadata_too_long", limit=METADATA_BYTES, actual=length)
    return {f"{_METADATA}{name}": value for name, value in kept.items()}


def _checksum(sha256: str) -> dict[str, str]:
    """Return the header by which S3 itself refuses other bytes; only a PUT can carry it."""
    return {"x-amz-checksum-sha256": b64encode(bytes.fromhex(sha256)).decode()}
