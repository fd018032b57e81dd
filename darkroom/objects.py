"""What the buckets hold: originals, read at one version, and variants, written once."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Original:
    """An original as read: its bytes, and what was stored with them at the upload."""

    content: bytes
    owner_name: str | None = None
    file_name: str | None = None


class Originals(Protocol):
    """Where originals are read from."""

    def read(self, key: str, version_id: str, etag: str) -> Original:
        """Return exactly this version; raises NotFound where it is gone or another."""
        ...


class Variants(Protocol):
    """Where variants are written to."""

    def write(self, key: str, content: bytes, media_type: str) -> None:
        """Store `content` at `key`; where the key is taken, it holds the same bytes already."""
        ...
