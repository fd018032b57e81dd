"""Originals: pictures of every kind of file, opened as a run opens them."""

from collections.abc import Mapping
from functools import cache

from steps.contract import Picture
from steps.formats import ORIGINAL_FORMATS
from steps.limits import Limits
from steps.metadata import KEPT, Kept
from steps.opening import Opened, open_picture
from steps.testing import heics, sources

_LIMITS = Limits(formats=ORIGINAL_FORMATS, max_frames=10)


@cache
def originals() -> Mapping[str, Picture]:
    """Return pictures by the kind of file that they were, each opened once."""
    return {
        "palette": _opened(sources.png(mode="P")),
        "16-bit": _opened(sources.png(mode="I;16")),
        "one bit": _opened(sources.png(mode="1")),
        "grey with alpha": _opened(sources.png(mode="LA")),
        "CMYK": _opened(sources.jpeg(mode="CMYK")),
        "on its side": _opened(sources.jpeg(orientation=6)),
        "fax": _opened(sources.tiff(mode="1", compression="group4")),
        "HEIC": _opened(heics.with_alpha()),
        "in P3": _opened(sources.jpeg(icc_profile=sources.p3_profile()), *KEPT),
        "animated GIF": _opened(sources.gif(frames=3, duration=[40, 90, 200])),
        "animated WebP": _opened(sources.webp(frames=2, mode="RGBA", duration=[50, 70])),
    }


def _opened(original: bytes, *keep: Kept) -> Picture:
    found = open_picture(original, _LIMITS, keep)
    assert isinstance(found, Opened), "the kernel takes its own sources"
    return found.picture
