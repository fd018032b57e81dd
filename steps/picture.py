"""Picture: pixels on their way through the pipeline, with what they need to be right."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steps import profiles, raster
from steps.carried import Carried
from steps.colours import Rgba
from steps.formats import Encoding
from steps.raster import Frame
from steps.writing import write

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]


class Picture:
    """One frame or more of a size, upright, of 8 bits in sRGB, with or without alpha.

    A picture never changes: every method gives a new one. Methods are lazy; pixels are computed
    when they are asked for, and `rendered` keeps them for those who ask more than once. What is
    done to a picture is done to each of its frames, and what it carries goes with it.

    Colours are sRGB, unless the pipeline keeps the original's profile: then they are that one's,
    and what is drawn over the picture is brought to it.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        carried: Carried | None = None,
        *,
        size: Size | None = None,
        in_memory: bool = False,
    ) -> None:
        """Make a picture of libvips images; for the kernel's own modules.

        A picture without `carried` was made from scratch. With a `size` other than the frames',
        the picture stands for one of that size, which was decoded smaller.
        """
        for frame in frames:
            if (frame.interpretation, frame.format) != ("srgb", "uchar") or frame.bands not in {
                3,
                4,
            }:
                raise ValueError(
                    f"a Picture is 8-bit sRGB with 3 or 4 bands, not {frame.bands} bands of "
                    f"{frame.format} in {frame.interpretation}"
                )
        if len({(frame.width, frame.height, frame.bands) for frame in frames}) != 1:
            raise ValueError("a Picture has one frame or more, all of one size and kind")
        self._frames = tuple(frames)
        self._carried = carried
        self._size = size or (int(frames[0].width), int(frames[0].height))
        self._in_memory = in_memory

    @classmethod
    def from_pixels(
        cls, pixels: bytes | memoryview, width: int, height: int, *, alpha: bool
    ) -> "Picture":
        """Make a picture of sRGB bytes, three a pixel or four with alpha, row by row from the top.

        Raises ValueError if the bytes are not as many as the sides ask for.
        """
        return cls((raster.of_bytes(pixels, width, height, alpha=alpha),), in_memory=True)

    @classmethod
    def from_pillow(cls, image: "Image") -> "Picture":
        """Make a picture of a Pillow image of any mode that Pillow itself can bring to RGB."""
        alpha = image.has_transparency_data
        plain = image.convert("RGBA" if alpha else "RGB")
        return cls.from_pixels(plain.tobytes(), plain.width, plain.height, alpha=alpha)

    @classmethod
    def plain(cls, width: int, height: int, colour: Rgba) -> "Picture":
        """Make a picture of one colour; it has alpha unless the colour is opaque."""
        return cls((raster.plain(width, height, colour),))

    @classmethod
    def joined(cls, frames: Iterable["Picture"]) -> "Picture":
        """Make an animation of pictures, in order, that carries what the first does.

        Raises ValueError for none, or for pictures of different sizes.
        """
        still = tuple(frames)
        if len({(each.width, each.height) for each in still}) != 1:
            raise ValueError("the frames of a picture are all of one size")
        alpha = any(each.alpha for each in still)
        images = [image for each in still for image in each.images]
        same = [image if image.hasalpha() == alpha else image.addalpha() for image in images]
        return cls(same, still[0]._carried)

    @property
    def images(self) -> tuple[Frame, ...]:
        """The frames as libvips images, for the kernel's own modules; nothing is set on them."""
        return self.scaled(*self._size)._frames

    @property
    def width(self) -> int:
        """Width in pixels, upright."""
        return self._size[0]

    @property
    def height(self) -> int:
        """Height in pixels, upright."""
        return self._size[1]

    @property
    def alpha(self) -> bool:
        """Whether it carries transparency."""
        return bool(self._frames[0].bands == 4)

    @property
    def frames(self) -> int:
        """How many frames it has: one, if it is no animation."""
        return len(self._frames)

    @property
    def carried(self) -> Carried:
        """What it has with it beside its pixels."""
        return self._carried or Carried()

    @property
    def stored(self) -> "Picture":
        """The pixels that there are: those of a smaller picture, where it was decoded smaller."""
        return Picture(self._frames, self._carried, in_memory=self._in_memory)

    def standing_for(self, width: int, height: int) -> "Picture":
        """Return it as the smaller decode of a picture of that size; undoes `stored`."""
        return Picture(self._frames, self._carried, size=(width, height), in_memory=self._in_memory)

    def carrying(self, carried: Carried) -> "Picture":
        """Return the same pixels with that beside them; a profile only names their colours."""
        return Picture(self._frames, carried, size=self._size, in_memory=self._in_memory)

    def after(self, before: "Picture") -> "Picture":
        """Return it carrying what `before` does, if it was made from scratch; else as it is.

        Its colours are brought to the profile of `before`.
        """
        if self._carried is not None:
            return self
        carried = before.carried
        if self.frames != before.frames:
            carried = replace(carried, delays_ms=())
        profile = carried.profile
        images = self.images
        if profile:
            images = tuple(profiles.from_srgb(each, profile) for each in images)
        return Picture(images, carried)

    def encoded_as(self, encoding: Encoding) -> "Picture":
        """Return it to be written that way at its output, whatever was chosen before."""
        return self.carrying(replace(self.carried, encoding=encoding))

    def split(self) -> tuple["Picture", ...]:
        """Return its frames as pictures of their own."""
        carried = self._carried and replace(self._carried, delays_ms=())
        return tuple(
            Picture((each,), carried, size=self._size, in_memory=self._in_memory)
            for each in self._frames
        )

    def first(self) -> "Picture":
        """Return its first frame, as a still picture."""
        return self.split()[0] if self.frames > 1 else self

    def pixels(self) -> bytes:
        """Return bytes as `from_pixels` takes them, frame after frame."""
        return b"".join(bytes(each.write_to_memory()) for each in self.images)

    def to_pillow(self) -> "Image":
        """Return a Pillow image of its first frame, in sRGB: RGB, or RGBA with alpha."""
        from PIL import Image  # noqa: PLC0415 - only stages that draw pay for importing it

        still = self.in_srgb().first()
        mode = "RGBA" if still.alpha else "RGB"
        return Image.frombuffer(mode, (still.width, still.height), still.pixels()).copy()

    def in_srgb(self) -> "Picture":
        """Return it with its colours in sRGB, whatever profile it carries."""
        profile = self.carried.profile
        if not profile:
            return self
        made = self._each(lambda frame: profiles.from_profile(frame, profile))
        return made.carrying(replace(self.carried, profile=b""))

    def rendered(self) -> "Picture":
        """Return the same picture with its pixels computed, in memory; itself if they are."""
        if self._in_memory:
            return self
        frames = tuple(each.copy_memory() for each in self._frames)
        return Picture(frames, self._carried, size=self._size, in_memory=True)

    def scaled(self, width: int, height: int) -> "Picture":
        """Return it at exactly that size, by Lanczos; transparent pixels lend no colour."""
        there = self._frames[0]
        if (width, height) == self._size == (there.width, there.height):
            return self
        # From the pixels that there are: so a picture that was decoded smaller is scaled once.
        frames = tuple(raster.scaled(each, width, height) for each in self._frames)
        return Picture(frames, self._carried)

    def cropped(self, left: int, top: int, width: int, height: int) -> "Picture":
        """Return the part whose corner is at (left, top); it must lie inside the picture."""
        return self._each(lambda frame: frame.crop(left, top, width, height))

    def padded(self, left: int, top: int, width: int, height: int, background: Rgba) -> "Picture":
        """Return it at (left, top) of a canvas of that size and colour; it must lie inside.

        The colour shows through the picture's own transparency too, as paper would. So the
        result has alpha only if the background is not opaque.
        """
        size = width, height
        return self._each(lambda frame: raster.padded(frame, left, top, size, background))

    def overlaid(self, other: "Picture", left: int, top: int) -> "Picture":
        """Return it with the first frame of `other` over it at (left, top), where it lies inside.

        No pixel outside of `other` changes, nor does whether the picture has alpha.
        """
        over = other.after(self).first().images[0]
        return self._each(lambda frame: raster.overlaid(frame, over, left, top))

    def replaced(self, part: "Picture", left: int, top: int) -> "Picture":
        """Return it with the frames of `part` in place of what is there, alpha included.

        `part` lies inside, and has as many frames and the same kind of pixels.
        """
        pairs = zip(self.images, part.images, strict=True)
        return Picture([frame.insert(new, left, top) for frame, new in pairs], self._carried)

    def tiled(self, other: "Picture", left: int, top: int) -> "Picture":
        """Return it with copies of `other`, side by side, all over it, one's corner at (left, top).

        The corner may lie outside. Whether the picture has alpha does not change.
        """
        tile = other.after(self).first().images[0]
        tile = tile if tile.hasalpha() else tile.addalpha()
        return self._each(lambda frame: raster.tiled(frame, tile, left, top))

    def flattened(self, background: Rgba) -> "Picture":
        """Return it without alpha, on an opaque colour; the background's own alpha is ignored."""
        return self._each(lambda frame: raster.flattened(frame, background))

    def without_idle_alpha(self) -> "Picture":
        """Return it without alpha if every pixel is opaque, else as it is."""
        opaque = self.alpha and all(each[3].min() == 255 for each in self._frames)
        return self._each(lambda frame: frame[:3]) if opaque else self

    def turned(self, quarters: int) -> "Picture":
        """Return it turned clockwise by so many right angles; no pixel is lost."""
        angle = f"d{90 * (quarters % 4)}"
        return self._each(lambda frame: frame.rot(angle))

    def rotated(self, degrees: float, background: Rgba) -> "Picture":
        """Return it turned clockwise, on a canvas that holds all of it, filled with the colour."""
        return self._each(lambda frame: raster.rotated(frame, degrees, background))

    def mirrored(self, *, upside_down: bool = False) -> "Picture":
        """Return it with left and right changed, or top and bottom."""
        direction = "vertical" if upside_down else "horizontal"
        return self._each(lambda frame: frame.flip(direction))

    def greyscale(self) -> "Picture":
        """Return it in shades of grey, as light as the eye finds the colours (CIE luminance)."""
        return self._each(raster.greyscale)

    def stretched(self, black: float, white: float) -> "Picture":
        """Return it with the levels from `black` to `white`, 0 to 1, spread over all that are."""
        return self._each(lambda frame: raster.stretched(frame, black, white))

    def blurred(self, radius: float) -> "Picture":
        """Return it blurred by a Gaussian whose standard deviation is `radius` pixels."""
        return self._each(lambda frame: raster.blurred(frame, radius))

    def hidden(self, radius: float) -> "Picture":
        """Return it blurred, and at its edges no less than in its middle; for parts of pictures."""
        return self._each(lambda frame: raster.hidden(frame, radius))

    def sharpened(self, radius: float, amount: float) -> "Picture":
        """Return it with its edges brought out: `radius` pixels wide, by `amount` (1 is much)."""
        return self._each(lambda frame: raster.sharpened(frame, radius, amount))

    def attention(self) -> tuple[float, float]:
        """Return where the first frame draws the eye, as shares of its width and height.

        The same for a picture and a smaller one of it, nearly: it is looked for in a rendering of
        at most 256 pixels. libvips' smartcrop: edges, colours of skin, and saturation.
        """
        return raster.attention(self.stored.first().images[0])

    def jpeg(self, *, max_bytes: int) -> bytes:
        """Return a JPEG file of its first frame, made smaller where it must be for `max_bytes`.

        Raises ValueError if even one pixel takes more: that is below 1 kB.
        """
        picture = self.in_srgb().first()
        while len(written := write(picture.images, Encoding("jpeg"), Carried())) > max_bytes:
            if picture.width == picture.height == 1:
                raise ValueError(f"no JPEG file is as small as {max_bytes} bytes")
            # Bytes grow about as pixels do; a tenth less each time so that it ends.
            shrink = min(0.9, math.sqrt(max_bytes / len(written)))
            picture = picture.scaled(
                max(1, int(picture.width * shrink)), max(1, int(picture.height * shrink))
            )
        return written

    def _each(self, work: Callable[[Frame], Frame]) -> "Picture":
        """Return the picture that `work` makes of each frame."""
        return Picture([work(each) for each in self.images], self._carried)
