"""Encoding: a picture becomes the bytes of a file, once, at the output (rule 9 of the language)."""

from dataclasses import replace

from steps.formats import FORMATS, TRAITS, Encoding, Format
from steps.picture import Picture
from steps.values import Scalar
from steps.writing import write

ENCODER_VERSION = 5
"""Raised when the same picture gives other bytes; part of every variant's recipe."""


BUDGET_TRIES = 7
"""How many qualities are tried at the most until one fits `max_bytes`: 100 are halved so often."""


class OverBudget(Exception):
    """Not even the lowest quality gives a file of so few bytes."""

    code = "over_budget"

    def __init__(self, limit: int, smallest: int) -> None:
        super().__init__(f"the smallest file has {smallest} bytes, {limit} are allowed")
        self.facts: dict[str, Scalar] = {"limit": limit, "actual": smallest}


def encode(picture: Picture, file_format: Format) -> bytes:
    """Return the file: the same bytes for the same picture, with no more metadata than it carries.

    How, its last `convert` chose; a quality that is None means jpeg 80, webp 80, avif 50. With
    `max_bytes` it is the best one, up to that, whose file is not larger; raises OverBudget if
    there is none. Raises ValueError as `steps.writing.write` does.
    """
    encoding = replace(picture.carried.encoding, format=file_format)
    written = write(picture.images, encoding, picture.carried)
    if encoding.max_bytes is None or len(written) <= encoding.max_bytes:
        return written
    return _within(encoding.max_bytes, written, picture, encoding)


def _within(budget: int, written: bytes, picture: Picture, encoding: Encoding) -> bytes:
    """Return the file of the best quality that fits, found by halving."""
    images, best = picture.rendered().images, None
    low, high = 1, encoding.quality or TRAITS[encoding.format or "png"].quality or 1
    while low < high:
        quality = (low + high) // 2
        written = write(images, replace(encoding, quality=quality), picture.carried)
        if len(written) <= budget:
            low, best = quality + 1, written
        else:
            high = quality
    if best is None:
        raise OverBudget(budget, len(written))
    return best


def output_format(picture: Picture, original: str) -> Format:
    """Return the format in which the picture is written.

    It is that of the last `convert` passed; else the original's, if that is one that is written;
    else jpeg, or png for transparency.
    """
    chosen = picture.carried.encoding.format
    if chosen is not None:
        return chosen
    formats = formats_from(original)
    return formats[-1] if picture.alpha else formats[0]


def formats_from(original: str) -> tuple[Format, ...]:
    """Return the formats that a picture of such an original may be written in if none is chosen.

    The first is for opaque ones, the last for others.
    """
    same = tuple(each for each in FORMATS if each == original)
    return same or ("jpeg", "png")


def media_type(file_format: Format) -> str:
    """Return the Content-Type of a file in this format."""
    return TRAITS[file_format].media_type


def extension(file_format: Format) -> str:
    """Return the ending of a file's name in this format, without the dot."""
    return TRAITS[file_format].extension
