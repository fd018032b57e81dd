"""Encoding: a picture becomes the bytes of a file, once, at the output (rule 9 of the language)."""

from steps.formats import FORMATS, TRAITS, Format, write
from steps.picture import Picture

ENCODER_VERSION = 1
"""Raised when the same picture gives other bytes; part of every variant's recipe."""


def encode(picture: Picture, file_format: Format, quality: int | None = None) -> bytes:
    """Return the file: the same bytes for the same picture, and no metadata in them.

    `quality` is 1 to 100; None means jpeg 80, webp 80, avif 50. Transparency meets white in a
    jpeg. Raises ValueError for a quality where the format (png, gif) has none.
    """
    return write(picture.vips, file_format, quality)


def output_format(original: str, *, alpha: bool) -> Format:
    """Return the format of a variant that no step converts.

    It is the original's, if that is one that is written; else jpeg, or png for transparency.
    """
    for file_format in FORMATS:
        if file_format == original:
            return file_format
    return "png" if alpha else "jpeg"


def media_type(file_format: Format) -> str:
    """Return the Content-Type of a file in this format."""
    return TRAITS[file_format].media_type


def extension(file_format: Format) -> str:
    """Return the ending of a file's name in this format, without the dot."""
    return TRAITS[file_format].extension
