"""HEICs: put together box by box around pictures that an encoder made once.

No encoder of HEVC is among the project's packages. The three pictures are the scene of
`steps.testing.sources` at 60 x 40, in YCbCr 4:2:0 of 8 and of 10 bits, and in grey; x265 4.3 made
them by way of pillow-heif 1.8.1. Beyond that they were given the window that cuts the encoder's
64 x 64 down to that size.
"""

import struct
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """An HEVC picture: how its decoder is set up, and its one frame."""

    setup: bytes  # the content of an hvcC box
    frame: bytes


COLOUR = Picture(
    setup=b64decode(
        "AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAsQgEBA3AA"
        "AAMAkAAAAwAAAwAeoCCBB3G5bq5Ka5uAhoMCAAADADIAAAMAAhBiAAEABkQBwXPAiQ=="
    ),
    frame=b64decode(
        "AAAA8ygBrw7gV5raUkIh0UOfr5GpDk1FfwTvXxsh+V/eXZKN1UuO4JEeth4fufeljBFhzS4pYvOptfCuW8kN"
        "9M9WTKR+riamzlQ14au6WaSHsD6t/MKrafKda1V7dMdx3HiKWfdUDKwnsn2fZtT8B8ZPvGbvTfmL52VksT0R"
        "uJgvLIPkm+qpvjzcc/rRefpU3hZp6NHZM9A9DKhuXJjEN0aaXsUpheZbx4Ssfp0KdBSXKOvNl1psvuKD8WfJ"
        "7ySUh92NmtpDOlq61SaCSzOAlGa6XoKAMN3zc2c/30/7XMaMPIpmELaQyGL3tvyk91Oi86EQ0fU7ow=="
    ),
)
GREY = Picture(
    setup=b64decode(
        "AQQIAAAAn/gAAAAAHvAA/Pz4+AAADwNgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAYQABACdCAQEECAAA"
        "AwCf+AAAAwAAHsCCBBywzlurkprmwIAAAAyAAAADAIRiAAEABkQBwXPAiQ=="
    ),
    frame=b64decode(
        "AAAAWCgBrhPAbLNSLS9fS7+yYz9Bmi5N0dQeMrmNWIMEzfZpITA+CnuSpCnm4cWgf/loPbZy1NAGuLc1FrFu"
        "dE1Q1I7LaNERLc8+xOONht04oLiKoIFx6QHQHeA="
    ),
)
TEN_BITS = Picture(
    setup=b64decode(
        "AQQIAAAAnbgAAAAAHvAA/P36+gAADwNgAAEAF0ABDAH//wQIAAADAJ24AAADAAAeugJAYQABACtCAQEECAAA"
        "AwCduAAAAwAAHqAggQdxrZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIk="
    ),
    frame=b64decode(
        "AAAAligBrwngPg6cJeDo3207Exn6DNF27o6p8afMIYnpuVNJBaJkxL6Hu63DL23Oi4CECuuIkOH5yxuWlYym"
        "eyVIU9H7i0EIYcJtUt3VE0/qwMUWqxccRyFTtGjhjR+jM07omqGoJx4R2n7fr7gbs24hipsvhUwXCQ2wW6PJ"
        "GnmPEjQ+KgSf4n/CgLDQan2p9XuCf6TqGlAsYA=="
    ),
)


@dataclass(frozen=True)
class Item:
    """One item of a file: its kind, its bytes, and the boxes of its properties."""

    kind: bytes  # four letters
    content: bytes
    properties: tuple[bytes, ...] = ()


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I4s", len(content) + 8, kind) + content


def sides(width: int, height: int) -> bytes:
    """Return the property that tells the size of an item, in pixels."""
    return box(b"ispe", struct.pack(">III", 0, width, height))


def turned(quarters: int) -> bytes:
    """Return the property that turns an item by so many right angles, counterclockwise."""
    return box(b"irot", bytes([quarters]))


def mirrored(*, left_and_right: bool) -> bytes:
    """Return the property that mirrors an item, after it was turned."""
    return box(b"imir", bytes([left_and_right]))


