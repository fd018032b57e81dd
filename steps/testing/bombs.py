"""Bombs: small files that claim much, or hide much, in each format's own ways. All made here.

Named for what they are, in the words of those who met them first: the lottapixel JPEG of 2013,
decompression bombs in text and profiles, loops in EXIF. `steps.testing.hostile` has the verdicts.
"""

import struct
import zlib
from itertools import pairwise

from steps.testing import sources

TIFF_LOOP = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, 1) + struct.pack("<I", 8)
"""A TIFF, or an EXIF block, whose only directory is followed by itself."""


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a JPEG of a few pixels that claims to be that large."""
    plain = sources.jpeg()
    frame = plain.index(b"\xff\xc0") + 5
    return plain[:frame] + struct.pack(">HH", height, width) + plain[frame + 4 :]


def jpeg_with(*segments: tuple[int, bytes], behind: bytes = b"") -> bytes:
    """Return a JPEG with segments of these markers and contents first, and bytes after its end."""
    plain = sources.jpeg()
    extra = b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body for marker, body in segments
    )
    return plain[:2] + extra + plain[2:] + behind


def jpeg_of_scans(scans: int) -> bytes:
    """Return a progressive JPEG that goes over its pixels that often: its first scan, again."""
    plain = sources.jpeg(progressive=True)
    starts = [at for at in range(len(plain)) if plain[at : at + 2] == b"\xff\xda"]
    # To the next marker that is no stuffed byte: the tables of the scan that follows.
    first = plain[starts[0] : plain.index(b"\xff\xc4", starts[0])]
    return plain[: starts[0]] + first * (scans - len(starts)) + plain[starts[0] :]


def exif(entries: bytes, count: int, following: int = 0) -> bytes:
    """Return an APP1 body: one directory of `count` entries, and where the next is."""
    ifd = struct.pack("<H", count) + entries + struct.pack("<I", following)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + ifd


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    """Return one entry of an EXIF directory."""
    return struct.pack("<HHII", tag, kind, count, value)


def png_with(*chunks: tuple[bytes, bytes], behind: bytes = b"") -> bytes:
    """Return a PNG with chunks of these kinds and contents behind its IHDR."""
    plain = sources.png()
    extra = b"".join(sources.png_chunk(kind, body) for kind, body in chunks)
    return plain[:33] + extra + plain[33:] + behind


def deflated(size: int) -> bytes:
    """Return `size` zero bytes deflated, about a thousandth of it."""
    squeezer = zlib.compressobj(1)
    whole = (squeezer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000))
    return b"".join([*whole, squeezer.flush()])


def deflated_before(size: int) -> bytes:
    """Return a byte deflated, and `size` bytes behind the end of it."""
    return zlib.compress(b"x") + bytes(size)


def png_of_rows(size: int) -> bytes:
    """Return a PNG of 60 x 40 pixels whose rows go on for `size` bytes."""
    head = struct.pack(">IIBBBBB", 60, 40, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", deflated(size)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(sources.png_chunk(*each) for each in chunks)


def gif_of_comments(count: int) -> bytes:
    """Return a GIF with that many comments before its picture."""
    plain = sources.gif()
    picture = 13 + (3 << (plain[10] & 0x07) + 1)  # behind the colour table
    return plain[:picture] + b"!\xfe\x01a\x00" * count + plain[picture:]


def gif_of_short_block() -> bytes:
    """Return a GIF of three frames with a control block of one byte, not four, before the second.

    libvips takes it, and Pillow raises struct.error.
    """
    plain = sources.gif(frames=3, duration=50)
    second = plain.index(b"!\xf9", plain.index(b"!\xf9") + 1)
    return plain[:second] + b"!\xf9\1\0\0" + plain[second:]


def webp_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP of these chunks."""
    body = b"".join(
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_canvas(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    """Return the chunk that tells the canvas of a WebP: up to 2^24 pixels each way."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes((flags, 0, 0, 0)) + sides


def webp_pixels() -> tuple[bytes, bytes]:
    """Return the chunk that holds the picture of a plain WebP."""
    plain = sources.webp()
    return plain[12:16], plain[20:]


def avif_claiming(width: int, height: int) -> bytes:
    """Return an AVIF of 60 x 40 pixels that claims to be that large."""
    plain = sources.avif()
    sides = plain.index(b"ispe") + 8
    return plain[:sides] + struct.pack(">II", width, height) + plain[sides + 8 :]


def avif_of_extents(count: int) -> bytes:
    """Return an AVIF whose EXIF is all of the file, over and over."""
    plain = sources.avif()
    listed = struct.pack(">4xBBH", 0x44, 0, 1) + struct.pack(">HHH", 7, 0, count)
    listed += struct.pack(">II", 0, 0) * count
    told = _box(b"iinf", struct.pack(">4xH", 1) + _box(b"infe", b"\2\0\0\0\0\7\0\0Exif\0"))
    meta = _box(b"meta", bytes(4) + told + _box(b"iloc", listed))
    return plain + meta


def nested_boxes(depth: int) -> bytes:
    """Return the beginning of an AVIF whose boxes lie each within the one before."""
    sizes = (8 * left for left in range(depth, 0, -1))
    kinds = (b"iprp", b"ipco")
    boxes = (struct.pack(">I4s", size, kinds[at % 2]) for at, size in enumerate(sizes))
    return b"\0\0\0\x14ftypavif\0\0\0\0avif" + b"".join(boxes)


def laughs(levels: int) -> bytes:
    """Return an SVG whose entities are ten of each other: 10^levels when they are written out."""
    names = [f"lol{level}" for level in range(levels)]
    rules = "".join(f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in pairwise(names))
    text = f'<!DOCTYPE svg [<!ENTITY lol0 "lol">{rules}]><svg><text>&{names[-1]};</text></svg>'
    return f'<?xml version="1.0"?>{text}'.encode()


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body
