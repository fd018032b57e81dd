"""greyscale: turn every colour into the grey that is as light."""

from steps.contract import Cost, Options, Picture, step


class GreyscaleOptions(Options):
    """Nothing to choose."""


@step(version=1, frames="all", cost=Cost(cpu_ms=40, memory_mb=12))
def greyscale(picture: Picture, options: GreyscaleOptions) -> Picture:
    """Keep how light each pixel is to the eye (CIE luminance), and no colour of it."""
    return picture.greyscale()
