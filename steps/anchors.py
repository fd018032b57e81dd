"""Anchors: the nine compass places of a picture."""

from typing import Literal

from steps.picture import Picture

Anchor = Literal[
    "north-west",
    "north",
    "north-east",
    "west",
    "centre",
    "east",
    "south-west",
    "south",
    "south-east",
]


def place(anchor: Anchor, room: tuple[int, int]) -> tuple[int, int]:
    """Return (left, top) of something anchored, where `room` pixels are left over each way.

    An odd pixel in the middle goes to the right and to the bottom.
    """
    across, down = room
    left = 0 if anchor.endswith("west") else across if anchor.endswith("east") else across // 2
    top = 0 if anchor.startswith("north") else down if anchor.startswith("south") else down // 2
    return left, top


Anchored = Anchor | Literal["attention"]
"""A compass place, or where the eye goes."""
Point = tuple[float, float]
"""A place in a picture, as shares of its width and height."""


def found(anchor: Anchored, picture: Picture) -> Anchor | Point:
    """Return the anchor; of `attention`, the point in the picture that it is."""
    return picture.attention() if anchor == "attention" else anchor


def spot(at: Anchor | Point, whole: tuple[int, int], part: tuple[int, int]) -> tuple[int, int]:
    """Return (left, top) of a part of that size that keeps the anchor, or has the point midst."""
    room = whole[0] - part[0], whole[1] - part[1]
    if isinstance(at, str):
        return place(at, room)
    left, top = (
        min(free, max(0, round(share * side - own / 2)))
        for free, share, side, own in zip(room, at, whole, part, strict=True)
    )
    return left, top