def coded(picture: Picture = COLOUR, *properties: bytes, size: tuple[int, int] = (60, 40)) -> Item:
    """Return the item of an HEVC picture, which says that it has that size."""
    setup = box(b"hvcC", picture.setup)
    return Item(b"hvc1", picture.frame, (setup, sides(*size), *properties))


def heic(*items: Item, links: Sequence[tuple[bytes, int, tuple[int, ...]]] = ()) -> bytes:
    """Return a HEIC of these items, counted from 1; the first is the picture.

    A link is of a kind, such as `auxl`, from one item to others.
    """
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    properties = list(dict.fromkeys(each for item in items for each in item.properties))
    infos = b"".join(
        box(b"infe", struct.pack(">BxxxHH4sx", 2, number, 0, item.kind))
        for number, item in enumerate(items, 1)
    )
    parts = [
        box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
        box(b"pitm", struct.pack(">IH", 0, 1)),
        box(b"iinf", struct.pack(">IH", 0, len(items)) + infos),
        box(b"iprp", box(b"ipco", b"".join(properties)) + _given(items, properties)),
        box(b"iref", bytes(4) + b"".join(_link(*each) for each in links)) if links else b"",
    ]
    length = len(head) + 12 + sum(map(len, parts)) + len(_places(items, 0))
    meta = box(b"meta", bytes(4) + b"".join(parts) + _places(items, length + 8))
    return head + meta + box(b"mdat", b"".join(item.content for item in items))


