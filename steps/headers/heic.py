"""HEIC: items of HEVC, told by boxes (ISO 23008-12, annex B); HEIF of other codecs is not read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from steps.headers import hevc
from steps.headers.avif import METADATA, PIXELS
from steps.headers.boxes import IN_THE_FILE, Extent, boxes, extents, item_of, linked
from steps.headers.colours import refuse_hdr
from steps.headers.structure import Count, Malformed, Structure, Truncated, Unread, unpack

MAX_UNITS = 10_000
"""Of HEVC, in setups and frames: a phone's 48 tiles are 200. Each costs a look for sizes."""


@dataclass
class _Told:
    """What boxes have told so far."""

    width: int = 0
    height: int = 0
    metadata: int = 0
    pixels: bool = False
    primary: int | None = None
    kinds: dict[int, bytes] = field(default_factory=dict)  # by item
    tiles: dict[int, tuple[int, ...]] = field(default_factory=dict)  # by their grid
    wide: bool = False  # whether links have four bytes an item
    inside: tuple[int, int] = (0, 0)  # where the idat begins and ends
    extents: list[Extent] = field(default_factory=list)
    items: Count = field(default_factory=lambda: Count("items"))
    units: Count = field(default_factory=lambda: Count("units", MAX_UNITS))

    def structure(self) -> Structure:
        """Return it as all formats tell it."""
        return Structure(self.width, self.height, metadata=self.metadata)

    def sides(self, width: int, height: int) -> None:
        """Grow to hold a picture of that size: tiles have their own, the whole is the largest."""
        self.width, self.height = max(self.width, width), max(self.height, height)


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to the end of its last box.

    The largest size counts, wherever it is told: by the boxes, or by the parameters of HEVC, which
    are what a decoder makes room for.
    """
    told = _Told()
    for kind, start, stop in boxes(data, 0, len(data), Count("boxes")):
        _look(data, kind, start, stop, told)
        yield told.structure()
    described = {item for item, kind in told.kinds.items() if kind in METADATA}
    told.metadata += sum(each.size for each in told.extents if each.item in described)
    yield told.structure()
    if not told.pixels:
        raise Truncated
    refuse_hdr(data, "a HEIC")
    _check_kinds(told)
    _check_grids(data, told)
    for sides in _sides_of_frames(data, told):
        told.sides(*sides)
        yield told.structure()


def _look(data: bytes, kind: bytes, start: int, stop: int, told: _Told) -> None:
    told.pixels = told.pixels or kind in PIXELS
    if kind == b"ispe":
        told.sides(*unpack(">II", data, start + 4))
    elif kind == b"hvcC":
        for sides in hevc.of_setup(data[start:stop], told.units):
            told.sides(*sides)
    elif kind == b"infe":
        item, what = item_of(data, start)
        told.kinds[item] = what
    elif kind == b"iloc":
        told.extents += extents(data, start, told.items)
    elif kind == b"pitm":
        wide = unpack("B", data, start)[0] > 0
        told.primary = unpack(">4xI" if wide else ">4xH", data, start)[0]
    elif kind == b"iref":
        told.wide = unpack("B", data, start)[0] > 0
    elif kind == b"dimg":
        grid, *tiles = linked(data, start, wide=told.wide)
        told.tiles[grid] = tuple(tiles)
        for _ in tiles:
            told.items.one_more()
    elif kind == b"idat":
        told.inside = start, stop
    elif kind == b"colr":
        told.metadata += stop - start


def _check_kinds(told: _Told) -> None:
    """Only HEVC is decoded, alone or in a grid; of what else there may be, its decoders know."""
    kind = told.kinds.get(-1 if told.primary is None else told.primary)
    if kind is None:
        raise Malformed("a HEIC that does not say which item is its picture")
    others = {*told.kinds.values()} - _READ - METADATA - _PASSED_OVER
    if kind not in _READ or others:
        name = (kind if kind not in _READ else min(others)).decode("ascii", "backslashreplace")
        raise Unread(f"a HEIC with a picture of the kind {name!r}")


def _check_grids(data: bytes, told: _Told) -> None:
    """A grid has as many tiles as it has cells: libheif would leave the others as they come."""
    # Known once for each grid: it may lie in as many parts as it has tiles.
    coded = {
        grid: sum(told.kinds.get(tile) == b"hvc1" for tile in tiles)
        for grid, tiles in told.tiles.items()
    }
    for each in told.extents:
        if told.kinds.get(each.item) == b"grid":
            at = each.at if each.where == IN_THE_FILE else told.inside[0] + each.at
            rows, columns = unpack("2xBB", data, at)
            cells, tiles = (rows + 1) * (columns + 1), coded.get(each.item, 0)
            if not cells == tiles == len(told.tiles[each.item]):
                raise Malformed(f"a grid of {cells} cells and {tiles} tiles of HEVC")


def _sides_of_frames(data: bytes, told: _Told) -> Iterator[hevc.Sides]:
    """Check that the items lie in the file; yield the sizes that frames tell within themselves."""
    frames: dict[int, list[Extent]] = {}
    for each in told.extents:
        if each.where == IN_THE_FILE and each.at + each.size > len(data):
            raise Truncated(each.at + each.size)
        if told.kinds.get(each.item) == b"hvc1":
            if each.where != IN_THE_FILE:
                raise Unread("a HEIC whose frames lie in other items")
            frames.setdefault(each.item, []).append(each)
    if sum(each.size for parts in frames.values() for each in parts) > len(data):
        raise Malformed("frames that lie over each other")
    for parts in frames.values():
        frame = b"".join(data[each.at : each.at + each.size] for each in parts)
        yield from hevc.of_frame(frame, told.units)


_READ = frozenset({b"hvc1", b"grid"})
# A map that makes the picture brighter on screens that can: without it, it is as others show it.
_PASSED_OVER = frozenset({b"tmap"})
