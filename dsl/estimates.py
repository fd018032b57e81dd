"""Estimates: the time and memory of a stage, from what its plugins say they cost.

    time   = 10 s + open + sum over nodes (Cost.cpu_ms x MP) + sum over outputs (encode)
    memory = 256 MB + 3 x max_bytes + (12 MB + sum on one way of Cost.memory_mb) x MP,
             the costliest way, and never less than one whole vCPU

MP are those that enter a node, or leave it where a step enlarges: `accept.max_pixels`, and below a
step that bounds its result, that bound. A stage
that takes what another left has no original to hold, and fetches pixels. A step's `timeout` or
`memory` replaces its own part. Where `memory` leaves less than one vCPU, all but the 10 s and what
a `timeout` says takes longer in proportion.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dsl.draft import Draft, Part, Passage
from steps.contract import Cost
from steps.encoding import BUDGET_TRIES
from steps.formats import TRAITS, Encoding, Format

# At 1,769 MB a function has one vCPU (Lambda guide, "Configure memory"). With less, the same
# work takes longer in proportion and costs the same, so nothing is gained.
ONE_VCPU_MB = 1769
# What is no step: no step can be called so, and no step's limits replace it.
OPENING_NAME, TAKING_NAME = "the opening", "the fetching"

# S3 and the history, and the slow moments of both; a cold start is not in a function's timeout.
BASE_S = 10.0
_BASE_MB = 256.0  # measured: 100 MB with libvips and pydantic loaded and a 6 MP photo opened
_BYTES_HELD = 3  # the original, what the decoder buffers of it, the variant being written

# Measured on one core with a 6 MP photo, 15 ms a megapixel, and rounded up.
OPENING = Cost(cpu_ms=30, memory_mb=12)
# AV1 and HEVC take longer: photos 55 to 80, noise in a HEIC 108.
_OPENING_MS: Mapping[str, float] = {"avif": 120, "heic": 120}
# Pixels as they are, to S3 or from it at 50 MB/s, and twice in memory while they move.
INTERMEDIATE = Cost(cpu_ms=80, memory_mb=8)
# Encoding, in milliseconds a megapixel at the most, for efforts up to each of these. Measured on
# one core with what is hardest, noise with and without alpha, and rounded up; a photo takes from a
# third of it (jpeg 25, webp 120) to two thirds (png 80, gif 780, avif 1150).
_HARDEST_MS: Mapping[Format, Mapping[int, float]] = {
    "jpeg": {0: 60},
    "png": {9: 140},
    "gif": {3: 1_000, 4: 1_500, 5: 3_500, 7: 9_000, 10: 14_000},
    "webp": {4: 400, 5: 900, 6: 25_000},
    "avif": {0: 350, 3: 1_800, 4: 14_000, 5: 18_000, 7: 60_000, 9: 265_000},
}
# A side that a step leaves open is taken to be this many times the other: panoramas are 4:1.
_LONGEST_SHAPE = 4


@dataclass(frozen=True)
class Load:
    """What a picture at most takes in one node: time with its encoding, and the memory it adds."""

    step: str
    seconds: float
    memory_mb: float
    megapixels: float  # entering


def of_opening(draft: Draft) -> Part:
    """Return what it takes to fetch, decode and normalise the largest accepted original."""
    megapixels = _largest(draft)
    return Part(
        name=draft.opening_step.name if draft.opening_step else OPENING_NAME,
        seconds=BASE_S + opening_ms(draft.limits.formats) * megapixels / 1000,
        fixed_s=BASE_S,
        memory_mb=_BASE_MB
        + _BYTES_HELD * draft.limits.max_bytes / 10**6
        + OPENING.memory_mb * megapixels,
    )


def opening_ms(formats: Iterable[str]) -> float:
    """Return what it takes to decode a megapixel of the hardest of the formats, in milliseconds."""
    return max(_OPENING_MS.get(each, OPENING.cpu_ms) for each in formats)


def of_taking(load: Load) -> Part:
    """Return what it takes to fetch the picture that enters a node, where another stage left it."""
    return Part(
        name=TAKING_NAME,
        seconds=BASE_S + of_moving(load.megapixels),
        fixed_s=BASE_S,
        memory_mb=_BASE_MB + INTERMEDIATE.memory_mb * load.megapixels,
    )


def of_moving(megapixels: float) -> float:
    """Return the seconds it takes to leave a picture of that size for another stage."""
    return INTERMEDIATE.cpu_ms * megapixels / 1000


def loads(draft: Draft) -> Mapping[str, Load]:
    """Return what each node of the draft's tree takes, by its way."""
    return dict(_loads(draft.tree, _largest(draft), draft))


def encoding_ms(encoding: Encoding) -> float:
    """Return what it takes to encode a megapixel so, in milliseconds; 0 if no format is chosen."""
    if encoding.format is None:
        return 0
    traits = TRAITS[encoding.format]
    usual = traits.settings[traits.effort] if traits.efforts else 0
    effort = usual if encoding.effort is None else encoding.effort
    tries = 1 + BUDGET_TRIES if encoding.max_bytes is not None else 1
    return tries * next(
        hardest for most, hardest in _HARDEST_MS[encoding.format].items() if effort <= most
    )


def _largest(draft: Draft) -> float:
    return draft.limits.max_pixels / 10**6


def _loads(
    tree: tuple[Passage, ...], megapixels: float, draft: Draft
) -> Iterator[tuple[str, Load]]:
    for passage in tree:
        cost, after = draft.cost_of(passage), _after(passage, megapixels, draft)
        most = max(megapixels, after)
        seconds = cost.cpu_ms * most / 1000
        if passage.output:
            slowest = max(map(encoding_ms, draft.writing[passage.way].encodings))
            seconds += slowest * after / 1000
        load = Load(passage.step.name, seconds, cost.memory_mb * most, megapixels)
        yield passage.way, load
        yield from _loads(passage.next, after, draft)


def _after(passage: Passage, megapixels: float, draft: Draft) -> float:
    """Return the megapixels of the picture as it leaves the step, of all its frames together."""
    options = draft.options_of(passage)
    bounds = options.bounds() if options else None
    if bounds is None:
        return megapixels
    width, height = bounds
    sides = min(width, height * _LONGEST_SHAPE) * min(height, width * _LONGEST_SHAPE)
    frame = sides / 10**6
    # Of an animation, all of whose frames are within `max_pixels`, none is taken to be enlarged.
    most = max(megapixels, frame) if options and options.grows() else megapixels
    return min(frame * draft.writing[passage.way].frames, most)


def rounded_memory(memory_mb: float) -> int:
    """Return whole megabytes, the step in which Lambda takes them, and at least one vCPU."""
    return max(ONE_VCPU_MB, math.ceil(memory_mb))


def vcpus(memory_mb: float) -> float:
    """Return how much of one vCPU a function of so much memory has, 1 at the most.

    Source: Lambda guide, "Configure Lambda function memory": CPU in proportion to memory.
    """
    return min(1.0, memory_mb / ONE_VCPU_MB)


def slowed(part: Part, memory_mb: float) -> Part:
    """Return the part as it runs with so much memory, seconds all fixed."""
    seconds = part.fixed_s + (part.seconds - part.fixed_s) / vcpus(memory_mb)
    return replace(part, seconds=seconds, fixed_s=seconds)
