"""The passes, in order: plain functions from a draft to a draft, each with its invariant.

`resolve`, `typecheck`, `flow` and `encodings` look at a file with mistakes too, so that all of
them are reported at once. The others run only if there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dsl.diagnostics import Report
from dsl.draft import Draft
from dsl.passes import (
    budgets,
    effects,
    encodings,
    engine,
    flow,
    fuse,
    lower,
    names,
    resolve,
    room,
    shape,
    share_decode,
    stages,
    typecheck,
)


class BrokenInvariant(AssertionError):
    """A pass left the draft in a state that it promises never to leave: a bug of the compiler."""


@dataclass(frozen=True)
class Pass:
    """A pass: its name in the lock, what it does, and what must hold behind it."""

    name: str
    run: Callable[[Draft, Report], Draft]
    broken: Callable[[Draft], str | None]  # what does not hold, or None; only without mistakes
    needs_a_sound_file: bool = True


PASSES = (
    Pass("resolve", resolve.run, resolve.broken, needs_a_sound_file=False),
    Pass("typecheck", typecheck.run, typecheck.broken, needs_a_sound_file=False),
    Pass("flow", flow.run, flow.broken, needs_a_sound_file=False),
    Pass("encodings", encodings.run, encodings.broken, needs_a_sound_file=False),
    Pass("lower", lower.run, lower.broken),
    Pass("share_decode", share_decode.run, share_decode.broken),
    Pass("fuse", fuse.run, fuse.broken),
    Pass("stages", stages.run, stages.broken),
    Pass("effects", effects.run, effects.broken),
    Pass("engine", engine.run, engine.broken),
    Pass("shape", shape.run, shape.broken),
    Pass("names", names.run, names.broken),
    Pass("budgets", budgets.run, budgets.broken),
    Pass("room", room.run, room.broken),
)


def run(draft: Draft, report: Report) -> Draft:
    """Return the draft behind the last pass. Raises PipelineRefused if the file has mistakes."""
    for each in PASSES:
        if each.needs_a_sound_file:
            report.refuse()
        draft = each.run(draft, report)
        if not report and (broken := each.broken(draft)):
            raise BrokenInvariant(f"{each.name}: {broken}")
    report.refuse()
    return draft
