"""Carried: what a picture has with it beside its pixels, from the opening to its output."""

from dataclasses import dataclass

from steps.formats import AS_IT_COMES, Encoding
from steps.metadata import Tag


@dataclass(frozen=True)
class Carried:
    """Frames' times, the profile of the pixels, kept metadata, and how they are to be encoded.

    A step that says nothing of these leaves them as they are.
    """

    delays_ms: tuple[int, ...] = ()  # how long each frame is shown; none for a still picture
    loop: int = 0  # how often an animation is shown; 0 is for ever
    profile: bytes = b""  # an ICC profile of RGB colours; none is sRGB
    tags: tuple[Tag, ...] = ()
    encoding: Encoding = AS_IT_COMES
