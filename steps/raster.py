"""Raster: what the kernel does to one frame, a libvips image of 8 bits in RGB or RGBA.

Lazy and pure: each function gives a new image, and no pixel is computed before it is asked for.
"""

from math import ceil, cos, radians, sin
from typing import Any

from steps.colours import Rgba
from steps.vips import pyvips

_LOOKED_AT_PX = 256
_WIDEST_PX = 3.0
_WIDEST_HIDDEN_PX = 1.5  # of a box nothing finer is left, and a quarter of the pixels is less work
_UNSEEN_PX = 0.05
_NO_BLUR_PX = 0.2  # libvips leaves a picture as it is below this
_LEAST_SIGMA = 0.001  # libvips warns of one that it takes for 0; this changes no more than that
_OPAQUE_FROM = 128  # of an alpha up to 255
_NOTHING_BELOW = 32
_AROUND = [[255] * 5] * 5  # pixels: as far as an edge runs out where it was scaled
_DOTS = [[32, 160], [224, 96]]  # the least alpha that shows: an ordered dither of four levels
Frame = Any  # a pyvips.Image, which has no types of its own


def of_bytes(pixels: bytes | memoryview, width: int, height: int, *, alpha: bool) -> Frame:
    """Return the image of bytes, three a pixel or four with alpha; raises ValueError for others."""
    bands = 4 if alpha else 3
    if len(pixels) != width * height * bands:
        raise ValueError(f"{width} x {height} x {bands} is not {len(pixels)} bytes")
    image = pyvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
    return image.copy(interpretation="srgb")


def plain(width: int, height: int, colour: Rgba) -> Frame:
    """Return an image of one colour; it has alpha unless the colour is opaque."""
    bands = colour if colour[3] < 255 else colour[:3]
    blank = pyvips.Image.black(width, height, bands=len(bands)).copy(interpretation="srgb")
    return whole(blank + list(bands))


def whole(image: Frame) -> Frame:
    """Return the image in whole levels of 8 bits, rounded down."""
    return image.cast("uchar").copy(interpretation="srgb")


def premultiplied(image: Frame, work: Any) -> Frame:
    """Return what `work` makes of the image, transparent pixels lending it no colour."""
    if not image.hasalpha():
        return whole(work(image).rint())
    return whole(work(image.premultiply()).unpremultiply().rint())


def scaled(image: Frame, width: int, height: int) -> Frame:
    """Return it at exactly that size, by Lanczos; itself if it is."""
    if (width, height) == (image.width, image.height):
        return image
    return premultiplied(image, lambda each: _resized(each, width, height, "lanczos3"))


def shrunken(image: Frame, scale: int) -> Frame:
    """Return it so many times smaller each way: the mean of each square, streaming.

    Alpha is rounded down, so that what was transparent anywhere is so still.
    """
    if not image.hasalpha():
        return image.shrink(scale, scale, ceil=True)
    small = image.premultiply().shrink(scale, scale, ceil=True)
    alpha = small[3].floor()
    return whole(small.unpremultiply()[:3].rint().bandjoin(alpha))


def blurred(image: Frame, radius: float) -> Frame:
    """Return it blurred by a Gaussian whose standard deviation is `radius` pixels.

    At its edges the last pixels count for those that would lie beyond.
    """
    return _softened(image, radius, _gaussian, _WIDEST_PX)


def hidden(image: Frame, radius: float) -> Frame:
    """Return it blurred so that nothing at its edges shows more than it would in the middle.

    Towards the edges it fades into what is left of it in four large pixels: there the Gaussian
    has half of the picture or less to mix, and a detail in a corner would stand out six times as
    much.
    """
    return _softened(image, radius, _fading, _WIDEST_HIDDEN_PX)


def _softened(image: Frame, radius: float, soften: Any, widest: float) -> Frame:
    """Return the image as `soften`, which is given a frame and a deviation in pixels, leaves it.

    Those above `widest` are made of a smaller picture: what they leave has no detail that needs
    more pixels, and the time does not grow with the radius.
    """
    if radius < _NO_BLUR_PX:
        return image
    smaller = max(1.0, radius / widest)
    across, down = (max(1, round(side / smaller)) for side in (image.width, image.height))

    def work(each: Frame) -> Frame:
        soft = soften(_resized(each, across, down, "linear"), radius / smaller)
        if smaller > 1:
            # Kept: parts of the result share what they are made of, down to the last pixel.
            soft = soft.tilecache(max_tiles=-1, threaded=True)
        return _resized(soft, image.width, image.height, "cubic")

    return premultiplied(image, work)