def plain(*properties: bytes, exif: bytes = b"", size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a HEIC of the scene, with an EXIF block if one is given."""
    picture = coded(COLOUR, *properties, size=size)
    if not exif:
        return heic(picture)
    return heic(picture, Item(b"Exif", bytes(4) + exif), links=[(b"cdsc", 2, (1,))])


def profiled(profile: bytes) -> bytes:
    """Return a HEIC of the scene in the colours of an ICC profile."""
    return plain(box(b"colr", b"prof" + profile))


def with_alpha() -> bytes:
    """Return a HEIC of the scene whose alpha is the scene in grey."""
    auxiliary = box(b"auxC", bytes(4) + b"urn:mpeg:hevc:2015:auxid:1\0")
    return heic(coded(), coded(GREY, auxiliary), links=[(b"auxl", 2, (1,))])


def grid(across: int, down: int, *properties: bytes, size: tuple[int, int] | None = None) -> bytes:
    """Return a HEIC of so many scenes side by side, as phones put pictures together."""
    width, height = size or (60 * across, 40 * down)
    layout = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, width, height)
    tiles = [coded()] * (across * down)
    numbers = tuple(range(2, 2 + len(tiles)))
    whole = Item(b"grid", layout, (sides(width, height), *properties))
    return heic(whole, *tiles, links=[(b"dimg", 1, numbers)])


def claiming(*, setup: bool) -> bytes:
    """Return a HEIC whose HEVC is of 30,000 x 30,000 pixels, as its setup or its frame says.

    The boxes tell 60 x 40.
    """
    # As in the pictures above, up to the sizes: numbers of 15 bits, behind as many zeros but one.
    at = COLOUR.setup.index(b"\x42\x01\x01\x03")
    bits = "1010" + 2 * f"{30_001:029b}" + "01"
    told = COLOUR.setup[at : at + 18] + int(bits, 2).to_bytes(8, "big")
    unit = struct.pack(">H", len(told)) + told
    if setup:
        arrays = b"\1\x21\0\1" + unit
        return heic(coded(Picture(COLOUR.setup[:22] + arrays, COLOUR.frame)))
    return heic(coded(Picture(COLOUR.setup, b"\0\0" + unit + COLOUR.frame)))


def of_numbers(zeros: int, units: int) -> bytes:
    """Return a HEIC whose frame begins with so many parameters of HEVC, the sizes of that length.

    Each number, of 2^`zeros` and more, begins with so many zeros.
    """
    long = "0" * zeros + "1" + "1" * zeros
    # No layers below, no profile; a number, chroma 1, the sides, and a window of four numbers.
    bits = "0000" + "000" + "1" + "1" * 96 + "1" + "010" + long * 2 + "1" + long * 4
    bits += "1" * (-len(bits) % 8)
    unit = b"\x42\1" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    told = struct.pack(">I", len(unit)) + unit
    return heic(coded(Picture(COLOUR.setup, told * units + COLOUR.frame)))


def of_grid_parts(rows: int) -> bytes:
    """Return a HEIC of a grid of `rows` x 100, whose last tile is itself, told in as many parts."""
    cells = 100 * rows
    layout = struct.pack(">BBBBHH", 0, 0, rows - 1, 99, 60, 40)
    whole = Item(b"grid", layout, (sides(60, 40),))
    plain = heic(whole, coded(), links=[(b"dimg", 1, (2,) * (cells - 1) + (1,))])
    parts = struct.pack(">II", plain.index(b"mdat") + 4, len(layout)) * cells
    told = struct.pack(">IBBHHHH", 0, 0x44, 0, 1, 1, 0, cells) + parts
    return plain + box(b"meta", bytes(4) + box(b"iloc", told))


def lacking_tiles() -> bytes:
    """Return a HEIC that puts its one tile into a grid of 256 x 256."""
    layout = struct.pack(">BBBBHH", 0, 0, 255, 255, 60, 40)
    whole = Item(b"grid", layout, (sides(60, 40),))
    return heic(whole, coded(), links=[(b"dimg", 1, (2,))])


def within_itself() -> bytes:
    """Return a HEIC whose picture is a grid of that same grid."""
    layout = struct.pack(">BBBBHH", 0, 0, 0, 0, 60, 40)
    whole = Item(b"grid", layout, (sides(60, 40),))
    return heic(whole, links=[(b"dimg", 1, (1,))])


def of_items(items: int) -> bytes:
    """Return a HEIC with that many empty items beside its picture."""
    return heic(coded(), *[Item(b"mime", b"")] * items)


def of_overlaps(items: int) -> bytes:
    """Return a HEIC of that many frames, which all lie in the place of the first."""
    plain = heic(*[coded()] * items)
    first = plain.index(b"mdat") + 4
    start = plain.index(b"iloc") + 12 + 6
    places = bytearray(plain)
    for number in range(items):
        struct.pack_into(">I", places, start + 14 * number, first)
    return bytes(places)[: first + len(COLOUR.frame)].replace(
        struct.pack(">I", items * len(COLOUR.frame) + 8) + b"mdat",
        struct.pack(">I", len(COLOUR.frame) + 8) + b"mdat",
    )


def of_units(units: int) -> bytes:
    """Return a HEIC whose frame begins with that many empty units."""
    return heic(coded(Picture(COLOUR.setup, bytes(4) * units + COLOUR.frame)))


def behind_its_end() -> bytes:
    """Return a HEIC whose picture lies where the file has ended."""
    whole = plain()
    start = whole.index(b"iloc") + 18
    return whole[:start] + struct.pack(">I", len(whole)) + whole[start + 4 :]


def _given(items: Sequence[Item], properties: Sequence[bytes]) -> bytes:
    """Return the box that tells which item has which properties; all are essential."""
    told = b"".join(
        struct.pack(">HB", number, len(item.properties))
        + bytes(0x80 | properties.index(each) + 1 for each in item.properties)
        for number, item in enumerate(items, 1)
    )
    return box(b"ipma", struct.pack(">II", 0, len(items)) + told)


def _link(kind: bytes, one: int, others: tuple[int, ...]) -> bytes:
    return box(kind, struct.pack(f">HH{len(others)}H", one, len(others), *others))


def _places(items: Sequence[Item], start: int) -> bytes:
    """Return the box that tells where the items lie, one after the other from `start`."""
    told = b""
    for number, item in enumerate(items, 1):
        told += struct.pack(">HHHII", number, 0, 1, start, len(item.content))
        start += len(item.content)
    return box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, len(items)) + told)
