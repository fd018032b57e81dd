"""`rebuild`: fold all histories anew beside the views that are shown, and then show the new."""

import argparse
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.cli.deployment import Deployment, find, told
from darkroom.cli.failure import CommandFailed
from darkroom.operations.words import counted
from darkroom.projections import NotProjected, Rebuilt, rebuild

_NAMED = 10  # images that could not be folded; the rest are counted


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Rebuild the views; 1 where images could not be folded, or another rebuild has begun since."""
    # Images that were not folded are named at the end; warnings would tear the bar.
    logging.getLogger("darkroom.projections").addHandler(logging.NullHandler())
    found = find(options)
    generations = DynamoGenerations(found.client("dynamodb"), found.output("ViewsTable"))
    done = _rebuilt(found, generations, options, console)
    for line in _named(done.failed):
        console.print(line, style="yellow", soft_wrap=True)
    if done.outcome == "overtaken":
        raise CommandFailed("Another rebuild has begun since: its views will be shown, not these.")
    if done.outcome == "abandoned":
        raise CommandFailed(
            "The views are shown as they were. Mend what `python -m darkroom verify` finds, or show"
            " the new views without these images: --despite-failures."
        )
    console.print(f"shown: {counted(done.images, 'image')}, folded anew")
    if options.settle_s:
        console.print(f"waiting {options.settle_s:g} s for readers of the old rows", style="dim")
        time.sleep(options.settle_s)
    removed = generations.remove_before(done.generation)
    console.print(f"removed: {counted(removed, 'old row')}", style="dim")
    return 1 if done.failed else 0


def _rebuilt(
    found: Deployment,
    generations: DynamoGenerations,
    options: argparse.Namespace,
    console: Console,
) -> Rebuilt:
    """Rebuild below a bar; Ctrl-C says what it leaves."""
    with _bar(console) as bar:
        task = bar.add_task("finding images", total=None)
        try:
            return rebuild(
                found.history,
                generations,
                despite_failures=options.despite_failures,
                told=lambda done, total: bar.update(
                    task, description="folding", completed=done, total=total
                ),
            )
        except KeyboardInterrupt:
            bar.console.print("broken off: the views are shown as they were", style="yellow")
            raise


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield bar


def _named(failed: tuple[NotProjected, ...]) -> Iterator[str]:
    for each in failed[:_NAMED]:
        yield f"{each.ref.image_id} ({each.ref.tenant}) could not be folded: {each.error}"
    if len(failed) > _NAMED:
        yield f"and {counted(len(failed) - _NAMED, 'other image')}"
