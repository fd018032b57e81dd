"""The body of an upload: a picture, in pieces, and what a form has around it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from urllib3 import encode_multipart_formdata

_PIECE = 64 * 1024  # bytes

Told = Callable[[int], None]
"""Hears how many bytes of a picture have been sent; fewer again where it is sent again."""


@dataclass(frozen=True)
class Source:
    """A picture to be sent: a file, which is read as it is sent, or bytes."""

    content: Path | bytes
    told: Told | None = None

    def __len__(self) -> int:
        """Count its bytes."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes from the first, telling how many have been taken."""
        taken = 0
        for piece in _read(self.content):
            yield piece
            taken += len(piece)
            if self.told:
                self.told(taken)

    def sha256(self) -> bytes:
        """Return the digest of its bytes."""
        digest = hashlib.sha256()
        for piece in _read(self.content):
            digest.update(piece)
        return digest.digest()


@dataclass(frozen=True)
class FormBody:
    """A form with the picture as its last field, `file`, as S3 wants it."""

    fields: Mapping[str, str]
    source: Source
    boundary: str

    @classmethod
    def of(cls, fields: Mapping[str, str], source: Source) -> "FormBody":
        """Return a form with a boundary that no picture has."""
        return cls(fields, source, token_hex(16))

    @property
    def content_type(self) -> str:
        """The media type that tells the boundary."""
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        """Count the bytes of the whole body."""
        return len(self._before) + len(self.source) + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the whole body, each time from its beginning: it may be sent again."""
        yield self._before
        yield from self.source.pieces()
        yield self._after

    @property
    def _before(self) -> bytes:
        parts: dict[str, str | tuple[str, bytes]] = {**self.fields, "file": ("picture", b"")}
        encoded, _ = encode_multipart_formdata(parts, boundary=self.boundary)
        return encoded.removesuffix(self._after)

    @property
    def _after(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()


def _read(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), _PIECE):
            yield content[start : start + _PIECE]
        return
    with content.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
