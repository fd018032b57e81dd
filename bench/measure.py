"""Measure: each job in a process of its own, on one core, in turns."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.cases import Which
from bench.jobs import Job
from steps.allocator import KEEPS_MEMORY

HERE = Path(__file__).parent
NODE = Path(sys.executable).with_name("node")
COMMANDS: dict[Which, list[str]] = {
    "darkroom": [sys.executable, "-m", "bench.contenders.darkroom"],
    "sharp": [str(NODE), str(HERE / "contenders" / "sharp.mjs")],
    "pyvips": [sys.executable, "-m", "bench.contenders.pyvips"],
    "pillow": [sys.executable, "-m", "bench.contenders.pillow"],
}

ENVIRONMENT: dict[Which, Mapping[str, str]] = {"darkroom": KEEPS_MEMORY}
"""What is set for a contender's process: what its functions have on AWS."""


@dataclass(frozen=True)
class Measured:
    """What a job took in one process, or in the middle of several.

    Times are mostly those of the fastest repetition: what else the machine does only adds to them.
    """

    cpu_ms: float  # all threads together
    wall_ms: float
    peak_mb: float  # resident, MB of 10^6 bytes
    bytes: int  # of all outputs


class ContenderFailed(Exception):
    """A contender's process ended badly; the text is its last words."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keep to one core what is started in the block, where the platform can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def measured(which: Which, job: Job, of: Callable[[Sequence[float]], float] = min) -> Measured:
    """Return what the job took, done by that contender in a process of its own.

    `of` makes one time of those of its repetitions.

    Raises ContenderFailed with what the process said last.
    """
    ended = subprocess.run(  # noqa: S603 - commands of this module
        COMMANDS[which],
        input=job.to_json(),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "VIPS_CONCURRENCY": "1", **ENVIRONMENT.get(which, {})},
    )
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["no word"])[-1]
        raise ContenderFailed(f"{which} ended with {ended.returncode}: {last}")
    told = json.loads(ended.stdout)
    return Measured(of(told["cpu_ms"]), of(told["wall_ms"]), told["peak_mb"], sum(told["bytes"]))


def middle(of: list[Measured]) -> Measured:
    """Return the median of each number."""
    return Measured(
        median(each.cpu_ms for each in of),
        median(each.wall_ms for each in of),
        median(each.peak_mb for each in of),
        of[-1].bytes,
    )
