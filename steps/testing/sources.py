"""Sources: small original files of every format, honest and hostile, made here and now."""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageCms

ORIENTATION = 0x0112  # EXIF tags
DESCRIPTION = 0x010E
GPS = 0x8825


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Draw a picture that looks different in each of its four corners, in any Pillow mode."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    flat = Image.new("L", (width, height), 60)
    if mode.endswith("A"):
        return Image.merge("RGBA", (across, down, flat, down)).convert(mode)
    return Image.merge("RGB", (across, down, flat)).convert(mode)


def jpeg(
    width: int = 60, height: int = 40, *, mode: str = "RGB", orientation: int = 1, **save: Any
) -> bytes:
    """Return a JPEG file of the scene, as `saved_jpeg` does."""
    return saved_jpeg(scene(width, height, mode), orientation=orientation, **save)


def saved_jpeg(image: Image.Image, *, orientation: int = 1, **save: Any) -> bytes:
    """Return a JPEG file; it carries a GPS position and a "secret" in its EXIF."""
    return _saved(image, "JPEG", exif=exif(orientation), **save)


def exif(orientation: int = 1, *, position: bool = True) -> bytes:
    """Return an EXIF block with a "secret", and a GPS position unless told otherwise."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[DESCRIPTION] = "secret"
    if position:
        tags[GPS] = {1: "N", 2: (48.0, 12.0, 0.0)}
    return tags.tobytes()


def png(
    width: int = 60, height: int = 40, *, mode: str = "RGB", frames: int = 1, **save: Any
) -> bytes:
    """Return a PNG file of any mode that PNG has, e.g. "RGBA", "P", "I;16", "LA", "1"."""
    if frames > 1:
        return _animated(width, height, "PNG", frames)
    if mode == "I;16":
        return saved_png(_sixteen_bits(width, height), **save)
    return saved_png(scene(width, height, mode), **save)


def saved_png(image: Image.Image, **save: Any) -> bytes:
    """Return a PNG file."""
    return _saved(image, "PNG", **save)


def gif(width: int = 60, height: int = 40, *, frames: int = 1, **save: Any) -> bytes:
    """Return a GIF file of one or more frames, each another picture."""
    return _animated(width, height, "GIF", frames, **save)


def webp(
    width: int = 60, height: int = 40, *, frames: int = 1, mode: str = "RGB", **save: Any
) -> bytes:
    """Return a WebP file of one or more frames, each another picture."""
    if frames == 1:
        return _saved(scene(width, height, mode), "WEBP", **save)
    return _animated(width, height, "WEBP", frames, **save)


def avif(width: int = 60, height: int = 40) -> bytes:
    """Return an AVIF file."""
    return _saved(scene(width, height), "AVIF")


def tiff(
    width: int = 60, height: int = 40, *, mode: str = "RGB", orientation: int = 1, **save: Any
) -> bytes:
    """Return a TIFF file of any mode that is read: also "CMYK", "RGBX", "P", "1", "I;16"."""
    image = _sixteen_bits(width, height) if mode == "I;16" else scene(width, height, mode)
    return saved_tiff(image, orientation=orientation, **save)


def saved_tiff(image: Image.Image, *, orientation: int = 1, **save: Any) -> bytes:
    """Return a TIFF file with a "secret" in its description.

    It is not compressed unless `compression` has Pillow's name of a method. If it is not, it
    carries a GPS position too.
    """
    block = exif(orientation, position="compression" not in save)
    return _saved(image, "TIFF", exif=block, **save)


def srgb_profile() -> bytes:
    """Return the ICC profile of sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    struct.pack_into(">6H", profile, 24, 2026, 1, 1, 0, 0, 0)  # not when it was made
    return bytes(profile)


def p3_profile() -> bytes:
    """Return a profile of Display P3: that of sRGB with wider primaries, adapted to D50."""
    profile = bytearray(srgb_profile())
    (tags,) = struct.unpack_from(">I", profile, 128)
    for at in range(132, 132 + 12 * tags, 12):
        name, place, _ = struct.unpack_from(">4sII", profile, at)
        if name in _P3_PRIMARIES:
            fixed = [round(each * 65_536) for each in _P3_PRIMARIES[name]]
            struct.pack_into(">3i", profile, place + 8, *fixed)
    return bytes(profile)


_P3_PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG file of a few bytes that claims to be that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(kind, body) for kind, body in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    )


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gif_bomb(canvas: tuple[int, int], frames: Sequence[tuple[int, int]]) -> bytes:
    """Return a GIF file of a few bytes with that canvas and frames of those sizes."""
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    images = b"".join(
        b"," + struct.pack("<HHHHB", 0, 0, *size, 0) + b"\x02\x02\x4c\x01\x00" for size in frames
    )
    return head + images + b";"


def _sixteen_bits(width: int, height: int) -> Image.Image:
    levels = scene(width, height, "L").tobytes()
    wide = b"".join(struct.pack("<H", level * 257) for level in levels)
    return Image.frombytes("I;16", (width, height), wide)


def _animated(width: int, height: int, name: str, frames: int, **save: Any) -> bytes:
    first, *rest = (scene(width, height).rotate(7 * turn) for turn in range(frames))
    return _saved(first, name, save_all=bool(rest), append_images=rest, **save)


def _saved(image: Image.Image, name: str, **save: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **save)
    return file.getvalue()
