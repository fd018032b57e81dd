"""Names: of images, events, runs and objects. All are made here, and all are deterministic."""

import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from darkroom.errors import InvalidKey

# Crockford's base 32: no I, L, O, U. A ULID is 48 bits of milliseconds and 80 of randomness, so
# ids sort by time and spread writes (github.com/ulid/spec).
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BYTES = 10
_ULID = re.compile(rf"[0-7][{_CROCKFORD}]{{25}}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")  # of a key: a sub, a tenant, a pipeline

# Fixed for ever: another namespace would give every event of every history another id.
_EVENTS = uuid.UUID("5b0c1f0e-6d57-5c6e-9d0e-0c6b8f3a2d11")


@dataclass(frozen=True, order=True)
class ImageRef:
    """Which image of which tenant. Raises ValueError for names that cannot be ours."""

    tenant: str
    image_id: str

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.tenant):
            raise ValueError(f"{self.tenant!r} is not a tenant")
        if not valid_image_id(self.image_id):
            raise ValueError(f"{self.image_id!r} is not an image id")

    @property
    def stream(self) -> str:
        """The key of the image's stream, such as `main#image#01J…`."""
        return f"{self.tenant}#image#{self.image_id}"

    @classmethod
    def of_stream(cls, stream: str) -> "ImageRef":
        """Return the image whose stream this is; raises ValueError for any other key."""
        tenant, _, image_id = stream.partition("#image#")
        return cls(tenant, image_id)


class OriginalKey(NamedTuple):
    """What the key of an original tells."""

    pipeline: str
    ref: ImageRef
    owner: str


def new_image_id(now: datetime, randomness: Callable[[int], bytes]) -> str:
    """Return a ULID: 26 characters that sort by `now`, to the millisecond.

    `randomness(n)` gives n random bytes; `secrets.token_bytes` does.
    """
    number = int(now.timestamp() * 1000) << 80 | int.from_bytes(randomness(_RANDOM_BYTES))
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def valid_image_id(text: str) -> bool:
    """Whether `text` is written like an image id: a ULID in capitals."""
    return _ULID.fullmatch(text) is not None


def event_id(ref: ImageRef, dedup_key: str) -> str:
    """Return the id that `dedup_key` has in the image's stream, now and on every retry."""
    return str(uuid.uuid5(_EVENTS, f"{ref.tenant}/{ref.image_id}/{dedup_key}"))


def run_id(ref: ImageRef, version_id: str, pipeline_digest: str, n: int) -> str:
    """Return the id of the n-th run of a pipeline over one version of an original.

    At most 80 letters, digits and hyphens, as Step Functions wants an execution's name, for any
    `n` below 10^19. The digest is cut to 128 bits.
    """
    told = "\n".join((ref.stream, version_id, pipeline_digest))
    return f"{ref.image_id}-{hashlib.sha256(told.encode()).hexdigest()[:32]}-{n}"


def original_key(pipeline: str, ref: ImageRef, owner: str) -> str:
    """Return the key of an original: nothing in it comes from the client.

    Raises InvalidKey for a pipeline or owner that cannot be part of a key.
    """
    key = f"{pipeline}/{ref.tenant}/{owner}/{ref.image_id}"
    parse_original_key(key)
    return key


def parse_original_key(key: str) -> OriginalKey:
    """Return what the key of an original tells; raises InvalidKey for any other key."""
    parts = key.split("/")
    if len(parts) != 4 or not all(_WORD.fullmatch(part) for part in parts):
        raise InvalidKey(key=key)
    pipeline, tenant, owner, image_id = parts
    if not valid_image_id(image_id):
        raise InvalidKey(key=key)
    return OriginalKey(pipeline, ImageRef(tenant, image_id), owner)


def intermediate_key(ref: ImageRef, run_id: str, way: str) -> str:
    """Return the key of a picture that goes from one stage to another, having passed `way`."""
    digest = hashlib.sha256(way.encode()).hexdigest()[:32]
    return f"intermediates/{ref.tenant}/{ref.image_id}/{run_id}/{digest}"


def variant_key(pipeline: str, ref: ImageRef, digest: str, extension: str) -> str:
    """Return the key of a variant; `digest` names what decides its bytes."""
    return f"{variants_folder(pipeline, ref)}{digest}.{extension}"


def variants_folder(pipeline: str, ref: ImageRef) -> str:
    """Return what the keys of all variants of an image begin with, and no other key does."""
    return f"{pipeline}/{ref.tenant}/{ref.image_id}/"
