"""`reconcile`: end what nobody works on any more, and announce what nobody heard of."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from darkroom.adapters.s3 import S3Originals
from darkroom.adapters.s3_arrivals import S3Arrivals
from darkroom.adapters.sqs import SqsQueue
from darkroom.cli.deployment import Deployment, find, told
from darkroom.errors import InvalidKey
from darkroom.ids import parse_original_key
from darkroom.images import Finish, TimeOut
from darkroom.ingest import Arrival, Message
from darkroom.operations.words import counted
from darkroom.reconcile import Due, Reconciler


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Do what is due for every image and object, or with `--dry-run` only say it; 0."""
    found = find(options)
    reconciler = Reconciler(
        history=found.history,
        queue=SqsQueue(found.client("sqs"), found.output("QueueUrl")),
        originals=S3Originals(found.client("s3"), found.output("OriginalsBucket")),
        clock=lambda: datetime.now(UTC),
        grace=timedelta(minutes=options.grace),
    )
    arrivals = S3Arrivals(found.client("s3"), found.output("OriginalsBucket"))
    lines = _lines(reconciler, found, arrivals, dry=options.dry_run)
    count = sum(1 for _ in _shown(lines, console))
    what = "to be done; nothing was" if options.dry_run else "done"
    console.print(f"{counted(count, 'thing')} {what}", style="bold")
    return 0


def _shown(lines: Iterable[Text | None], console: Console) -> Iterator[Text]:
    """Print each line, and yield it; None is what was looked at and is well."""
    looked = TextColumn("{task.completed:,.0f} looked at")
    unseen = not console.is_terminal
    bars = Progress(looked, TimeElapsedColumn(), console=console, transient=True, disable=unseen)
    with bars as bar:
        task = bar.add_task("reconcile", total=None)
        for line in lines:
            bar.advance(task)
            if line is not None:
                console.print(line, soft_wrap=True)
                yield line


def _lines(
    reconciler: Reconciler, found: Deployment, arrivals: S3Arrivals, *, dry: bool
) -> Iterator[Text | None]:
    """Yield what is due, image by image and then object by object, having done it."""
    for ref in found.history.refs():
        due = reconciler.due(ref) if dry else reconciler.settle(ref)
        yield _line(ref.image_id, _said(due)) if due else None
    for arrival, arrived_at in arrivals.all():
        yield _announced(reconciler, arrival, arrived_at, dry=dry)


def _said(due: Due) -> str:
    match due:
        case Message(version_id=version_id):
            return f"no run has begun: its message is sent again, for object version {version_id}"
        case Finish():
            return "only the reply was lost: it ends by what its variants came to"
        case TimeOut():
            return "its deadline has passed: it ends as timed out"


def _announced(
    reconciler: Reconciler, arrival: Arrival, arrived_at: datetime, *, dry: bool
) -> Text | None:
    try:
        if not reconciler.is_unannounced(arrival, arrived_at):
            return None
    except InvalidKey:
        return None  # no grant made it: nobody waits for it
    if not dry:
        reconciler.announce(arrival)
    image_id = parse_original_key(arrival.key).ref.image_id
    return _line(image_id, f"no event told of object version {arrival.version_id}: now one does")


def _line(image_id: str, said: str) -> Text:
    return Text.assemble((image_id, "bold"), f"  {said}")
