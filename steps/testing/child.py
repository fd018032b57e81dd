"""The process of its own in which `is_pure` runs a step, guarded from before it is imported."""

import importlib
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from steps.contract import Call, Reply, Step
from steps.plugins import AnyStep
from steps.testing.guard import Guard, Stopped
from steps.testing.running import Replies, RuleBroken, outcome, require, told
from steps.testing.strategies import KINDS

PURE = (
    "A step is pure: all that it needs is in its picture, its options and the files that it "
    "declares in `assets` and reads by asset()"
)
Case = tuple[str, Mapping[str, Any]]
"""The name of a picture of KINDS, and options as JSON values."""


@dataclass(frozen=True)
class Job:
    """Which step to run, and on what."""

    module: str
    function: str
    folders: tuple[str, ...]  # where the files of the module's package lie
    cases: tuple[Case, ...]
    measured: bool = False  # its memory is looked at, not what it reaches for


@dataclass(frozen=True)
class Verdict:
    """What the step did that it may not, in sentences; and what came of each case."""

    broken: tuple[str, ...]
    outcomes: tuple[object, ...] = ()
    peak_mb: float = 0


def main() -> None:
    """Take one Job from the pipe whose number is the argument; answer Calls, then a Verdict."""
    pipe = Connection(int(sys.argv[1]))
    job: Job = pipe.recv()

    def replies(call: Call) -> Reply:
        pipe.send(call)
        reply: Reply = pipe.recv()
        return reply

    package = job.module.rpartition(".")[0]
    if package:
        importlib.import_module(package).__path__ = list(job.folders)
    pipe.send(_measured(job, replies) if job.measured else _judged(job, replies))


def _measured(job: Job, replies: Replies) -> Verdict:
    """Run the cases; return what those after the first picture's took beyond it, at their peak."""
    step: AnyStep = getattr(importlib.import_module(job.module), job.function)
    first, peaks = job.cases[0][0], {True: 0.0, False: 0.0}
    for kind, values in job.cases:
        outcome(step, KINDS[kind], step.read_options(values), replies)
        peaks[kind == first] = peak_mb()
    return Verdict((), peak_mb=peaks[False] - peaks[True])


def _judged(job: Job, replies: Replies) -> Verdict:
    outcomes: tuple[object, ...] = ()
    with Guard(job.module.partition(".")[0]) as guard:
        try:
            step = getattr(importlib.import_module(job.module), job.function, None)
            if not isinstance(step, Step):
                return Verdict((f"{job.function} cannot be imported from {job.module}",))
            chosen = [step.read_options(values) for _, values in job.cases]
            guard.allow(step.asset_path(name) for each in chosen for name in step.assets_of(each))
            outcomes = tuple(_twice(step, case, replies) for case in job.cases)
        except Stopped:
            pass
        except RuleBroken as broken:
            # What is not pure may show as a broken rule: the cause is told, not what followed.
            return Verdict(_sentences(job, guard) or (str(broken),))
    return Verdict(_sentences(job, guard), outcomes)


def peak_mb() -> float:
    """Return the most memory that this process ever held, in MB of 10^6 bytes.

    Linux tells it in its own file: what getrusage says there begins with the parent's.
    Sources: proc(5), VmHWM in kB; getrusage(2), ru_maxrss in bytes on macOS.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _sentences(job: Job, guard: Guard) -> tuple[str, ...]:
    """Return what it did in one sentence, and the rule in another; nothing if it did nothing."""
    return (f"{job.function} {'; '.join(guard.broken)}. {PURE}",) if guard.broken else ()


def _twice(step: AnyStep, case: Case, replies: Replies) -> object:
    """Return what came of the case; raises RuleBroken for another outcome or input afterwards."""
    kind, values = case
    picture, options = KINDS[kind], step.read_options(values)
    before = told(picture)
    first = told(outcome(step, picture, options, replies))
    same = told(picture) == before
    require(same, f"{step.name} changed the picture that it was given: work on a copy")
    second = told(outcome(step, picture, options, replies))
    require(first == second, f"{step.name} answered differently the second time")
    return first
