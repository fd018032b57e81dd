"""Cold: what a stage's first picture waits for, in a process that has imported nothing."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.cases import Case
from bench.jobs import job

_PROGRAM = """
import json, sys, time
from pathlib import Path
given = json.load(sys.stdin)
times = [time.process_time()]
import darkroom.handlers.stage
times.append(time.process_time())
from darkroom.plan import Plan, whole
from darkroom.runner.render import render
plan = whole(Plan.model_validate(given["plan"]))
original = Path(given["source"]).read_bytes()
for _ in range(2):
    list(render(plan, original, {"image.id": "1"}))
    times.append(time.process_time())
print(json.dumps([(end - begin) * 1000 for begin, end in zip(times, times[1:])]))
"""


@dataclass(frozen=True)
class Cold:
    """CPU time in ms: of importing a stage's handler, of the first picture, and of the next."""

    imports_ms: float
    first_ms: float  # with the plugins that the plan uses, which are imported then
    next_ms: float


def cold(case: Case, source: Path, processes: int = 5) -> Cold:
    """Return the medians over so many processes."""
    given = job(case, source, 0).to_json()
    found = []
    for _ in range(processes):
        ended = subprocess.run(  # noqa: S603 - the program above
            [sys.executable, "-c", _PROGRAM],
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(ended.stdout))
    return Cold(*(median(column) for column in zip(*found, strict=True)))
