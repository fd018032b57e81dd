"""Darkroom's side: the compiled pipeline, carried out as a stage does it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.contenders import clock
from darkroom.plan import Plan, whole
from darkroom.runner.render import render
from darkroom.runner.results import Rendered


def start(job: dict[str, Any]) -> Callable[[], list[bytes]]:
    """Return the work: the file is read, validated, decoded, and its variants are encoded."""
    plan = whole(Plan.model_validate(job["plan"]))
    source = Path(job["source"])

    def work() -> list[bytes]:
        results = list(render(plan, source.read_bytes(), {"image.id": "1"}))
        written = [each.encoded for each in results if isinstance(each, Rendered)]
        if len(written) != len(job["outputs"]):
            raise RuntimeError(f"not all variants came about: {results}")
        return written

    return work


if __name__ == "__main__":
    clock.run(start)
