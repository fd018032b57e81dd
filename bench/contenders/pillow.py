"""Plain Pillow: open the file, resize by Lanczos and save, for each variant."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageSequence

from bench.contenders import clock

_LANCZOS = Image.Resampling.LANCZOS
_AVIF_SPEEDS = 9  # libavif's word, of which libvips' effort is the rest


def _settings(job: dict[str, Any]) -> dict[str, Any]:
    match job["format"]:
        case "jpeg":
            return {"quality": job["quality"], "progressive": True, "optimize": True}
        case "webp":
            return {"quality": job["quality"], "method": job["effort"]}
        case "avif":
            return {"quality": job["quality"], "speed": _AVIF_SPEEDS - job["effort"]}
        case "png":
            return {"compress_level": 6}
        case _:
            return {}


def start(job: dict[str, Any]) -> Callable[[], list[bytes]]:
    """Return the work: each variant is made from the file."""
    return lambda: [_written(_variant(job, output), job) for output in job["outputs"]]


def _variant(job: dict[str, Any], output: dict[str, Any]) -> list[Image.Image]:
    """Return the frames of a variant."""
    with Image.open(job["source"]) as image:
        if job["animated"]:
            return [_sized(each.convert("RGBA"), output) for each in ImageSequence.Iterator(image)]
        sized = _sized(ImageOps.exif_transpose(image), output)
    return [_marked(sized, job) if job["mark"] and not output["cover"] else sized]


def _sized(image: Image.Image, output: dict[str, Any]) -> Image.Image:
    if output["cover"]:
        return ImageOps.fit(image, (output["width"], output["height"]), _LANCZOS)
    height = round(image.height * output["width"] / image.width)
    return image.resize((output["width"], height), _LANCZOS)


def _marked(image: Image.Image, job: dict[str, Any]) -> Image.Image:
    px = round(0.04 * min(image.size))
    font = ImageFont.truetype(job["font"], px)
    letters = Image.new("L", image.size)
    at = image.width - px, image.height - px
    ImageDraw.Draw(letters).text(at, job["mark"], fill=102, font=font, anchor="rs")
    image.paste(Image.new("RGB", image.size, "white"), mask=letters)
    return image


def _written(frames: list[Image.Image], job: dict[str, Any]) -> bytes:
    settings = _settings(job)
    if job["animated"]:
        settings |= {"save_all": True, "append_images": frames[1:], "duration": 40, "loop": 0}
    file = BytesIO()
    frames[0].save(file, job["format"], **settings)
    return file.getvalue()


if __name__ == "__main__":
    clock.run(start)
