"""phash: find a hash that is nearly the same for nearly the same picture."""

from typing import Annotated

from annotated_types import Len

from steps.contract import Cost, Facts, Options, Picture, step
from steps.hashes import perceptual_hash

WHITE = (255, 255, 255, 255)


class PhashOptions(Options):
    """Nothing to choose."""


class PhashFacts(Facts):
    """The hash; two pictures are alike if few of its 64 bits differ."""

    hash: Annotated[str, Len(16, 16)]
    """64 bits as hex digits: up to 8 that differ are mostly one picture at two sizes or qualities,
    over 20 two pictures."""


@step(version=1, frames="all", cost=Cost(cpu_ms=25, memory_mb=14))
def phash(picture: Picture, options: PhashOptions) -> PhashFacts:
    """Hash a rendering of 32 x 32 levels of light, on white, of the first frame."""
    small = picture.first().in_srgb().scaled(32, 32).flattened(WHITE).greyscale()
    return PhashFacts(hash=perceptual_hash(small.pixels()[::3]))
