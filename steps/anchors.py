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


def spot(anchor: Anchored, picture: Picture, size: tuple[int, int]) -> tuple[int, int]:
    """Return (left, top) of the part of that size that the anchor keeps of the picture."""
    room = picture.width - size[0], picture.height - size[1]
    if anchor != "attention":
        return place(anchor, room)
    across, down = picture.attention()
    left, top = (
        min(free, max(0, round(share * side - part / 2)))
        for free, share, side, part in zip(
            room, (across, down), (picture.width, picture.height), size, strict=True
        )
    )
    return left, top
