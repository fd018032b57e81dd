"""rotate: turn a picture, or mirror it."""

from typing import Annotated, Literal

from annotated_types import Ge, Le

from steps.colours import Colour, rgba
from steps.contract import Cost, Options, Picture, step


class RotateOptions(Options):
    """How far to turn, and whether to mirror first."""

    degrees: Annotated[float, Ge(-360), Le(360)] = 90
    """Clockwise. Quarter turns move pixels and change none; other angles make the canvas larger."""
    mirror: Literal["none", "horizontal", "vertical"] = "none"
    """`horizontal` changes left and right, `vertical` top and bottom, before it is turned."""
    background: Colour = "white"
    """The colour of the corners that an angle other than a quarter turn leaves."""


@step(version=1, frames="all", cost=Cost(cpu_ms=160, memory_mb=16))
def rotate(picture: Picture, options: RotateOptions) -> Picture:
    """Mirror the picture, then turn it clockwise; all of it stays visible."""
    if options.mirror != "none":
        picture = picture.mirrored(upside_down=options.mirror == "vertical")
    quarters, rest = divmod(options.degrees, 90)
    picture = picture.turned(int(quarters))
    return picture.rotated(rest, rgba(options.background)) if rest else picture
