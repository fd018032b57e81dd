"""Tell: the bench's numbers as tables and sentences."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from bench.cases import CONTENDERS
from bench.cold import Cold
from bench.folder import Folder
from bench.ratios import FOLDER_BAR, MEMORY_BAR_MB, Taken, times_as_fast, verdicts

NOTES = (
    "Times are CPU time on one core. Outputs, quality, progressive coding, effort and chroma are "
    "the same for all. What differs: Darkroom validates the whole file, and decodes all of it "
    "once, at the smallest scale that serves every variant. sharp and pyvips read the file again "
    "for each variant, at the smallest scale that serves that one, and take files that end early. "
    "Pillow decodes all pixels for each. Darkroom's watermark has a soft shadow; Pillow has no "
    "effort to choose for a GIF."
)
"""What a reader has to know of the numbers."""


def speeds(cases: Mapping[str, Taken], titles: Mapping[str, str]) -> Table:
    """Return a table of CPU time for each case, and how many times as fast as sharp that is."""
    table = Table("case", *(f"{name}\nms, ratio" for name in CONTENDERS.values()))
    for name, taken in cases.items():
        cells = (
            f"{each.cpu_ms:,.0f}  {times_as_fast(taken, which):.2f}"
            for which, each in taken.items()
        )
        table.add_row(titles[name], *cells)
    return table


def memory(cases: Mapping[str, Taken], titles: Mapping[str, str]) -> Table:
    """Return a table of the peak memory of each case, and of its outputs' bytes."""
    table = Table("case", *(f"{name}\nMB, kB out" for name in CONTENDERS.values()))
    for name, taken in cases.items():
        cells = (f"{each.peak_mb:,.0f}  {each.bytes / 1000:,.0f}" for each in taken.values())
        table.add_row(titles[name], *cells)
    return table


def bars(console: Console, cases: Mapping[str, Taken]) -> None:
    """Print what Darkroom holds itself to, and what it came to."""
    for bar, came_to in verdicts(cases):
        against = CONTENDERS[bar.against]
        words = f"{bar.case}: {came_to:.2f} times as fast as {against}, to be {bar.times}"
        _held(console, words, held=came_to >= bar.times)
    if "png-49mp" in cases:
        peak = cases["png-49mp"]["darkroom"].peak_mb
        words = f"png-49mp: {peak:.0f} MB at the most, to be {MEMORY_BAR_MB}"
        _held(console, words, held=peak <= MEMORY_BAR_MB)


def folder(console: Console, told: Folder) -> None:
    """Print how fast `process` goes over a folder."""
    console.print(
        f"process, {told.pictures} pictures on {told.cores} cores: {told.per_second:.2f} pictures"
        f" per second and core; {told.wall_share:.0%} of the kernel's own speed by the clock"
    )
    words = f"process: {told.cpu_share:.0%} of its CPU time is the kernel's, to be {FOLDER_BAR:.0%}"
    _held(console, words, held=told.cpu_share >= FOLDER_BAR)


def cold(console: Console, told: Cold) -> None:
    """Print what a stage's first picture waits for."""
    console.print(
        f"cold start: {told.imports_ms:.0f} ms to import a stage, {told.first_ms:.0f} ms for its"
        f" first picture, {told.next_ms:.0f} ms for the next"
    )


def _held(console: Console, words: str, *, held: bool) -> None:
    console.print(f"{'held  ' if held else 'MISSED'} {words}", style="green" if held else "red")
