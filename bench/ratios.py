"""Ratios: how contenders compare in a case, and what the project holds itself to."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.cases import Which
from bench.measure import Measured

Taken = Mapping[Which, Measured]


@dataclass(frozen=True)
class Bar:
    """What Darkroom has to reach in a case: so many times as fast as another."""

    case: str
    against: Which
    times: float


BARS = (
    Bar("jpeg-6mp", "sharp", 1.2),
    Bar("jpeg-24mp", "sharp", 1.8),
    Bar("jpeg-6mp", "pillow", 4.0),
    Bar("jpeg-24mp", "pillow", 4.0),
)
MEMORY_BAR_MB = 200
"""Darkroom's peak for the PNG of 49 MP."""
FOLDER_BAR = 0.85
"""The share of the kernel's own speed that `process` reaches over a folder."""


def times_as_fast(taken: Taken, which: Which, against: Which = "sharp") -> float:
    """Return how many times as fast one contender is as another, by CPU time."""
    return taken[against].cpu_ms / taken[which].cpu_ms


def verdicts(cases: Mapping[str, Taken]) -> list[tuple[Bar, float]]:
    """Return each bar of a case that was measured, with what Darkroom came to."""
    return [
        (bar, times_as_fast(cases[bar.case], "darkroom", bar.against))
        for bar in BARS
        if bar.case in cases
    ]


def share(alone_ms: float, pictures: int, all_ms: float) -> float:
    """Return what part of `all_ms` went into the pictures, each taking `alone_ms` by itself."""
    return alone_ms * pictures / all_ms