def _gaussian(image: Frame, deviation: float) -> Frame:
    # min_ampl: with the default of 0.2 the bell is cut off where it can still be seen.
    return image.gaussblur(deviation, min_ampl=0.02)


def _fading(image: Frame, deviation: float) -> Frame:
    """Return what differs from four large pixels blurred, with no difference beyond the edges."""
    quarters = _resized(image.cast("float"), min(2, image.width), min(2, image.height), "linear")
    ground = _resized(quarters.copy_memory(), image.width, image.height, "cubic")
    margin = ceil(3 * deviation)
    size = image.width + 2 * margin, image.height + 2 * margin
    detail = (image - ground).embed(margin, margin, *size, extend="black")
    soft = _gaussian(detail, deviation).crop(margin, margin, image.width, image.height)
    return soft + ground


def _resized(image: Frame, width: int, height: int, kernel: str) -> Frame:
    """Return it at that size: `kernel` where it becomes smaller, bicubic where it grows."""
    across, down = width / image.width, height / image.height
    small = image.resize(min(1, across), vscale=min(1, down), kernel=kernel)
    if (small.width, small.height) == (width, height):
        return small
    # libvips' own resize puts what it enlarges half a new pixel too far to the upper left.
    return small.affine(
        [max(1, across), 0, 0, max(1, down)],
        oarea=[0, 0, width, height],
        idx=0.5,
        idy=0.5,
        odx=-0.5,
        ody=-0.5,
        extend="copy",
        interpolate=pyvips.Interpolate.new("bicubic"),
        premultiplied=True,
    )


def overlaid(image: Frame, other: Frame, left: int, top: int) -> Frame:
    """Return it with `other` over it, which must lie inside; whether it has alpha stays."""
    below = image.crop(left, top, other.width, other.height)
    if not other.hasalpha():
        part = other.addalpha() if image.hasalpha() else other
    else:
        part = _over(below, other[:3], other[3])
    return image.insert(part, left, top)


