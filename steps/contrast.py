"""contrast: spread the levels of a picture over all that there are."""

from typing import Annotated, Self

from annotated_types import Ge, Le, Lt
from pydantic import model_validator

from steps.contract import Cost, Options, Picture, step
from steps.units import SHARE


class ContrastOptions(Options):
    """What becomes black and what white; in between, levels are spread evenly."""

    black: Annotated[float, Ge(0), Lt(1), SHARE] = 0.0
    """Up to this share of full light, all is black."""
    white: Annotated[float, Ge(0), Le(1), SHARE] = 1.0
    """From this share of full light on, all is white."""

    @model_validator(mode="after")
    def _black_is_darker(self) -> Self:
        if self.white - self.black < 0.01:
            raise ValueError("contrast needs a `white` that is at least 1% above its `black`")
        return self


@step(version=1, frames="all", cost=Cost(cpu_ms=15, memory_mb=12))
def contrast(picture: Picture, options: ContrastOptions) -> Picture:
    """Spread the levels from `black` to `white` over all, each colour alike."""
    if (options.black, options.white) == (0, 1):
        return picture
    return picture.stretched(options.black, options.white)
