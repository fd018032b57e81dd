"""HEVC: the sizes that its parameters tell; a decoder believes them, not the file around them.

Source: ITU-T H.265, 7.3.1 and 7.3.2.2; ISO 14496-15, 8.3.3 for the setup.
"""

from collections.abc import Iterator

from steps.headers.structure import Count, Malformed, Truncated, Unread, unpack

Sides = tuple[int, int]
"""Width and height in pixels."""

_PARAMETERS = 33
_BLOCK = 64  # pixels each way, at the most
_WHOLE = 3  # chroma as large as light: 4:4:4
_SUBSAMPLING = {1: (2, 2), 2: (2, 1)}
_LONGEST_NUMBER = 32  # bits
_LONGEST = 128  # bytes of parameters that are looked at: the sizes stand near the beginning


def of_setup(setup: bytes, units: Count) -> Iterator[Sides]:
    """Yield the sizes told by a decoder's setup, the content of an hvcC."""
    length_size, arrays = unpack("21xBB", setup, 0)
    if length_size & 3 != 3:
        raise Unread("a HEIC whose units have lengths of other than four bytes")
    at = 23
    for _ in range(arrays):
        (number,) = unpack(">xH", setup, at)
        at += 3
        for _ in range(number):
            units.one_more()
            (length,) = unpack(">H", setup, at)
            yield from _of_unit(setup[at + 2 : at + 2 + length])
            at += 2 + length


def of_frame(frame: bytes, units: Count) -> Iterator[Sides]:
    """Yield the sizes told within a frame; raises Malformed unless it is units to its last byte."""
    at = 0
    while at < len(frame):
        units.one_more()
        try:
            (length,) = unpack(">I", frame, at)
        except Truncated:
            raise Malformed("a HEIC whose frame ends within a unit") from None
        at += 4 + length
        if at > len(frame):
            raise Malformed("a HEIC whose frame ends within a unit")
        yield from _of_unit(frame[at - length : at - length + _LONGEST])


def _of_unit(unit: bytes) -> Iterator[Sides]:
    if not unit or unit[0] >> 1 & 0x3F != _PARAMETERS:
        return
    bits = _Bits(unit[2:_LONGEST].replace(b"\0\0\3", b"\0\0"))
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    _skip_profiles(bits, layers)
    bits.number()
    chroma = bits.number()
    if chroma == _WHOLE:
        bits.take(1)
    width, height = bits.number(), bits.number()
    left, right, top, bottom = (bits.number() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    across, down = _SUBSAMPLING.get(chroma, (1, 1))
    cut = across * (left + right), down * (top + bottom)
    # A frame is of whole blocks, and a window cuts it to size; a larger cut hides pixels.
    yield (width - cut[0], height - cut[1]) if max(cut) < _BLOCK else (width, height)


def _skip_profiles(bits: "_Bits", layers: int) -> None:
    bits.take(96)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.take(88 * profile + 8 * level)


class _Bits:
    """Reads bits, the highest of a byte first."""

    def __init__(self, content: bytes) -> None:
        self._all = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        """Return the number that the next bits make; raises Malformed beyond the last."""
        self._left -= count
        if self._left < 0:
            raise Malformed("a HEIC whose parameters end early")
        return self._all >> self._left & (1 << count) - 1

    def number(self) -> int:
        """Return the next number, whose length its leading zeros tell: up to 32 of them (9.2)."""
        zeros = self._left - (self._all & (1 << self._left) - 1).bit_length()
        if zeros > _LONGEST_NUMBER:
            raise Malformed("a HEIC with a number of more than 32 bits")
        self.take(zeros + 1)
        return (1 << zeros) - 1 + self.take(zeros)
