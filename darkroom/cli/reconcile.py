"""`reconcile`: end what nobody works on any more, and announce what nobody heard of."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from darkroom.adapters.s3 import S3Originals, S3Variants
from darkroom.adapters.s3_arrivals import S3Arrivals
from darkroom.adapters.sqs import SqsQueue
from darkroom.cli.deployment import Deployment, find, told
from darkroom.cli.naming import image_id
from darkroom.errors import InvalidKey
from darkroom.ids import ImageRef, parse_original_key
from darkroom.images import TimeOut
from darkroom.ingest import Arrival, Message
from darkroom.leftovers import Sweeper
from darkroom.operations.words import counted
from darkroom.reconcile import Due, Reconciler


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Do what is due for every image and object, or for the named; `--dry-run` only says it. 0."""
    found = find(options)
    named = [ImageRef(options.tenant, image_id(each)) for each in options.images]
    reconciler = Reconciler(
        history=found.history,
        queue=SqsQueue(found.client("sqs"), found.output("QueueUrl")),
        originals=S3Originals(found.client("s3"), found.output("OriginalsBucket")),
        clock=lambda: datetime.now(UTC),
        grace=timedelta(minutes=_grace(options)),
    )
    variants = S3Variants(found.client("s3"), found.output("VariantsBucket"))
    sweeper = Sweeper(
        found.history, variants, reconciler.originals, reconciler.clock, reconciler.grace
    )
    dry = options.dry_run
    refs = (found.stream(ref).ref for ref in named) if named else found.history.refs()
    images = (line for ref in refs for line in _image(reconciler, sweeper, ref, dry=dry))
    objects = () if named else _objects(reconciler, found, dry=dry)
    count = sum(1 for _ in _shown(chain(images, objects), console))
    what = "to be done; nothing was" if dry else "done"
    console.print(f"{counted(count, 'thing')} {what}", style="bold")
    return 0


def _grace(options: argparse.Namespace) -> float:
    """Return the minutes to wait: none for an image that somebody asks about."""
    given: float | None = options.grace
    if given is not None:
        return given
    return 0 if options.images else 15


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


def _image(
    reconciler: Reconciler, sweeper: Sweeper, ref: ImageRef, *, dry: bool
) -> Iterator[Text | None]:
    """Yield what is due for an image, having done it."""
    due = reconciler.due(ref) if dry else reconciler.settle(ref)
    yield _line(ref.image_id, _said(due)) if due else None
    if left := len(sweeper.leftovers(ref)) if dry else sweeper.sweep(ref):
        yield _line(ref.image_id, f"what no event names is removed: {counted(left, 'object')}")


def _objects(reconciler: Reconciler, found: Deployment, *, dry: bool) -> Iterator[Text | None]:
    """Yield every object that no event told of, having announced it."""
    arrivals = S3Arrivals(found.client("s3"), found.output("OriginalsBucket"))
    for arrival, arrived_at in arrivals.all():
        yield _announced(reconciler, arrival, arrived_at, dry=dry)


def _said(due: Due) -> str:
    match due:
        case Message(version_id=version_id):
            return f"no run has begun: its message is sent again, for object version {version_id}"
        case TimeOut():
            return "its run is behind its deadline: it ends by what is on record"


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
    ref = parse_original_key(arrival.key).ref
    return _line(
        ref.image_id, f"no event told of object version {arrival.version_id}: now one does"
    )


def _line(name: str, said: str) -> Text:
    return Text.assemble((name, "bold"), f"  {said}")
