"""Clock: how long a piece of work takes, and how much memory the process has had at the most."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(start: Callable[[dict[str, Any]], Callable[[], list[bytes]]]) -> None:
    """Read a job from standard input, do its work for its seconds, and print what it took.

    The first time is not counted, but for memory: it brings in what is loaded once.
    """
    job = json.load(sys.stdin)
    work = start(job)
    written = work()
    peak = peak_mb()
    cpu_ms: list[float] = []
    wall_ms: list[float] = []
    until = time.perf_counter() + job["seconds"]
    while not cpu_ms or time.perf_counter() < until:
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        cpu_ms.append((time.process_time() - cpu) * 1000)
        wall_ms.append((time.perf_counter() - wall) * 1000)
    told = {"cpu_ms": cpu_ms, "wall_ms": wall_ms, "peak_mb": peak}
    sys.stdout.write(json.dumps({**told, "bytes": [len(each) for each in written]}) + "\n")


def peak_mb() -> float:
    """Return the most memory that this process has had resident, in MB (10^6 bytes).

    Linux' ru_maxrss also counts what the process was forked from (setmax_mm_hiwater_rss in its
    fs/exec.c); VmHWM does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(told["VmHWM"].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
