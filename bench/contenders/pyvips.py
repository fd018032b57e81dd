"""Plain pyvips: a thumbnail from the file for each variant."""

from collections.abc import Callable
from typing import Any

import pyvips

from bench.contenders import clock


def start(job: dict[str, Any]) -> Callable[[], list[bytes]]:
    """Return the work: each variant is made from the file."""
    return lambda: [_written(_variant(job, output), job) for output in job["outputs"]]


def _variant(job: dict[str, Any], output: dict[str, Any]) -> Any:
    source = job["source"] + ("[n=-1]" if job["animated"] else "")
    image = pyvips.Image.thumbnail(
        source,
        output["width"],
        height=output["height"] or 100_000,
        size="down",
        crop="centre" if output["cover"] else "none",
    )
    return _marked(image, job) if job["mark"] and not output["cover"] else image


def _marked(image: Any, job: dict[str, Any]) -> Any:
    px = round(0.04 * min(image.width, image.height))
    font = f"Inter Semi-Bold {px * 0.75}"  # points, of which there are 72 to the 96 pixels
    letters = pyvips.Image.text(job["mark"], font=font, fontfile=job["font"], dpi=96)
    white = letters.new_from_image([255, 255, 255]).copy(interpretation="srgb")
    stamp = white.bandjoin(letters.linear(0.4, 0).cast("uchar"))
    left, top = image.width - stamp.width - px, image.height - stamp.height - px
    return image.composite2(stamp, "over", x=left, y=top).flatten()


def _written(image: Any, job: dict[str, Any]) -> bytes:
    saved: bytes
    quality, effort = job["quality"], job["effort"]
    match job["format"]:
        case "jpeg":
            saved = image.jpegsave_buffer(
                Q=quality, interlace=True, optimize_coding=True, keep="none"
            )
        case "webp":
            saved = image.webpsave_buffer(Q=quality, effort=effort, keep="none")
        case "avif":
            saved = image.heifsave_buffer(Q=quality, compression="av1", effort=effort, keep="none")
        case "gif":
            saved = image.gifsave_buffer(effort=effort)
        case _:
            saved = image.pngsave_buffer(compression=6, filter="all", keep="none")
    return saved


if __name__ == "__main__":
    clock.run(start)
