"""The rule that a step keeps to the memory that it declares: the compiler plans functions by it.

Time is not held to `Cost.cpu_ms` here, since a test machine's time is no measure:
`python -m bench.steps` measures that.
"""

from collections.abc import Mapping

from steps.plugins import AnyStep
from steps.testing.purity import cases_for, verdict_on
from steps.testing.running import Replies, require
from steps.testing.strategies import KINDS

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried
SLACK_MB = 48
"""What a process may take beside: caches of glyphs, buffers of libvips' threads, the allocator."""
_LARGE = "photo-sized"


def keeps_to_its_memory(step: AnyStep, replies: Replies | None = None) -> None:
    """On a photo a step takes no more than `Cost.memory_mb` a megapixel, and some slack.

    It runs in a process of its own, whose peak of resident memory is read: Pillow's share of it,
    libvips' and Python's.
    """
    megapixels = _megapixels()
    cases = cases_for(step, ("one pixel", _LARGE))
    declared = max(step.read_options(values).costs(step.cost).memory_mb for _, values in cases)
    allowed = declared * megapixels + SLACK_MB
    verdict = verdict_on(step, cases, replies, measured=True)
    require(
        verdict.peak_mb <= allowed,
        f"{step.name} took {verdict.peak_mb:.0f} MB for {megapixels:.2f} megapixels, and declares "
        f"{declared:g} MB for one: hold fewer copies of the picture at once, or "
        "raise `memory_mb` of its Cost",
    )


def peak_of(step: AnyStep, values: Mapping[str, object]) -> float:
    """Return the MB for a megapixel that a step takes at its peak, on a photo, with these options.

    For steps whose `costs` tells options apart: those that drawn ones hardly hit on.
    """
    cases = tuple((kind, values) for kind in ("one pixel", _LARGE))
    return verdict_on(step, cases, None, measured=True).peak_mb / _megapixels()


def _megapixels() -> float:
    return KINDS[_LARGE].width * KINDS[_LARGE].height / 1e6
