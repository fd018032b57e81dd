"""What steps make of one scene looks as it did: pictures beside this file, compared by SSIM.

`--golden` writes them anew. Another version of a library may move a level here and there; what a
person would see as another picture falls below the limit.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from steps import plugins
from steps.picture import Picture
from steps.testing import sources
from tests.steps.likeness import ssim

GOLDEN = Path(__file__).parent / "golden"
ALIKE = 0.99
LOOKS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "resize-cover": ("resize", {"width": 60, "height": 60, "fit": "cover", "anchor": "attention"}),
    "resize-pad": ("resize", {"width": 90, "height": 90, "fit": "pad", "background": "#369"}),
    "resize-enlarge": ("resize", {"width": 180, "enlarge": True}),
    "crop-attention": ("crop", {"ratio": "1:1", "anchor": "attention"}),
    "rotate": ("rotate", {"degrees": 20, "background": "#fc0"}),
    "rotate-clear": ("rotate", {"degrees": -35, "background": "transparent"}),
    "blur": ("blur", {"radius": 0.04}),
    "blur-boxes": ("blur", {"radius": 0.1, "boxes": [[0.1, 0.2, 0.3, 0.5]]}),
    "contrast": ("contrast", {"black": 0.2, "white": 0.7}),
    "greyscale": ("greyscale", {}),
    "sharpen": ("sharpen", {"radius": 1.5, "amount": 1.5}),
}


def scene() -> Picture:
    """A ball, a house and a fence on a slope of colours, drawn large and made small."""
    image = sources.scene(480, 320)
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 80, 180, 200), fill=(230, 40, 30), outline=(90, 0, 0), width=8)
    pen.polygon([(240, 160), (310, 90), (380, 160)], fill=(120, 60, 20))
    pen.rectangle((250, 160, 370, 260), fill=(240, 230, 200))
    pen.rectangle((290, 190, 330, 260), fill=(40, 60, 120))
    for at in range(20, 470, 30):
        pen.line((at, 260, at, 310), fill=(250, 250, 250), width=6)
    return Picture.from_pillow(image.resize((120, 80), Image.Resampling.LANCZOS))


@pytest.mark.parametrize("name", LOOKS)
def test_a_step_makes_what_it_made(name: str, request: pytest.FixtureRequest) -> None:
    """Structure, light and colour are those of the picture that was looked at and kept."""
    uses, options = LOOKS[name]
    plugin, path = plugins.find()[uses], GOLDEN / f"{name}.png"

    made = plugin.apply(scene(), plugin.read_options(options))

    assert isinstance(made, Picture)
    if request.config.getoption("--golden"):
        made.to_pillow().save(path, optimize=True)
    kept = Picture.from_pillow(Image.open(path))
    assert (made.width, made.height, made.alpha) == (kept.width, kept.height, kept.alpha)
    assert ssim(made, kept) >= ALIKE


def test_the_kept_pictures_are_those_that_are_compared() -> None:
    """None is left behind by a look that has gone."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(LOOKS)


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ("crop", {"area": [0.01, 0, 0.99, 1]}),
        ("contrast", {"white": 0.85}),
        ("rotate", {"degrees": 1, "background": "black"}),
        ("blur", {"radius": 0.01}),
        ("sharpen", {"amount": 3.0}),
    ],
)
def test_what_a_person_would_notice_is_not_alike(
    change: str, options: Mapping[str, object]
) -> None:
    """A pixel's shift, other light, a degree, a soft lens, hard edges: each falls below."""
    picture, plugin = scene(), plugins.find()[change]

    changed = plugin.apply(picture, plugin.read_options(options))

    assert isinstance(changed, Picture)
    assert ssim(picture, picture) > 1 - 1e-6
    assert ssim(picture, changed.scaled(picture.width, picture.height)) < ALIKE
