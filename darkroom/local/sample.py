"""The sample picture: a lake at dusk, drawn here, so that the demo needs nobody's photo."""

import math
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_SIZE = (2400, 1600)
_HORIZON = 1060
_SUN = (1490, 800, 150)  # centre and radius
_ZENITH, _GLOW = (22, 24, 56), (255, 158, 92)
_RIDGES = (  # far to near: height above the horizon, roughness, colour
    (330, 0.9, (122, 84, 110)),
    (230, 1.3, (86, 62, 96)),
    (130, 1.8, (52, 42, 74)),
    (50, 2.6, (26, 24, 48)),
)


def sample_picture() -> bytes:
    """Return a JPEG of 2400 x 1600 pixels, the same bytes each time on one Pillow."""
    random = Random(1839)  # noqa: S311 - the year of the daguerreotype; nothing secret
    sky = _sky(random)
    for height, roughness, colour in _RIDGES:
        sky = _ridge(sky, random, height, roughness, colour)
    written = BytesIO()
    _grain(_lake(sky, random)).save(written, "JPEG", quality=92)
    return written.getvalue()


def _sky(random: Random) -> Image.Image:
    """A gradient from night to the glow at the horizon, with stars, a sun and its halo."""
    ramp = Image.linear_gradient("L").resize(_SIZE).point(lambda v: round(255 * (v / 255) ** 1.5))
    ramp = ImageChops.add(ramp, ramp.point(lambda v: v // 4))
    sky = Image.composite(Image.new("RGB", _SIZE, _GLOW), Image.new("RGB", _SIZE, _ZENITH), ramp)
    stars = ImageDraw.Draw(sky)
    for _ in range(260):
        x, y, light = random.random() * _SIZE[0], random.random() ** 2 * 620, random.random()
        shade = tuple(round(z + (255 - z) * light * (1 - y / 700)) for z in _ZENITH)
        stars.ellipse((x, y, x + 1 + 2 * light, y + 1 + 2 * light), fill=shade)
    halo = Image.new("L", _SIZE)
    x, y, radius = _SUN
    for ring in range(26, 0, -1):
        reach = radius * (1 + ring * ring / 60)
        ImageDraw.Draw(halo).ellipse((x - reach, y - reach, x + reach, y + reach), 8 * (27 - ring))
    sky = Image.composite(
        Image.new("RGB", _SIZE, (255, 214, 150)), sky, halo.filter(ImageFilter.GaussianBlur(40))
    )
    ImageDraw.Draw(sky).ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=(255, 236, 196)
    )
    return sky


def _ridge(
    scene: Image.Image, random: Random, height: int, roughness: float, colour: tuple[int, int, int]
) -> Image.Image:
    """Draw one row of hills, the paler the farther, mist at their foot."""
    waves = [
        (height / (1.7**k), roughness * 1.9**k / _SIZE[0] * math.tau, random.random() * math.tau)
        for k in range(7)
    ]
    line = [
        (x, _HORIZON - height - sum(a * math.sin(f * x + p) for a, f, p in waves) / 2.2)
        for x in range(0, _SIZE[0] + 4, 4)
    ]
    mask = Image.new("L", (_SIZE[0], _SIZE[1]))
    ImageDraw.Draw(mask).polygon([*line, (_SIZE[0], _HORIZON), (0, _HORIZON)], fill=255)
    mist = Image.new("RGB", _SIZE, colour)
    haze = Image.linear_gradient("L").resize((_SIZE[0], 420)).point(lambda v: v // 3)
    mist.paste((236, 150, 112), (0, _HORIZON - 420), haze)
    return Image.composite(mist, scene, mask.filter(ImageFilter.GaussianBlur(0.8)))


def _lake(scene: Image.Image, random: Random) -> Image.Image:
    """Mirror what stands above the horizon, darker, in ripples that widen towards the viewer."""
    depth = _SIZE[1] - _HORIZON
    mirror = scene.crop((0, _HORIZON - depth, _SIZE[0], _HORIZON)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    mirror = mirror.filter(ImageFilter.GaussianBlur(2)).point(lambda v: round(v * 0.74))
    lake = mirror.copy()
    for y in range(depth):
        nearness = y / depth
        shift = round(
            (2 + 26 * nearness) * math.sin(y / (3 + 9 * nearness)) * (0.4 + 0.6 * random.random())
        )
        row = mirror.crop((0, y, _SIZE[0], y + 1))
        lake.paste(ImageChops.offset(row, shift, 0), (0, y))
    scene.paste(lake, (0, _HORIZON))
    return scene


def _grain(scene: Image.Image) -> Image.Image:
    """Film is never quite even: a little soft, with a vignette."""
    vignette = Image.radial_gradient("L").resize(_SIZE).point(lambda v: max(0, (v - 110) * 2 // 3))
    return Image.composite(Image.new("RGB", _SIZE, (8, 8, 18)), scene, vignette)
