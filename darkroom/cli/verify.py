"""`verify`: whether histories are what was appended, one or all."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.cli.deployment import Deployment, find, image_of, told
from darkroom.cli.failure import CommandFailed
from darkroom.history import Witness
from darkroom.ids import ImageRef
from darkroom.operations.soundness import Checked, check
from darkroom.operations.words import counted
from darkroom.projections import CurrentViews

BROKEN = 3
"""The exit status where a history is not what was appended."""
_HEX = 64  # characters of a sha256


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Check one history, or all: 0 where all are sound, 3 where one is broken.

    1 where none is broken, and one has events that only newer code can read.
    """
    if bool(options.image) == options.all:
        raise CommandFailed("Say which history to verify: IMAGE, or --all.")
    found = find(options)
    if options.all:
        return _all(_checked(found, found.history.refs()), console)
    ref = image_of(options)
    (checked,) = _checked(found, [ref], *([_seen(options.seen)] if options.seen else []))
    if checked == Checked(ref):
        found.stream(ref)  # it has none, and that is told as other verbs tell it
    console.print(_line(checked), soft_wrap=True)
    return _status([checked])


def _checked(found: Deployment, refs: Iterable[ImageRef], *seen: Witness) -> Iterator[Checked]:
    generations = DynamoGenerations(found.client("dynamodb"), found.output("ViewsTable"))
    views = CurrentViews(generations)
    return (check(ref, found.history, views, *seen) for ref in refs)


def _seen(text: str) -> Witness:
    """Return what `--seen` says; raises CommandFailed for what is not VERSION:HASH."""
    version, _, digest = text.partition(":")
    if not (version.isdecimal() and len(digest) == _HEX):
        raise CommandFailed(f"--seen {text}: write VERSION:HASH, as an earlier `verify` told them.")
    return Witness(int(version), digest)


def _all(checks: Iterable[Checked], console: Console) -> int:
    """Tell of those that are not sound, as they are found, and count all."""
    looked = TextColumn("{task.completed:,.0f} histories verified")
    told = []
    counts: Counter[str] = Counter()
    unseen = not console.is_terminal
    bars = Progress(looked, TimeElapsedColumn(), console=console, transient=True, disable=unseen)
    with bars as bar:
        task = bar.add_task("verify", total=None)
        for checked in checks:
            counts["histories"] += 1
            counts["events"] += checked.version
            if checked.wrong or checked.unknown:
                told.append(checked)
                console.print(_line(checked), soft_wrap=True)
            bar.advance(task)
    broken = sum(1 for each in told if each.wrong)
    what = "histories" if counts["histories"] != 1 else "history"
    events = counted(counts["events"], "event")
    console.print(
        f"{counts['histories']:,} {what}, {events}: {broken} broken, {len(told) - broken} not read",
        style="bold",
    )
    return _status(told)


def _status(checks: Iterable[Checked]) -> int:
    found = tuple(checks)
    if any(each.wrong for each in found):
        return BROKEN
    return 1 if any(each.unknown for each in found) else 0


def _line(checked: Checked) -> Text:
    name = Text.assemble((checked.ref.image_id, "bold"), (f"  tenant {checked.ref.tenant}", "dim"))
    if checked.wrong:
        return Text.assemble(name, "  ", ("broken", "red"), f": {checked.wrong}")
    if checked.unknown:
        cause = f"newer code wrote {checked.unknown}"
        return Text.assemble(name, "  ", ("not read", "yellow"), f": {cause}; use its checkout")
    events = counted(checked.version, "event")
    return Text.assemble(
        name, "  ", ("sound", "green"), f": {events}, {checked.version}:{checked.head}"
    )
