"""Picture: pixels on their way through the pipeline, on libvips."""

import math
from typing import TYPE_CHECKING

from steps.formats import write
from steps.vips import pyvips

if TYPE_CHECKING:
    from PIL.Image import Image

Rgba = tuple[int, int, int, int]


class Picture:
    """Pixels in 8-bit sRGB, with or without alpha, upright and without metadata.

    A picture never changes: every method gives a new one. Methods are lazy; pixels are computed
    when they are asked for, and `rendered` keeps them for those who ask more than once.
    """

    def __init__(self, image: pyvips.Image, *, in_memory: bool = False) -> None:
        if (image.interpretation, image.format) != ("srgb", "uchar") or image.bands not in {3, 4}:
            raise ValueError(
                f"a Picture is 8-bit sRGB with 3 or 4 bands, not {image.bands} bands of "
                f"{image.format} in {image.interpretation}"
            )
        self._vips = image
        self._in_memory = in_memory

    @property
    def vips(self) -> pyvips.Image:
        """The libvips image, for the kernel's own modules; nothing may be set on it."""
        return self._vips

    @classmethod
    def from_pixels(cls, pixels: bytes, width: int, height: int, *, alpha: bool) -> "Picture":
        """Make a picture of sRGB bytes, three a pixel or four with alpha, row by row from the top.

        Raises ValueError if the bytes are not as many as the sides ask for.
        """
        bands = 4 if alpha else 3
        if len(pixels) != width * height * bands:
            raise ValueError(f"{width} x {height} x {bands} is not {len(pixels)} bytes")
        image = pyvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
        return cls(image.copy(interpretation="srgb"), in_memory=True)

    @classmethod
    def from_pillow(cls, image: "Image") -> "Picture":
        """Make a picture of a Pillow image of any mode that Pillow itself can bring to RGB."""
        alpha = image.has_transparency_data
        plain = image.convert("RGBA" if alpha else "RGB")
        return cls.from_pixels(plain.tobytes(), plain.width, plain.height, alpha=alpha)

    @classmethod
    def plain(cls, width: int, height: int, colour: Rgba) -> "Picture":
        """Make a picture of one colour; it has alpha unless the colour is opaque."""
        bands = colour if colour[3] < 255 else colour[:3]
        blank = pyvips.Image.black(width, height, bands=len(bands)).copy(interpretation="srgb")
        return cls((blank + list(bands)).cast("uchar").copy(interpretation="srgb"))

    @property
    def width(self) -> int:
        """Width in pixels, upright."""
        return int(self.vips.width)

    @property
    def height(self) -> int:
        """Height in pixels, upright."""
        return int(self.vips.height)

    @property
    def alpha(self) -> bool:
        """Whether it carries transparency."""
        return bool(self.vips.bands == 4)

    @property
    def frames(self) -> int:
        """How many frames it has: one, since the opening refuses animations."""
        return 1

    def pixels(self) -> bytes:
        """Return sRGB bytes as `from_pixels` takes them."""
        return bytes(self.vips.write_to_memory())

    def to_pillow(self) -> "Image":
        """Return a Pillow image of the mode RGB, or RGBA with alpha."""
        from PIL import Image  # noqa: PLC0415 - only stages that draw pay for importing it

        mode = "RGBA" if self.alpha else "RGB"
        return Image.frombuffer(mode, (self.width, self.height), self.pixels()).copy()

    def rendered(self) -> "Picture":
        """Return the same picture with its pixels computed, in memory; itself if they are."""
        return self if self._in_memory else Picture(self.vips.copy_memory(), in_memory=True)

    def scaled(self, width: int, height: int) -> "Picture":
        """Return it at exactly that size, by Lanczos; transparent pixels lend no colour."""
        if (width, height) == (self.width, self.height):
            return self
        source = self.vips.premultiply() if self.alpha else self.vips
        scaled = source.resize(width / self.width, vscale=height / self.height, kernel="lanczos3")
        plain = scaled.unpremultiply() if self.alpha else scaled
        return Picture(plain.rint().cast("uchar").copy(interpretation="srgb"))

    def cropped(self, left: int, top: int, width: int, height: int) -> "Picture":
        """Return the part whose corner is at (left, top); it must lie inside the picture."""
        return Picture(self.vips.crop(left, top, width, height))

    def padded(self, left: int, top: int, width: int, height: int, background: Rgba) -> "Picture":
        """Return it at (left, top) of a canvas of that size and colour; it must lie inside.

        The colour shows through the picture's own transparency too, as paper would. So the
        result has alpha only if the background is not opaque.
        """
        backed = self._on(background)
        bands = backed.vips.bands
        return Picture(
            backed.vips.embed(
                left, top, width, height, extend="background", background=list(background[:bands])
            )
        )

    def overlaid(self, other: "Picture", left: int, top: int) -> "Picture":
        """Return it with `other` over it at (left, top), where `other` must lie inside.

        No pixel outside of `other` changes, nor does whether the picture has alpha.
        """
        below = self.vips.crop(left, top, other.width, other.height)
        both = below.composite2(other.vips, "over")
        part = both if self.alpha else both[:3]
        return Picture(self.vips.insert(part.rint().cast("uchar"), left, top))

    def flattened(self, background: Rgba) -> "Picture":
        """Return it without alpha, on an opaque colour; the background's own alpha is ignored."""
        if not self.alpha:
            return self
        return Picture(self.vips.flatten(background=list(background[:3])))

    def without_idle_alpha(self) -> "Picture":
        """Return it without alpha if every pixel is opaque, else as it is."""
        opaque = self.alpha and self.vips[3].min() == 255
        return Picture(self.vips[:3]) if opaque else self

    def greyscale(self) -> "Picture":
        """Return it in shades of grey, as light as the eye finds the colours (CIE luminance)."""
        return Picture(self.vips.colourspace("b-w").colourspace("srgb"))

    def sharpened(self, radius: float, amount: float) -> "Picture":
        """Return it with its edges brought out in lightness: `radius` pixels wide, by `amount`.

        libvips' unsharp mask with its own limits for halos: flat parts are left as they are, and
        the sharpest edges gain no more than it finds natural.
        """
        colours = self.vips[:3] if self.alpha else self.vips
        sharp = colours.sharpen(sigma=radius, m1=0, m2=3 * amount)
        plain = sharp.colourspace("srgb").cast("uchar").copy(interpretation="srgb")
        return Picture(plain.bandjoin(self.vips[3]) if self.alpha else plain)

    def jpeg(self, *, max_bytes: int) -> bytes:
        """Return a JPEG file of at most `max_bytes`, made smaller in pixels where it must be.

        Raises ValueError if even one pixel takes more: that is below 1 kB.
        """
        picture = self
        while len(written := write(picture.vips, "jpeg")) > max_bytes:
            if picture.width == picture.height == 1:
                raise ValueError(f"no JPEG file is as small as {max_bytes} bytes")
            # Bytes grow about as pixels do; a tenth less each time so that it ends.
            shrink = min(0.9, math.sqrt(max_bytes / len(written)))
            picture = picture.scaled(
                max(1, int(picture.width * shrink)), max(1, int(picture.height * shrink))
            )
        return written

    def _on(self, background: Rgba) -> "Picture":
        """Return it with the colour behind it, and alpha only if the colour is not opaque."""
        if background[3] == 255:
            return self.flattened(background)
        image = self.vips if self.alpha else self.vips.addalpha()
        if background[3] == 0:
            return Picture(image)
        return Picture.plain(self.width, self.height, background).overlaid(Picture(image), 0, 0)
