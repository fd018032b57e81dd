"""Hashes: a few bytes that say what a picture looks like, of a small rendering of it.

Formulas: BlurHash, Algorithm.md of github.com/woltapp/blurhash; ThumbHash, the reference
implementation of evanw.github.io/thumbhash; perceptual hash, Zauner (2010), "Implementation and
Benchmarking of Perceptual Image Hash Functions", 3.2.1, with the median instead of the mean.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from math import cos, floor, pi, sqrt
from statistics import median

from steps.colours import Rgba

Plane = Sequence[Sequence[float]]  # rows of values

_BASE83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_ACROSS, _DOWN = 4, 3  # waves of a BlurHash


def blur_hash(pixels: Sequence[Rgba], width: int) -> str:
    """Return the BlurHash, 28 characters for 4 x 3 waves; what is transparent counts as white."""
    channels = [
        _rows([_light(_on_white(pixel, band)) for pixel in pixels], width) for band in range(3)
    ]
    planes = [_waves(each, _ACROSS, _DOWN, shift=0.0) for each in channels]
    first, *others = zip(*(_flat(plane) for plane in planes), strict=True)
    most = max(abs(2 * value) for each in others for value in each)
    scale = max(0, min(82, floor(most * 166 - 0.5)))
    steps = (scale + 1) / 166
    average = sum(_level(value) << shift for value, shift in zip(first, (16, 8, 0), strict=True))
    text = _digits(_ACROSS - 1 + (_DOWN - 1) * 9, 1) + _digits(scale, 1) + _digits(average, 4)
    return text + "".join(_digits(_wave_digits(each, steps), 2) for each in others)


def thumb_hash(pixels: Sequence[Rgba], width: int) -> bytes:
    """Return the ThumbHash, at most 25 bytes, with the shape and transparency of the picture."""
    height = len(pixels) // width
    opaque = sum(pixel[3] / 255 for pixel in pixels)
    average = [
        sum(pixel[3] / 255 * pixel[band] / 255 for pixel in pixels) / (opaque or 1)
        for band in range(3)
    ]
    has_alpha = opaque < len(pixels) - 1e-9
    longer = max(width, height)
    limit = 5 if has_alpha else 7
    across, down = (max(1, _rounded(limit * side / longer)) for side in (width, height))
    planes = [_rows(plane, width) for plane in _lpqa(pixels, average)]
    sizes = [(max(3, across), max(3, down)), (3, 3), (3, 3), (5, 5)][: 4 if has_alpha else 3]
    light, yellow, red, *alpha = (
        _channel(plane, *size) for plane, size in zip(planes, sizes, strict=False)
    )
    wide = width > height
    header = (
        _rounded(63 * light[0])
        | _rounded(31.5 + 31.5 * yellow[0]) << 6
        | _rounded(31.5 + 31.5 * red[0]) << 12
        | _rounded(31 * light[2]) << 18
        | has_alpha << 23
    )
    shape = (
        (down if wide else across)
        | _rounded(63 * yellow[2]) << 3
        | _rounded(63 * red[2]) << 9
        | wide << 15
    )
    hashed = header.to_bytes(3, "little") + shape.to_bytes(2, "little")
    if alpha:
        hashed += bytes([_rounded(15 * alpha[0][0]) | _rounded(15 * alpha[0][2]) << 4])
    return hashed + _nibbles([each for part in (light, yellow, red, *alpha) for each in part[1]])


def perceptual_hash(light: Sequence[int]) -> str:
    """Return 64 bits as 16 hex digits, of a rendering of 32 x 32 levels of light.

    Of similar pictures few bits differ: of the same at another size or quality, mostly under 8.
    """
    found = _flat(_waves(_rows([float(level) for level in light], 32), 8, 8, shift=0.5))
    middle = median(found)
    bits = sum(1 << (63 - at) for at, value in enumerate(found) if value > middle)
    return f"{bits:016x}"


Channel = tuple[float, list[float], float]  # the mean, the waves from 0 to 1, and their scale


def _channel(plane: Plane, across: int, down: int) -> Channel:
    """Return a ThumbHash channel: the waves of a triangle of frequencies."""
    waves = _waves(plane, across, down, shift=0.5)
    kept = [
        waves[y][x] for y in range(down) for x in range(across) if x * down < across * (down - y)
    ]
    mean, *others = kept
    scale = max((abs(each) for each in others), default=0.0)
    return mean, [0.5 + 0.5 / scale * each if scale else 0.0 for each in others], scale


def _lpqa(pixels: Sequence[Rgba], average: Sequence[float]) -> Iterator[list[float]]:
    """Yield lightness, yellow against blue, red against green, and alpha of each pixel."""
    flat = []
    for *colour, opacity in pixels:
        alpha = opacity / 255
        flat.append(
            [
                mean * (1 - alpha) + alpha / 255 * level
                for mean, level in zip(average, colour, strict=True)
            ]
        )
    yield [(red + green + blue) / 3 for red, green, blue in flat]
    yield [(red + green) / 2 - blue for red, green, blue in flat]
    yield [red - green for red, green, _ in flat]
    yield [pixel[3] / 255 for pixel in pixels]


def _waves(plane: Plane, across: int, down: int, *, shift: float) -> list[list[float]]:
    """Return the mean of the plane times each cosine wave: rows of `across` values, `down` rows."""
    width, height = len(plane[0]), len(plane)
    rows = [
        [sum(map(_times, row, _cosines(x, width, shift))) / width for x in range(across)]
        for row in plane
    ]
    columns = list(zip(*rows, strict=True))
    return [
        [sum(map(_times, column, _cosines(y, height, shift))) / height for column in columns]
        for y in range(down)
    ]


@cache
def _cosines(wave: int, side: int, shift: float) -> tuple[float, ...]:
    return tuple(cos(pi * wave * (at + shift) / side) for at in range(side))


def _times(one: float, other: float) -> float:
    return one * other


def _rows(values: Sequence[float], width: int) -> Plane:
    return [values[at : at + width] for at in range(0, len(values), width)]


def _flat(plane: Plane) -> list[float]:
    return [value for row in plane for value in row]


def _on_white(pixel: Rgba, band: int) -> float:
    return (pixel[band] * pixel[3] + 255 * (255 - pixel[3])) / 255


def _light(level: float) -> float:
    """Return the light of an sRGB level, 0 to 1. Source: IEC 61966-2-1."""
    share = level / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _level(light: float) -> int:
    share = max(0.0, min(1.0, light))
    low = share <= 0.0031308
    return floor((share * 12.92 if low else 1.055 * share ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _wave_digits(wave: Sequence[float], most: float) -> int:
    """Return three values of a wave as one number: the root of each, in 19 steps."""
    red, green, blue = (_root(2 * value / most) for value in wave)
    return red * 19 * 19 + green * 19 + blue


def _root(share: float) -> int:
    root = sqrt(abs(share)) * (1 if share >= 0 else -1)
    return max(0, min(18, floor(root * 9 + 9.5)))


def _digits(number: int, count: int) -> str:
    return "".join(_BASE83[number // 83**place % 83] for place in range(count - 1, -1, -1))


def _nibbles(shares: Sequence[float]) -> bytes:
    """Return values from 0 to 1 in four bits each, the first in the lower half of a byte."""
    fours = [_rounded(15 * share) for share in shares] + [0]
    return bytes(low | high << 4 for low, high in zip(fours[0:-1:2], fours[1::2], strict=False))


def _rounded(value: float) -> int:
    """Return the nearest whole number, half up, as JavaScript has it."""
    return floor(value + 0.5)
