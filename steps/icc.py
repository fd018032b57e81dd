"""ICC: a profile of RGB, written anew from the numbers that say what its colours are.

A profile has room for names, texts and anything else; none of that goes on (ICC.1:2022, 7 to 10).
"""

import struct
from collections.abc import Iterator, Mapping

_HEADER, _ENTRY = 128, 12  # bytes
_MAX_TAGS, _MAX_POINTS = 100, 4096
_XYZ, _MATRIX = 12, 36  # bytes of one colour, and of three by three numbers
_CURVES = {0: 4, 1: 12, 2: 16, 3: 20, 4: 28}  # bytes of the parameters of each kind of curve
_POINTS = (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ")
_TONES = (b"rTRC", b"gTRC", b"bTRC")
_ADAPTED = b"chad"
_NAME, _RIGHTS = "RGB", "CC0"


def anew(profile: bytes) -> bytes | None:
    """Return the profile with its colours and nothing else: the same for the same numbers.

    None for one that tells its colours otherwise than by three primaries and three curves, such as
    by a table, and for a broken one. At most 25 kB, whatever the original had.
    """
    try:
        version, tags = profile[8], _tags(profile)
        told = {name: _colour(tags[name]) for name in _POINTS}
        told |= {name: _curve(tags[name]) for name in _TONES}
        if _ADAPTED in tags:
            told[_ADAPTED] = _typed(tags[_ADAPTED], b"sf32", _MATRIX)
    except (KeyError, IndexError, ValueError, struct.error):
        return None
    if profile[12:24] != b"mntrRGB XYZ " or version not in {2, 4}:
        return None
    return _written(version, {b"desc": _name(version), b"cprt": _rights(version), **told})


def of_primaries(number: int) -> bytes | None:
    """Return the profile of primaries of ISO 23091-2, with sRGB's curve; None for usual ones.

    9 are those of BT.2020, 12 those of Display P3, here adapted to D50 by Bradford's matrix.
    """
    if number not in _PRIMARIES:
        return None
    points = dict(zip(_POINTS, (_D50, *_PRIMARIES[number]), strict=True))
    told = {name: b"XYZ " + bytes(4) + _fixed(*point) for name, point in points.items()}
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*_SRGB_CURVE)
    told |= dict.fromkeys(_TONES, curve)
    return _written(4, {b"desc": _name(4), b"cprt": _rights(4), **told})


_PRIMARIES = {
    9: ((0.67342, 0.27902, -0.00193), (0.16564, 0.67534, 0.02998), (0.12513, 0.04564, 0.79733)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
_D50 = (0.9642, 1.0, 0.8249)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1


def _fixed(*numbers: float) -> bytes:
    """Return them in 16 bits before the point and 16 behind."""
    return struct.pack(f">{len(numbers)}i", *(round(each * 65_536) for each in numbers))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    if count > _MAX_TAGS:
        raise ValueError(count)
    found = {}
    for at in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + at * _ENTRY)
        found[name] = profile[start : start + size]
    return found


def _typed(tag: bytes, kind: bytes, size: int) -> bytes:
    """Return a tag of that kind and so many bytes, and no more of it."""
    if tag[:4] != kind or len(tag) < 8 + size:
        raise ValueError(kind)
    return kind + bytes(4) + tag[8 : 8 + size]


def _colour(tag: bytes) -> bytes:
    return _typed(tag, b"XYZ ", _XYZ)


def _curve(tag: bytes) -> bytes:
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        return tag[:4] + bytes(4) + struct.pack(">HH", kind, 0) + _exactly(tag, 12, _CURVES[kind])
    (points,) = struct.unpack_from(">I", tag, 8)
    if tag[:4] != b"curv" or points > _MAX_POINTS:
        raise ValueError(points)
    tones = struct.unpack_from(f">{points}H", tag, 12)
    if list(tones) != sorted(tones):
        raise ValueError("a text, perhaps: tones only rise")
    return tag[:4] + bytes(4) + struct.pack(f">I{points}H", points, *tones)


def _exactly(tag: bytes, start: int, size: int) -> bytes:
    if len(tag) < start + size:
        raise ValueError(size)
    return tag[start : start + size]


def _name(version: int) -> bytes:
    if version == 4:
        return _text(_NAME)
    ascii_ = _NAME.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii_)) + ascii_ + bytes(4 + 4 + 2 + 1 + 67)


def _rights(version: int) -> bytes:
    return _text(_RIGHTS) if version == 4 else b"text" + bytes(4) + _RIGHTS.encode() + b"\0"


def _text(text: str) -> bytes:
    """Return it in one language, in English."""
    wide = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", len(wide), 28) + wide


def _written(version: int, tags: Mapping[bytes, bytes]) -> bytes:
    start = _HEADER + 4 + _ENTRY * len(tags)
    table, body = b"", b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    size = start + len(body)
    header = b"".join(_header(version, size))
    return header + struct.pack(">I", len(tags)) + table + body


def _header(version: int, size: int) -> Iterator[bytes]:
    """Yield the 128 bytes, field by field: no date, no maker, no device."""
    yield struct.pack(">I4sI", size, b"", version << 24)
    yield b"mntrRGB XYZ "
    yield struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    yield b"acsp"
    yield bytes(28)  # platform, flags, manufacturer, model, attributes, intent: perceptual
    yield struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)  # D50, as every profile's
    yield bytes(48)  # creator, identity, reserved
