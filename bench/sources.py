"""Sources: the originals that are measured, drawn here, the same on every machine."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageChops

Size = tuple[int, int]
SEED = 1826  # the year of the first photograph
PHOTO_QUALITY = 92
"""With the grain below, a JPEG has some 0.4 MB a megapixel, as cameras' own have."""


def photo(size: Size, *, grain: int = 12) -> Image.Image:
    """Return a picture with detail of every size, like a landscape's, and a sensor's grain.

    `grain` is in levels of 8 bits. Sums of noise, each half as coarse and half as strong as the
    one before, have the spectrum that photos have (D. J. Field, 1987: amplitudes fall as 1/f).
    """
    random = Random(SEED)  # noqa: S311 - a drawing
    red, green, blue = (_clouds(size, random, octaves) for octaves in (10, 10, 5))
    light = _clouds(size, random, 11)
    channels = [ImageChops.blend(light, each, 0.35) for each in (red, green, blue)]
    if grain:
        noise = Image.frombytes("L", size, random.randbytes(size[0] * size[1]))
        noise = noise.point([128 + (level - 128) * grain // 128 for level in range(256)])
        channels = [ImageChops.add(each, noise, offset=-128) for each in channels]
    return Image.merge("RGB", channels)


def jpeg(size: Size) -> bytes:
    """Return the photo as a camera would write it."""
    return _saved(photo(size), "JPEG", quality=PHOTO_QUALITY)


def png(size: Size) -> bytes:
    """Return the photo as a PNG of fewer shades, so that many pixels have few bytes."""
    few = photo(size, grain=0).point([level & 0xF0 for level in range(256)] * 3)
    return _saved(few, "PNG", compress_level=6)


def gif(size: Size, frames: int) -> bytes:
    """Return an animation that looks around in a photo, 25 frames a second."""
    wide = photo((size[0] + 4 * frames, size[1]), grain=4)
    views = [wide.crop((4 * at, 0, 4 * at + size[0], size[1])) for at in range(frames)]
    first, *rest = (view.quantize(128, method=Image.Quantize.FASTOCTREE) for view in views)
    return _saved(first, "GIF", save_all=True, append_images=rest, duration=40, loop=0)


SOURCES: dict[str, Callable[[], bytes]] = {
    "photo-6mp.jpg": lambda: jpeg((3000, 2000)),
    "photo-24mp.jpg": lambda: jpeg((6000, 4000)),
    "picture-49mp.png": lambda: png((7000, 7000)),
    "animation.gif": lambda: gif((480, 300), 10),
}


def made(name: str, folder: Path) -> Path:
    """Return the path of a source, drawn if `folder` does not have it yet."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SOURCES[name]())
    return path


def _clouds(size: Size, random: Random, octaves: int) -> Image.Image:
    """Return noise in that many sizes, from two blobs across down to pixels."""
    clouds = Image.new("L", size, 128)
    for octave in range(octaves):
        blobs = 2 << octave, max(2, (2 << octave) * size[1] // size[0])
        if blobs[0] > size[0]:
            break
        noise = Image.frombytes("L", blobs, random.randbytes(blobs[0] * blobs[1]))
        detail = noise.resize(size, Image.Resampling.BICUBIC)
        strength = 0.75**octave
        faint = detail.point([round(128 + (level - 128) * strength) for level in range(256)])
        clouds = ImageChops.add(clouds, faint, offset=-128)
    return clouds


def _saved(image: Image.Image, file_format: str, **settings: object) -> bytes:
    file = BytesIO()
    image.save(file, file_format, **settings)
    return file.getvalue()
