"""Packing: a picture as JSON and bytes, for the way between two processes; nothing is lost."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from steps.carried import Carried
from steps.formats import Encoding
from steps.metadata import Tag
from steps.picture import Picture


def described(picture: Picture) -> dict[str, Any]:
    """Return all of a picture but its pixels, as JSON values."""
    stored, carried = picture.stored, picture.carried
    return {
        "width": stored.width,
        "height": stored.height,
        "stands_for": [picture.width, picture.height],
        "alpha": picture.alpha,
        "frames": picture.frames,
        "delays_ms": list(carried.delays_ms),
        "loop": carried.loop,
        "profile": b64encode(carried.profile).decode(),
        "tags": [{**asdict(tag), "value": b64encode(tag.value).decode()} for tag in carried.tags],
        "encoding": asdict(carried.encoding),
    }


def packed(picture: Picture) -> bytes:
    """Return the pixels that there are, frame after frame."""
    return picture.stored.pixels()


def unpacked(description: Mapping[str, Any], pixels: bytes | memoryview) -> Picture:
    """Return the picture of `described` and `packed`; raises ValueError for any other bytes."""
    width, height, alpha = (description[name] for name in ("width", "height", "alpha"))
    size = width * height * (4 if alpha else 3)
    if len(pixels) != size * description["frames"]:
        raise ValueError(f"{description['frames']} frames of {size} bytes are not {len(pixels)}")
    frames = (
        Picture.from_pixels(pixels[at : at + size], width, height, alpha=alpha)
        for at in range(0, len(pixels), size)
    )
    return (
        Picture.joined(frames)
        .carrying(_carried(description))
        .standing_for(*description["stands_for"])
    )


def _carried(description: Mapping[str, Any]) -> Carried:
    encoding = description["encoding"]
    return Carried(
        delays_ms=tuple(description["delays_ms"]),
        loop=description["loop"],
        profile=b64decode(description["profile"]),
        tags=tuple(Tag(**{**tag, "value": b64decode(tag["value"])}) for tag in description["tags"]),
        encoding=Encoding(**{**encoding, "background": tuple(encoding["background"])}),
    )