def tiled(image: Frame, other: Frame, left: int, top: int) -> Frame:
    """Return it with copies of `other`, which has alpha, all over it, one's corner at that place.

    The place may lie outside; whether the image has alpha stays.
    """

    def everywhere(tile: Frame) -> Frame:
        across, down = (image.width // tile.width + 2, image.height // tile.height + 2)
        left_out = (-left % tile.width, -top % tile.height)
        return tile.replicate(across, down).crop(*left_out, image.width, image.height)

    # Parted before they are repeated, which is cheaper than the other way around; and kept, unless
    # the tile is the larger one: then no pixel of it is asked for twice.
    colours, alpha = other[:3], other[3]
    if other.width * other.height < image.width * image.height:
        colours, alpha = colours.copy_memory(), alpha.copy_memory()
    return _over(image, everywhere(colours), everywhere(alpha))


def _over(below: Frame, colours: Frame, alpha: Frame) -> Frame:
    if below.hasalpha():
        return whole(below.composite2(colours.bandjoin(alpha), "over").rint())
    return alpha.ifthenelse(colours, below, blend=True)  # more than twice as fast, and the same


def flattened(image: Frame, background: Rgba) -> Frame:
    """Return it without alpha, on an opaque colour; the background's own alpha is ignored."""
    return image.flatten(background=list(background[:3])) if image.hasalpha() else image


def dotted(image: Frame) -> Frame:
    """Return it with each pixel opaque or not at all, as a GIF has them: opaque from half on.

    What is fainter stands in dots, a quarter or half of its pixels, or it would be gone: a mark
    over nothing, the end of a shadow. Edges have none: places where what is opaque and where
    nothing is are both within two pixels. The dots of each frame are at the same places, so what
    stands still does not flicker.
    """
    if not image.hasalpha() or _all_or_nothing(image[3]):
        return image
    alpha = image[3]
    half = alpha >= _OPAQUE_FROM
    edge = half.morph(_AROUND, "dilate") & (alpha < _NOTHING_BELOW).morph(_AROUND, "dilate")
    grid = pyvips.Image.new_from_array(_DOTS).cast("uchar")
    grid = grid.replicate(image.width // 2 + 1, image.height // 2 + 1)
    dots = alpha > grid.crop(0, 0, image.width, image.height)
    kept = half | (dots & (edge == 0))
    return image[:3].bandjoin(kept).copy(interpretation="srgb")


def _all_or_nothing(alpha: Frame) -> bool:
    """Whether no pixel is partly transparent: most GIFs' are not, and to look is cheap."""
    counts = alpha.hist_find()
    return bool(counts(0, 0)[0] + counts(255, 0)[0] == alpha.width * alpha.height)


def backed(image: Frame, background: Rgba) -> Frame:
    """Return it with the colour behind it, and alpha only if the colour is not opaque."""
    if background[3] == 255:
        return flattened(image, background)
    with_alpha = image if image.hasalpha() else image.addalpha()
    if background[3] == 0:
        return with_alpha
    return overlaid(plain(image.width, image.height, background), with_alpha, 0, 0)


def padded(image: Frame, left: int, top: int, size: tuple[int, int], background: Rgba) -> Frame:
    """Return it at (left, top) of a canvas, the colour also showing through its transparency."""
    behind = backed(image, background)
    colour = list(background[: behind.bands])
    return behind.embed(left, top, *size, extend="background", background=colour)


def rotated(image: Frame, degrees: float, background: Rgba) -> Frame:
    """Return it turned clockwise on a canvas that holds all of it, filled with the colour.

    Its middle stays the middle; pixels in between are interpolated (bicubic).
    """
    behind = backed(image, background)
    colour: list[float] = list(background[: behind.bands])
    if behind.hasalpha():
        # The filling is premultiplied too, or its colour would shine through at the edges.
        colour = [level * background[3] / 255 for level in background[:3]] + [background[3]]
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    width, height = _canvas(image.width, image.height, abs(cosine), abs(sine))
    return premultiplied(
        behind,
        lambda each: each.affine(
            [cosine, -sine, sine, cosine],
            oarea=[0, 0, width, height],
            idx=(1 - image.width) / 2,
            idy=(1 - image.height) / 2,
            odx=(width - 1) / 2,
            ody=(height - 1) / 2,
            background=colour,
            interpolate=pyvips.Interpolate.new("bicubic"),
            premultiplied=True,
        ),
    )


def _canvas(width: int, height: int, cosine: float, sine: float) -> tuple[int, int]:
    """Return the size that a rectangle takes when it is turned, but for corners nobody sees."""
    across, down = width * cosine + height * sine, height * cosine + width * sine
    return max(1, ceil(across - _UNSEEN_PX)), max(1, ceil(down - _UNSEEN_PX))


def attention(image: Frame) -> tuple[float, float]:
    """Return the place that draws the eye, as shares of width and height."""
    on_white = flattened(image, (255, 255, 255, 255))
    scale = min(1.0, _LOOKED_AT_PX / max(image.width, image.height))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = scaled(on_white, *size).copy_memory()
    side = min(size)
    _, found = small.smartcrop(
        side, side, interesting="attention", attention_x=True, attention_y=True
    )
    return (found["attention_x"] + 0.5) / size[0], (found["attention_y"] + 0.5) / size[1]


def greyscale(image: Frame) -> Frame:
    """Return it in shades of grey, as light as the eye finds the colours (CIE luminance)."""
    return image.colourspace("b-w").colourspace("srgb")


def stretched(image: Frame, black: float, white: float) -> Frame:
    """Return it with the levels `black` to `white`, shares of full light, spread over all."""
    colours = image[:3] if image.hasalpha() else image
    factor = 1 / (white - black)
    spread = whole((colours.linear(factor, -255 * black * factor)).rint())
    return spread.bandjoin(image[3]) if image.hasalpha() else spread


def sharpened(image: Frame, radius: float, amount: float) -> Frame:
    """Return it with its edges brought out in lightness: `radius` pixels wide, by `amount`.

    libvips' unsharp mask with its own limits for halos: flat parts are left as they are, and
    the sharpest edges gain no more than it finds natural.
    """
    colours = image[:3] if image.hasalpha() else image
    sharp = whole(
        colours.sharpen(sigma=max(radius, _LEAST_SIGMA), m1=0, m2=3 * amount).colourspace("srgb")
    )
    return sharp.bandjoin(image[3]) if image.hasalpha() else sharp
