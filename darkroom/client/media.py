"""What a file's ending says it is; what it really is, the platform finds out."""

from pathlib import Path

_TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "tiff": "image/tiff",
    "tif": "image/tiff",
    "heic": "image/heic",
    "heif": "image/heic",
}
_ENDINGS = {"jpeg": "jpg"}


def content_type_of(path: Path) -> str | None:
    """Return the media type that the file's name says, such as image/jpeg, if it says one."""
    return _TYPES.get(path.suffix.lower().removeprefix("."))


def ending_of(format_: str) -> str:
    """Return the ending, without a dot, of files of a format that the API names."""
    return _ENDINGS.get(format_, format_)
