"""`make bench`: measure, print, and draw out/bench.png."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from PIL import Image
from rich.console import Console

from bench import cold, folder, sources, tell
from bench.cases import CASES, CONTENDERS, Case, Which, of_photo
from bench.chart import chart
from bench.jobs import job
from bench.measure import Measured, measured, middle, one_core
from bench.ratios import Taken
from darkroom.local.cores import available


def main() -> int:
    """Measure every case, and write what was found to the folder `--out`."""
    options = _parser().parse_args()
    console = Console(highlight=False)
    options.out.mkdir(parents=True, exist_ok=True)
    found = _cases(options)
    titles = {case.name: case.title for case, _ in found}
    subtitle = _machine()
    console.print(f"{subtitle}\n{tell.NOTES}\n")
    with one_core():
        cases = _taken(found, options.rounds, console)
        start = cold.cold(*found[0])
    console.print(tell.speeds(cases, titles), tell.memory(cases, titles))
    tell.bars(console, cases)
    tell.cold(console, start)
    many = folder.process_folder(*found[0])
    tell.folder(console, many)
    told = {
        name: {which: asdict(each) for which, each in taken.items()}
        for name, taken in cases.items()
    }
    numbers = {"machine": subtitle, "cases": told, "cold": asdict(start), "folder": asdict(many)}
    (options.out / "bench.json").write_text(json.dumps(numbers, indent=2) + "\n")
    (options.out / "bench.png").write_bytes(chart(cases, titles, subtitle))
    console.print(f"wrote {options.out / 'bench.png'} and bench.json", style="dim")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Darkroom beside others.")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each number")
    parser.add_argument("--photos", type=Path, help="a folder of JPEGs to measure instead")
    parser.add_argument("--only", action="append", default=[], help="a case, by its name")
    parser.add_argument("--out", type=Path, default=Path("out"))
    return parser


def _cases(options: argparse.Namespace) -> list[tuple[Case, Path]]:
    """Return the cases with the file of each."""
    if options.photos:
        files = sorted(options.photos.glob("*.[jJ][pP]*[gG]"))
        found = [(case, file) for file in files for case in of_photo(file.name, _megapixels(file))]
    else:
        drawn = options.out / "bench-sources"
        wanted = [case for case in CASES if not options.only or case.name in options.only]
        found = [(case, sources.made(case.source, drawn)) for case in wanted]
    if not found:
        sys.exit("There is nothing to measure: --photos has no JPEGs, or --only names no case.")
    return found


def _megapixels(photo: Path) -> float:
    with Image.open(photo) as image:
        return image.width * image.height / 1e6


def _taken(found: Sequence[tuple[Case, Path]], rounds: int, console: Console) -> dict[str, Taken]:
    """Return what each contender took in each case, in the middle of all rounds."""
    jobs = {case.name: job(case, file, 1.0) for case, file in found}
    each: dict[str, dict[Which, list[Measured]]] = {
        name: {which: [] for which in CONTENDERS} for name in jobs
    }
    for number in range(rounds):
        for name, which in _turns(list(jobs), number):
            with console.status(f"round {number + 1} of {rounds}: {name}, {CONTENDERS[which]}"):
                each[name][which].append(measured(which, jobs[name]))
    return {
        name: {which: middle(of) for which, of in taken.items()} for name, taken in each.items()
    }


def _turns(names: list[str], number: int) -> Iterator[tuple[str, Which]]:
    """Yield cases and contenders, one after another; in odd rounds backwards."""
    order = list(CONTENDERS) if number % 2 == 0 else list(reversed(CONTENDERS))
    yield from ((name, which) for name in names for which in order)


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        lines = told.read_text().splitlines()
        cpu = next((each.split(": ")[1] for each in lines if each.startswith("model name")), cpu)
    load = os.getloadavg()[0]
    return f"{cpu}, {available()} cores (load {load:.1f}), Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
