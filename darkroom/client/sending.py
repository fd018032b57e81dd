"""A picture to be sent, which is read in pieces, as often as need be."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE = 64 * 1024  # bytes

Told = Callable[[int], None]
"""Hears how many bytes of a picture have been sent; fewer again where it is sent again."""


@dataclass(frozen=True)
class Source:
    """A picture to be sent: a file, which is read as it is sent, or bytes.

    Using it raises OSError for a file that cannot be read.
    """

    content: Path | bytes
    told: Told | None = None

    def __len__(self) -> int:
        """Count its bytes."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        """Yield its bytes, each time from the first, telling how many have been taken."""
        taken = 0
        for piece in self._pieces():
            yield piece
            taken += len(piece)
            if self.told:
                self.told(taken)

    def sha256(self) -> str:
        """Return the digest of its bytes, in hexadecimal digits."""
        digest = hashlib.sha256()
        for piece in self._pieces():
            digest.update(piece)
        return digest.hexdigest()

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self.content, bytes):
            for start in range(0, len(self.content), _PIECE):
                yield self.content[start : start + _PIECE]
            return
        with self.content.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
