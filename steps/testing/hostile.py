"""Hostile: files that attack whoever opens them, with the verdict that each has to get.

    @pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.name)
    def test_mine_refuses_it(hostile):
        assert my_verdict(hostile.make()) == hostile.code

All are made here, so they carry no licence and can be as bad as they need to be.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from steps.formats import ORIGINAL_FORMATS
from steps.limits import Code, Limits
from steps.testing import bombs, heics, sources, tiffs

EVERY_FORMAT = Limits(formats=ORIGINAL_FORMATS)
_ANIMATED = EVERY_FORMAT.model_copy(update={"max_frames": 10})
PAYLOAD = b"<script>alert('polyglot')</script>"
"""What the polyglots carry; no output may have it."""


@dataclass(frozen=True)
class Hostile:
    """A hostile file: how it is made, and its verdict; None where it opens and does no harm."""

    name: str
    make: Callable[[], bytes]
    code: Code | None
    limits: Limits = EVERY_FORMAT


def cuts(original: bytes, count: int = 64) -> Iterator[bytes]:
    """Yield the file cut at that many places: near both ends at every byte, evenly between."""
    near = count // 4
    ends = [*range(1, near), *(len(original) - each for each in range(1, near))]
    evenly = [len(original) * part // (count - len(ends)) for part in range(count - len(ends))]
    yield from (original[:kept] for kept in sorted({*ends, *evenly}))


def _dimensions() -> Iterator[Hostile]:
    """Pixels that nobody has: claimed by a few bytes."""
    many: Code = "too_many_pixels"
    yield Hostile("lottapixel jpeg", partial(bombs.jpeg_claiming, 64_250, 64_250), many)
    yield Hostile("wide jpeg", partial(bombs.jpeg_claiming, 65_535, 1), "side_too_long")
    yield Hostile("flat jpeg", partial(bombs.jpeg_claiming, 60, 0), "corrupt")
    yield Hostile("png bomb", partial(sources.png_bomb, 60_000, 60_000), many)
    yield Hostile("endless png", partial(sources.png_bomb, 2**31 - 1, 2**31 - 1), many)
    yield Hostile("tall png", partial(sources.png_bomb, 1, 16_384), "side_too_long")
    yield Hostile("png without width", partial(sources.png_bomb, 0, 5), "corrupt")
    yield Hostile("gif bomb", partial(sources.gif_bomb, (60_000, 60_000), [(9, 9)]), many)
    yield Hostile("growing gif", partial(sources.gif_bomb, (9, 9), [(60_000, 60_000)]), many)
    flat = partial(sources.gif_bomb, (9, 9), [(9, 9), (0, 9)])
    yield Hostile("gif of a flat frame", flat, "corrupt", _ANIMATED)
    cut = partial(sources.gif_bomb, (9, 9), [(60_000, 60_000)])
    yield Hostile("growing gif, cut", lambda: cut()[:-3], many)
    huge = partial(bombs.webp_of, bombs.webp_canvas(2**24, 2**24), bombs.webp_pixels())
    yield Hostile("huge-canvas webp", huge, many)
    yield Hostile("avif bomb", partial(bombs.avif_claiming, 17_000, 17_000), many)
    yield Hostile("modest avif", partial(bombs.avif_claiming, 6, 4), "corrupt")


def _repetition() -> Iterator[Hostile]:
    """Parts without end: frames, scans, segments, chunks, boxes."""
    yield Hostile("3,010 scans", partial(bombs.jpeg_of_scans, 3_010), "too_many_scans")
    yield Hostile("101 scans", partial(bombs.jpeg_of_scans, 101), "too_many_scans")
    many: Code = "too_many_frames"
    yield Hostile("200,000 frames", lambda: sources.gif_bomb((1, 1), [(1, 1)] * 200_000), many)
    yield Hostile(
        "bomb in frame 2", lambda: sources.gif_bomb((9, 9), [(9, 9), (60_000, 60_000)]), many
    )
    yield Hostile(
        "acTL of 2^32-1",
        partial(bombs.png_with, (b"acTL", struct.pack(">II", 2**32 - 1, 0))),
        many,
    )
    frames = [bombs.webp_canvas(60, 40, flags=2), *[(b"ANMF", bytes(24))] * 30_000]
    yield Hostile("30,000 webp frames", partial(bombs.webp_of, *frames), many)
    yield Hostile("gif of a short block", bombs.gif_of_short_block, "corrupt", _ANIMATED)
    parts: Code = "too_many_parts"
    yield Hostile("jpeg of segments", lambda: b"\xff\xd8" + b"\xff\xe0\0\2" * 500_000, parts)
    yield Hostile("png of chunks", lambda: bombs.png_with(*[(b"abCd", b"")] * 60_000), parts)
    yield Hostile("gif of comments", partial(bombs.gif_of_comments, 400_000), parts)
    yield Hostile("webp of chunks", lambda: bombs.webp_of(*[(b"abcd", b"")] * 60_000), parts)
    yield Hostile("avif of boxes", lambda: sources.avif() + b"\0\0\0\10free" * 60_000, parts)
    yield Hostile("nested boxes", partial(bombs.nested_boxes, 2_000), "truncated")
    yield Hostile(
        "jpeg of two frames",
        partial(bombs.jpeg_with, (0xC0, b"\10\0\10\0\10\1\1\x11\0")),
        "corrupt",
    )


def _metadata() -> Iterator[Hostile]:
    """What is no pixels: too much of it, or it leads in circles."""
    large: Code = "metadata_too_large"
    text = partial(bombs.deflated, 80_000_000)
    yield Hostile("zTXt bomb", lambda: bombs.png_with((b"zTXt", b"Comment\0\0" + text())), large)
    yield Hostile(
        "iTXt bomb", lambda: bombs.png_with((b"iTXt", b"Comment\0\1\0\0\0" + text())), large
    )
    tail = partial(bombs.deflated_before, 16_000_000)
    yield Hostile("zTXt with a tail", lambda: bombs.png_with((b"zTXt", b"a\0\0" + tail())), large)
    yield Hostile("iCCP bomb", lambda: bombs.png_with((b"iCCP", b"icc\0\0" + text())), large)
    profile = [(0xE2, b"ICC_PROFILE\0" + bytes((part, 255)) + bytes(65_500)) for part in range(255)]
    yield Hostile("jpeg of profile", partial(bombs.jpeg_with, *profile), large)
    icc = (b"ICCP", bytes(9_000_000))
    webp = partial(bombs.webp_of, bombs.webp_canvas(60, 40, 32), icc, bombs.webp_pixels())
    yield Hostile("webp of profile", webp, large)
    yield Hostile("avif of extents", partial(bombs.avif_of_extents, 40_000), large)
    loop = b"Exif\0\0" + bombs.TIFF_LOOP
    yield Hostile("exif loop", partial(bombs.jpeg_with, (0xE1, loop)), None)
    inward = bombs.exif(bombs.entry(0x8769, 4, 1, 8), 1)
    yield Hostile("exif within itself", partial(bombs.jpeg_with, (0xE1, inward)), None)
    vast = bombs.exif(bombs.entry(0x010E, 2, 2**32 - 1, 8) * 5_000, 65_535)
    yield Hostile("exif of 65,535 entries", partial(bombs.jpeg_with, (0xE1, vast)), None)
    askew = bombs.exif(bombs.entry(0x0112, 3, 1, 99), 1)
    yield Hostile("orientation 99", partial(bombs.jpeg_with, (0xE1, askew)), None)


def _disguises() -> Iterator[Hostile]:
    """Files that are not what they say, or are two things at once."""
    foreign: Code = "unsupported_format"
    yield Hostile("empty", bytes, "empty")
    yield Hostile("one byte", lambda: b"\xff", foreign)
    yield Hostile("bigtiff", lambda: b"II+\0\x08\0\0\0" + bytes(60), foreign)
    xxe = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;'
    yield Hostile("svg that reads a file", lambda: xxe, foreign)
    yield Hostile("billion laughs", partial(bombs.laughs, 10), foreign)
    script = b'push graphic-context\nfill "url(https://x.example/|id)"\n'
    yield Hostile("magick vector graphics", lambda: script, foreign)
    yield Hostile("postscript", lambda: b"%!PS\n(/etc/passwd) (r) file", foreign)
    yield Hostile("png that is a jpeg", lambda: sources.png()[:8] + sources.jpeg(), "corrupt")
    yield Hostile("jpeg that is a page", lambda: b"\xff\xd8\xff" + PAYLOAD, "truncated")
    behind = partial(bombs.jpeg_with, behind=b"PK\3\4" + PAYLOAD)
    yield Hostile("jpeg and archive", behind, None)
    page = partial(bombs.jpeg_with, (0xFE, b"*/" + PAYLOAD), (0xE5, b"%PDF-1.7\n" + PAYLOAD))
    yield Hostile("jpeg and page and pdf", page, None)
    yield Hostile("png and archive", partial(bombs.png_with, behind=b"PK\3\4" + PAYLOAD), None)
    text = partial(bombs.png_with, (b"tEXt", b"Comment\0" + PAYLOAD))
    yield Hostile("png and page", text, None)
    yield Hostile("gif and archive", lambda: sources.gif() + b"PK\3\4" + PAYLOAD, None)
    yield Hostile("webp and archive", lambda: sources.webp() + b"PK\3\4" + PAYLOAD, None)
    yield Hostile("png of endless rows", partial(bombs.png_of_rows, 100_000_000), None)


def _directories() -> Iterator[Hostile]:
    """What can be wrong with a TIFF, in which any value may lie anywhere."""
    many: Code = "too_many_pixels"
    yield Hostile("tiff bomb", partial(tiffs.claiming, 60_000, 60_000), many)
    yield Hostile("endless tiff", partial(tiffs.claiming, 2**32 - 1, 2**32 - 1), many)
    yield Hostile("wide tiff", partial(tiffs.claiming, 16_384, 1), "side_too_long")
    yield Hostile("flat tiff", partial(tiffs.claiming, 60, 0), "corrupt")
    yield Hostile("tiff loop", lambda: bombs.TIFF_LOOP, "corrupt")
    yield Hostile("tiff in a circle", tiffs.circle, "corrupt")
    yield Hostile("tiff within itself", tiffs.within_itself, "corrupt")
    yield Hostile("tiff of pages", partial(tiffs.of_pages, 5_000), "too_many_frames")
    thumbnails = partial(tiffs.of_pages, 5_000, smaller=True)
    yield Hostile("tiff of thumbnails", thumbnails, "too_many_parts")
    yield Hostile("tiff of tags", partial(tiffs.of_tags, 55_000), "too_many_parts")
    yield Hostile("tiff of lists", partial(tiffs.of_lists, 990, 100), "too_many_parts")
    yield Hostile("tiff of long lists", partial(tiffs.of_lists, 990, 50_000), "too_many_parts")
    yield Hostile("tiff of long tags", partial(tiffs.of_long_tags, 990), "too_many_frames")
    shared = partial(tiffs.of_shared_jpeg, 990, 8_000_000)
    yield Hostile("tiff of one jpeg", shared, "too_many_frames")


def _strips() -> Iterator[Hostile]:
    """What can be wrong with where a TIFF keeps its pixels, and how."""
    values = {60_000: (7, 2**32 - 1, 8)}
    yield Hostile("tag of 2^32-1", lambda: tiffs.tiff(tiffs.page(values)), "truncated")
    strips = {273: (4, 2**30, 8), 279: (4, 2**30, 8)}
    yield Hostile("2^30 strips", lambda: tiffs.tiff(tiffs.page(strips)), "truncated")
    behind = {273: tiffs.long(2**32 - 1)}
    yield Hostile("strip behind the end", lambda: tiffs.tiff(tiffs.page(behind)), "truncated")
    yield Hostile("tiff of metadata", tiffs.of_metadata, "metadata_too_large")
    yield Hostile("strips in one place", tiffs.of_overlaps, "corrupt")
    yield Hostile("tiff of a large tile", partial(tiffs.of_tiles, 16_384), "corrupt")
    foreign: Code = "unsupported_format"
    samples = {277: tiffs.short(65_535)}
    yield Hostile("65,535 samples", lambda: tiffs.tiff(tiffs.page(samples)), foreign)
    endless = {277: tiffs.long(2**32 - 1)}
    yield Hostile("2^32-1 samples", lambda: tiffs.tiff(tiffs.page(endless)), foreign)
    yield Hostile("tiff of an old jpeg", partial(tiffs.of_strip, sources.jpeg(), 6), foreign)
    raw = {254: tiffs.long(1)}
    yield Hostile("raw photo", lambda: tiffs.tiff(tiffs.page(raw)), foreign)
    scans = partial(bombs.jpeg_of_scans, 101)
    yield Hostile("tiff of 101 scans", lambda: tiffs.of_jpeg(scans()), "too_many_scans")
    large = partial(bombs.jpeg_claiming, 64_250, 64_250)
    yield Hostile("tiff of a large jpeg", lambda: tiffs.of_jpeg(large()), "corrupt")
    yield Hostile("short fax", lambda: tiffs.of_strip(b"\x26\xa0", 4, _BILEVEL), "corrupt")
    rows = partial(bombs.deflated, 100_000_000)
    yield Hostile("tiff of endless rows", lambda: tiffs.of_strip(rows(), 8), None)
    text = partial(sources.tiff, description=PAYLOAD.decode())
    yield Hostile("tiff and page and archive", lambda: text() + b"PK\3\4" + PAYLOAD, None)


def _items() -> Iterator[Hostile]:
    """What can be wrong with a HEIC, whose size is told in three places."""
    many: Code = "too_many_pixels"
    yield Hostile("heic bomb", partial(heics.plain, size=(60_000, 60_000)), many)
    yield Hostile("modest heic", partial(heics.plain, size=(6, 4)), "corrupt")
    yield Hostile("endless heic", partial(heics.plain, size=(2**32 - 1, 2**32 - 1)), many)
    yield Hostile("heic without width", partial(heics.plain, size=(0, 5)), "corrupt")
    yield Hostile("heic whose setup is a bomb", partial(heics.claiming, setup=True), many)
    yield Hostile("heic whose frame is a bomb", partial(heics.claiming, setup=False), many)
    yield Hostile("grid bomb", partial(heics.grid, 1, 1, size=(60_000, 60_000)), many)
    yield Hostile("grid of 65,536 cells and one tile", heics.lacking_tiles, "corrupt")
    yield Hostile("grid of itself", heics.within_itself, "corrupt")


def _boxes() -> Iterator[Hostile]:
    """A HEIC that is too much of something, or that is something else."""
    parts: Code = "too_many_parts"
    yield Hostile("heic of boxes", lambda: heics.plain() + b"\0\0\0\10free" * 60_000, parts)
    yield Hostile("heic of items", partial(heics.of_items, 30_000), parts)
    yield Hostile("heic of units", partial(heics.of_units, 60_000), parts)
    sizes = partial(heics.of_numbers, 31, 9_990)
    yield Hostile("heic of sizes", sizes, "too_many_pixels")
    yield Hostile("heic of a long number", partial(heics.of_numbers, 120, 1), "corrupt")
    yield Hostile("grid of 24,000 parts", partial(heics.of_grid_parts, 240), "corrupt")
    yield Hostile("heic of frames in one place", partial(heics.of_overlaps, 500), "corrupt")
    large = partial(heics.plain, exif=bytes(9_000_000))
    yield Hostile("heic of metadata", large, "metadata_too_large")
    loop = partial(heics.plain, exif=b"Exif\0\0" + bombs.TIFF_LOOP)
    yield Hostile("heic with an exif loop", loop, None)
    foreign: Code = "unsupported_format"
    yield Hostile("heif of jpeg", lambda: heics.plain().replace(b"hvc1", b"jpeg"), foreign)
    overlay = partial(heics.heic, heics.Item(b"iovl", bytes(12), (heics.sides(60, 40),)))
    yield Hostile("heif of overlays", overlay, foreign)
    yield Hostile("heic behind its end", heics.behind_its_end, "truncated")
    yield Hostile("heic and archive", lambda: heics.plain() + heics.box(b"free", PAYLOAD), None)


_BILEVEL = {258: tiffs.short(1), 262: tiffs.short(0)}
HOSTILE: tuple[Hostile, ...] = (
    *_dimensions(),
    *_repetition(),
    *_metadata(),
    *_disguises(),
    *_directories(),
    *_strips(),
    *_items(),
    *_boxes(),
)
