"""`dlq list`, `dlq redrive`, `dlq drop`: what could not be dealt with, and what becomes of it."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from darkroom.adapters.dead_letters import Sources, SqsDeadLetters
from darkroom.cli.deployment import Deployment, find, image_of, told
from darkroom.cli.failure import CommandFailed
from darkroom.events import instant
from darkroom.operations import letters as letters_
from darkroom.operations.letters import Letter
from darkroom.operations.mover import Moved, drop, redrive
from darkroom.operations.words import clock_time, counted, span

_SHOWN_OF_ID = 8


@dataclass(frozen=True)
class Queue:
    """A queue of dead letters, by the output of the stacks that has its address."""

    name: str
    output: str
    holds: str


QUEUES = (
    Queue("dead", "DeadLettersUrl", "messages that no run could be made of"),
    Queue("unannounced", "UnannouncedUrl", "S3's notifications that were not put on record"),
    Queue("unended", "UnendedUrl", "ends of executions that were not put on record"),
    Queue("unfolded", "UnfoldedUrl", "images whose views could not be made"),
)


@told
def list_(options: argparse.Namespace, console: Console) -> int:
    """Print every letter, or those asked for, and leave all as it was; 0."""
    found = find(options)
    shown = {}
    for queue in _queues(found, options.queue):
        shown[queue] = _chosen(letters_of(found, queue, options.most), options)
    if options.format == "json":
        facts = {queue.name: [_json(each) for each in shown[queue]] for queue in shown}
        console.print_json(json.dumps(facts), indent=2)
        return 0
    for queue, letters in shown.items():
        for line in _lines(queue, letters):
            console.print(line, soft_wrap=True)
    return 0


@told
def redrive_(options: argparse.Namespace, console: Console) -> int:
    """Send the letters asked for to their sources; 1 where one stays."""
    found = find(options)
    (queue,) = _queues(found, options.queue)
    sources = Sources(
        sqs=found.client("sqs"),
        intake_url=found.output("QueueUrl"),
        refold_url=found.output("RefoldUrl"),
        functions=found.client("lambda"),
        streams=found.client("dynamodbstreams"),
    )
    box, letters = _held(found, queue, options)
    moved = redrive(letters, box, sources.send)
    return _report(moved, queue, "sent again", console)


@told
def drop_(options: argparse.Namespace, console: Console) -> int:
    """Delete the letters asked for; they have to be named, or all of them."""
    if not (options.all or options.image or options.message):
        raise CommandFailed("Say which letters to drop: --all, --image IMAGE, or --message ID.")
    found = find(options)
    (queue,) = _queues(found, options.queue)
    box, letters = _held(found, queue, options)
    return _report(drop(letters, box), queue, "dropped", console)


def _queues(found: Deployment, name: str | None) -> tuple[Queue, ...]:
    """Return the queue of that name, or all that the deployment has."""
    there = tuple(queue for queue in QUEUES if queue.output in found.outputs)
    named = tuple(queue for queue in there if name in (None, queue.name))
    if not named:
        names = ", ".join(queue.name for queue in there)
        raise CommandFailed(f"There is no queue '{name}' on {found}. There are: {names}.")
    return named


def letters_of(found: Deployment, queue: Queue, most: int = 1000) -> tuple[Letter, ...]:
    """Return a queue's letters, which are there for others again at once."""
    box = _box(found, queue)
    letters = box.take(most)
    box.give_back(letters)
    return letters


def _box(found: Deployment, queue: Queue) -> SqsDeadLetters:
    return SqsDeadLetters(found.client("sqs"), found.output(queue.output))


def _held(
    found: Deployment, queue: Queue, options: argparse.Namespace
) -> tuple[SqsDeadLetters, Sequence[Letter]]:
    """Take the letters asked for, and give the others back."""
    box = _box(found, queue)
    letters = box.take(options.most)
    chosen = _chosen(letters, options)
    box.give_back(letter for letter in letters if letter not in chosen)
    return box, chosen


def _chosen(letters: Sequence[Letter], options: argparse.Namespace) -> tuple[Letter, ...]:
    """Return the letters about `--image`, or whose id begins with `--message`; else all."""
    image = image_of(options).image_id if options.image else None
    return tuple(
        letter
        for letter in letters
        if letter.id.startswith(options.message or "") and image in (None, letters_.about(letter))
    )


def _report(moved: Sequence[Moved], queue: Queue, what: str, console: Console) -> int:
    """Say what became of each letter; 1 where one stays."""
    stay = [each for each in moved if each.why_not]
    for each in moved:
        where = f"stays: {each.why_not}" if each.why_not else what
        line = Text.assemble(_name(each.letter), "  ", (where, "red" if each.why_not else "green"))
        console.print(line, soft_wrap=True)
    console.print(f"{queue.name}: {len(moved) - len(stay)} {what}, {len(stay)} left", style="bold")
    return 1 if stay else 0


def _lines(queue: Queue, letters: Sequence[Letter]) -> Iterator[Text]:
    count = counted(len(letters), "letter") if letters else "empty"
    yield Text.assemble((queue.name, "bold"), f": {count}", (f"  ({queue.holds})", "dim"))
    for letter in letters:
        waited = span(datetime.now(UTC) - letter.since)
        since = f"since {clock_time(letter.since)} ({waited})"
        yield Text.assemble(
            "  ", _name(letter), f"  {since}, received {counted(letter.received, 'time')}"
        )
        yield Text(f"            {letters_.meaning(letters_.read(letter.body))}", style="dim")


def _name(letter: Letter) -> Text:
    """Return a letter's id, cut to what is enough to name it, and its image."""
    image = letters_.about(letter)
    return Text.assemble(
        (letter.id[:_SHOWN_OF_ID], "cyan"), f"  {f'image {image}' if image else 'no image named'}"
    )


def _json(letter: Letter) -> dict[str, Any]:
    content = letters_.read(letter.body)
    return {
        "id": letter.id,
        "image_id": letters_.image_of(content),
        "since": instant(letter.since),
        "received": letter.received,
        "meaning": letters_.meaning(content),
        "body": letter.body,
    }
