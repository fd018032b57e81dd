"""Headers: what an original says of itself, read from its structure before any decoder sees it.

Each reader walks its format from the first byte to the mark at its end, so a file that was cut
anywhere is known without decoding it; libvips by itself accepts some of those. On the way it
yields what has shown, so a bomb is known for one, cut or not. What a reader costs is bounded by
the parts that it counts, not by what the file claims.
"""

import re
from collections.abc import Callable, Iterator

from steps.formats import OriginalFormat
from steps.headers import avif, gif, heic, jpeg, png, tiff, webp
from steps.headers.structure import Malformed, Structure, TooManyParts, Truncated, Unread

__all__ = ["Malformed", "Structure", "TooManyParts", "Truncated", "Unread", "sniff", "walk"]


def sniff(original: bytes) -> str:
    """Return the format that the first bytes show, or "unknown"; names and types prove nothing.

    Some formats that are never accepted are named too, so that a refusal can say what it met.
    """
    return next((name for name, magic in _MAGIC.items() if magic.match(original)), "unknown")


def walk(original: bytes, file_format: OriginalFormat) -> Iterator[Structure]:
    """Yield the structure each time that the file tells more of it, to its end mark.

    Its numbers only grow, and the last are the file's. Raises Truncated, Malformed, Unread or
    TooManyParts on the way.
    """
    seen = Structure(0, 0)
    for seen in _READERS[file_format](original):
        yield seen
    if not (seen.width and seen.height):
        raise Malformed(f"a picture of {seen.width} x {seen.height} pixels")


_MAGIC = {
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "avif": re.compile(rb"....ftyp(avif|mif1.{4,32}avif)", re.DOTALL),
    "heic": re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
    "tiff": re.compile(rb"II\*\x00|MM\x00\*"),
    "bigtiff": re.compile(rb"II\+\x00|MM\x00\+"),
    "bmp": re.compile(rb"BM....\x00\x00\x00\x00", re.DOTALL),
    "pdf": re.compile(rb"%PDF-"),
    "svg": re.compile(rb"\s{0,99}<svg"),
    "xml": re.compile(rb"\s{0,99}<\?xml"),
}
_READERS: dict[OriginalFormat, Callable[[bytes], Iterator[Structure]]] = {
    "jpeg": jpeg.walk,
    "png": png.walk,
    "gif": gif.walk,
    "webp": webp.walk,
    "avif": avif.walk,
    "tiff": tiff.walk,
    "heic": heic.walk,
}
