"""Folder: how fast `process` goes over many pictures, beside the kernel alone on the same cores."""

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench.cases import Case
from bench.jobs import job
from bench.measure import Measured, measured
from bench.ratios import share
from darkroom.local.cores import available

EACH_CORE = 120
"""Pictures for each core: what starting takes is a small part of it, as in a folder of holidays."""

SECONDS = 8.0
"""How long the kernel alone is measured, on all cores at once, before the folder and after it."""


@dataclass(frozen=True)
class Folder:
    """What came of a folder."""

    pictures: int
    cores: int
    per_second: float  # pictures per second and core, by the clock on the wall
    cpu_share: float  # of the CPU time, what the kernel alone takes for as many pictures
    wall_share: float  # of the kernel's speed on the same cores, by the clock on the wall


def process_folder(case: Case, source: Path, each_core: int = EACH_CORE) -> Folder:
    """Measure the command on copies of a picture, and the kernel on all cores at once."""
    cores = available()
    pictures = each_core * cores
    alone = _alone(case, source, cores)
    wall_s, cpu_s = _command(case, source, pictures)
    alone += _alone(case, source, cores)
    cpu_ms, wall_ms = mean(each.cpu_ms for each in alone), mean(each.wall_ms for each in alone)
    return Folder(
        pictures=pictures,
        cores=cores,
        per_second=pictures / wall_s / cores,
        cpu_share=share(cpu_ms, pictures, cpu_s * 1000),
        wall_share=share(wall_ms, pictures, wall_s * 1000 * cores),
    )


def _alone(case: Case, source: Path, cores: int) -> list[Measured]:
    """Return what the kernel takes in one process for each core, all at once.

    The mean of its repetitions, as the time of a folder is one.
    """
    busy = job(case, source, SECONDS)
    with ThreadPoolExecutor(cores) as threads:
        return list(threads.map(lambda _: measured("darkroom", busy, of=mean), range(cores)))


def _command(case: Case, source: Path, pictures: int) -> tuple[float, float]:
    """Return the seconds by the clock and of CPU that `process` takes, its start included."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "in").mkdir()
        (folder / "bench.yaml").write_text(case.pipeline())
        for number in range(pictures):
            os.link(_beside(source, folder), folder / "in" / f"{number:04}.jpg")
        command = [sys.executable, "-m", "darkroom", "process", str(folder / "in")]
        command += ["--pipeline", str(folder / "bench.yaml"), "--out", str(folder / "out")]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - its own
        wall_s = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _beside(source: Path, folder: Path) -> Path:
    """Return a copy of the source in the folder, which links can point to."""
    copy = folder / source.name
    if not copy.exists():
        copy.write_bytes(source.read_bytes())
    return copy
