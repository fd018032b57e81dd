"""`python -m bench.steps`: what each step takes for a megapixel, beside what its Cost declares.

The megapixels are those that enter or leave, whichever are more: so the compiler counts them.
Options are drawn as the contract suite draws them, and the extremes of the kernel's own steps are
added. Pictures are noise, on which nothing is quick by chance: opaque, and with alpha.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from bench.measure import one_core
from steps.contract import Options, Picture
from steps.plugins import AnyStep, find, load
from steps.testing.running import for_all, outcome

DRAWN = 4
SIDES = (6000, 4000)
# What random options hardly find: a side just below the original's, large enlargements, half a
# quarter turn, the widest blur that is computed at full size, as many boxes as there may be, a
# stamp as large as the picture, turned.
_MANY = [[across / 10, down / 10, 0.14, 0.14] for across in range(10) for down in range(10)]
EXTREMES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "resize": (
        {"width": 2000},
        {"width": 5990},
        {"width": 7000, "enlarge": True},
        {"width": 7000, "height": 7000, "fit": "pad", "background": "#00000000"},
    ),
    "rotate": ({"degrees": 45}, {"degrees": 90}, {"degrees": 1, "background": "#00000000"}),
    "blur": (
        {"radius": 0.00074},
        {"radius": 0.00074, "boxes": [[0, 0, 1, 1]]},
        {"radius": 0.1, "boxes": [[0, 0, 1, 1]]},
        {"radius": 0.00074, "boxes": [[0, 0, 1, 1]] * 2},
        {"radius": 0.00074, "boxes": _MANY},
        {"boxes": _MANY},
        {"boxes": [[*corner, 0.01, 0.01] for *corner, _, _ in _MANY]},
    ),
    "contrast": ({"black": 0.1, "white": 0.9},),
    "sharpen": ({"radius": 10, "amount": 3},),
    "watermark": (
        {"text": "Darkroom", "size": 1.0},
        {"text": "Darkroom", "tile": True},
        *({"text": "Darkroom", "size": 1.0, "angle": angle} for angle in (-90, -60, -30, 10, 45)),
        {"text": "Darkroom", "size": 1.0, "angle": -30, "tile": True},
        {"image": "darkroom.png", "size": 1.0, "angle": -45},
    ),
}


@dataclass(frozen=True)
class Taken:
    """What a step took, and what it declares, in milliseconds a megapixel; and of what."""

    cpu_ms: float
    declared_ms: float
    options: str
    picture: str


def main() -> None:
    """Print a line for each step, or for those named; all on one core."""
    steps = [load(name) for name in sys.argv[1:]] or [
        each for each in find().values() if not each.calls
    ]
    with one_core():
        for step in steps:
            most = max(_all(step), key=lambda each: each.cpu_ms - each.declared_ms)
            mark = "  MORE THAN DECLARED" if most.cpu_ms > most.declared_ms + 0.1 else ""
            sys.stdout.write(
                f"{step.name:15} {most.cpu_ms:6.1f} of {most.declared_ms:6.1f} ms/MP{mark}  "
                f"{most.picture} {most.options}\n"
            )


def _all(step: AnyStep) -> Iterator[Taken]:
    for kind, picture in _pictures().items():
        for options in _options(step):
            yield Taken(
                cpu_ms=_cpu_ms(step, picture, options),
                declared_ms=options.costs(step.cost).cpu_ms,
                options=options.model_dump_json(exclude_defaults=True),
                picture=kind,
            )


def _pictures() -> Mapping[str, Picture]:
    width, height = SIDES
    noise = os.urandom(width * height * 4)
    return {
        "opaque": Picture.from_pixels(noise[: width * height * 3], width, height, alpha=False),
        "with alpha": Picture.from_pixels(noise, width, height, alpha=True),
    }


def _options(step: AnyStep) -> Sequence[Options]:
    found: list[Options] = []

    def keep(_: Picture, options: Options) -> None:
        found.append(options)

    pixel = Picture.from_pixels(b"\x80\x40\x20", 1, 1, alpha=False)
    for_all(step, keep, st.just(pixel), examples=DRAWN)
    return [*found, *map(step.read_options, EXTREMES.get(step.name, ()))]


def _cpu_ms(step: AnyStep, picture: Picture, options: Options) -> float:
    """Return what one megapixel takes, computed to the last pixel."""
    began = time.process_time()
    result = outcome(step, picture, options)
    taken, pixels = time.process_time() - began, picture.width * picture.height
    if isinstance(result, Picture):
        pixels = max(pixels, result.width * result.height)
    return taken * 1000 / (pixels / 1e6)


if __name__ == "__main__":
    main()
