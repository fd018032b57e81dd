"""Anchors: the nine compass places of a picture."""

from typing import Literal

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
