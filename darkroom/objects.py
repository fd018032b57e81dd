"""What the buckets hold: originals, read at one version, and variants, written once."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self


@dataclass(frozen=True)
class Original:
    """An original as read: its bytes, and what was stored with them at the upload."""

    content: bytes
    owner_name: str | None = None
    file_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    sha256: str | None = None  # in hexadecimal digits, as the uploader told it

    @property
    def actual_sha256(self) -> str:
        """The digest of the bytes that are there."""
        return hashlib.sha256(self.content).hexdigest()


class Originals(Protocol):
    """Where originals are read from."""

    def read(self, key: str, version_id: str, etag: str) -> Original:
        """Return exactly this version; raises NotFound where it is gone or another."""
        ...


class Removal(Protocol):
    """What can remove versions of originals."""

    def remove(self, key: str, version_id: str) -> None:
        """Remove this version for good, and no other; one that is gone already is no error."""
        ...


@dataclass(frozen=True)
class Stored:
    """What lies at a variant's key."""

    digest: str  # hex sha256 of the bytes
    byte_size: int

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Describe `content`."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


class Intermediates(Protocol):
    """Where pictures lie that go from one stage to another; they are forgotten after a day."""

    def put(self, key: str, content: bytes) -> None:
        """Store `content`, also over what a try before this one stored."""
        ...

    def get(self, key: str) -> bytes:
        """Return what was stored; raises NotFound where there is nothing."""
        ...


class Variants(Protocol):
    """Where variants are written to."""

    def write(self, key: str, content: bytes, media_type: str) -> Stored:
        """Store `content` unless the key is taken, and return what lies there now.

        Who wrote first made the same picture, but another build of an encoder may have written
        other bytes of it.
        """
        ...


class Folders(Protocol):
    """Where variants lie, for who tidies up."""

    def keys(self, folder: str) -> Iterator[str]:
        """Yield the keys of all objects that begin with `folder`."""
        ...

    def discard(self, key: str) -> None:
        """Remove the object for good; one that is gone already is no error."""
        ...
