"""convert: choose how the pictures below are encoded at their outputs."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import model_validator

from steps.colours import OpaqueColour, rgba
from steps.contract import Bytes, Cost, Options, Picture, StepFailed, step
from steps.formats import TRAITS, Chroma, Encoding, Format

_OTHERS = {
    "quality": "leave it out, or take jpeg, webp or avif",
    "effort": "leave it out, or take png, gif, webp or avif",
    "chroma": "leave it out, or take jpeg or avif",
}
"""What to do where a format has no such choice."""


class ConvertOptions(Options):
    """The format of the files, and what there is to choose in it."""

    format: Format
    """The format of the files."""
    quality: Annotated[int, Ge(1), Le(100)] | None = None
    """1 to 100; left out: jpeg 80, webp 80, avif 50. png and gif have none."""
    effort: Annotated[int, Ge(0), Le(10)] | None = None
    """How hard to look for fewer bytes, which takes longer: png 0 to 9 (6 if left out), gif 1 to 10
    (4), webp 0 to 6 (4), avif 0 to 9 (3)."""
    chroma: Chroma | None = None
    """The resolution of colours in jpeg and avif: "4:2:0" is half of it each way, "4:4:4" all. Left
    out, jpeg has all from quality 90 on."""
    max_bytes: Bytes | None = None
    """The most that a file may have: the best quality that fits is taken."""
    background: OpaqueColour = "white"
    """What transparency meets in a jpeg."""
    frames: Literal["all", "first"] = "all"
    """Which frames of an animation are taken; jpeg, png and avif hold one."""

    @model_validator(mode="after")
    def _format_has_the_choice(self) -> Self:
        traits, name = TRAITS[self.format], self.format
        if self.quality is not None and traits.quality is None:
            raise ValueError(f"{name} has no quality to choose: {_OTHERS['quality']}")
        if self.max_bytes is not None and traits.quality is None:
            raise ValueError(
                f"{name} has no quality to lower until max_bytes fits: {_OTHERS['quality']}"
            )
        if self.effort is not None and traits.efforts is None:
            raise ValueError(f"{name} has no effort to choose: {_OTHERS['effort']}")
        if self.effort is not None and traits.efforts and self.effort not in traits.efforts:
            least, most = traits.efforts[0], traits.efforts[-1]
            raise ValueError(f"{name} knows no effort {self.effort}: write {least} to {most}")
        if self.chroma is not None and not traits.chroma:
            raise ValueError(f"{name} has no chroma to choose: {_OTHERS['chroma']}")
        return self

    def encoding(self) -> Encoding:
        """Return how the outputs below are written."""
        return Encoding(
            self.format,
            quality=self.quality,
            effort=self.effort,
            chroma=self.chroma,
            max_bytes=self.max_bytes,
            background=rgba(self.background),
        )

    def frames_left(self, frames: int) -> int:
        """Return how many of so many frames the result has."""
        return 1 if self.frames == "first" else frames


@step(version=1, fails=("frames_lost",), frames="all", cost=Cost(cpu_ms=1, memory_mb=0))
def convert(picture: Picture, options: ConvertOptions) -> Picture:
    """Have the picture written that way; its pixels stay as they are until then.

    Fails with "frames_lost" for an animation in a format that holds one frame, unless
    `frames: first` takes that one. A gif counts hundredths of a second, two a frame at the least:
    what one frame is rounded by, the next makes good. Its pixels are opaque or transparent: what is
    fainter than half, such as a watermark over nothing, stands there in dots. In a webp equal
    neighbours become one frame that lasts as long as they did; if all frames are equal, it is a
    still picture: `picture.frames` counts what there is before it is written.
    """
    chosen = picture.first() if options.frames == "first" else picture
    if chosen.frames > 1 and not TRAITS[options.format].animated:
        raise StepFailed("frames_lost", frames=chosen.frames, format=options.format)
    return chosen.encoded_as(options.encoding())
