"""`upload`: pictures in, several at a time, and with `--wait` what came of each."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from threading import Event

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from darkroom.cli.refusals import told
from darkroom.cli.sent import Picture, Record, looked_at
from darkroom.cli.session import client
from darkroom.cli.side_by_side import side_by_side
from darkroom.client import Client, Source
from darkroom.client.sending import Told

NOT_COMPLETE = 3
"""The exit status where all were sent, and one did not end as complete."""


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Send the pictures, and tell of each; 1 where one was not sent, 3 as NOT_COMPLETE says.

    Whoever breaks it off is told which were sent: they are processed all the same.
    """
    tags = dict(options.tag)
    given = [
        looked_at(number, path, options.type, tags) for number, path in enumerate(options.files)
    ]
    asked = client(options)
    record = Record(console, waits=options.wait, as_text=options.format == "text")
    try:
        for each in given:
            if each.failed:
                record.tell(each)
        sent = _sent([each for each in given if not each.failed], asked, record)
        if options.wait:
            _settle(sent, asked, options.within, record)
    finally:
        done = record.close(given)
    return _status(done)


def _sent(pictures: Sequence[Picture], asked: Client, record: Record) -> list[Picture]:
    """Send all, below a bar that counts bytes."""
    broken_off = Event()
    done = []
    with _bar(record.console, DownloadColumn(), TransferSpeedColumn()) as bar:
        task = bar.add_task("sending", total=sum(each.path.stat().st_size for each in pictures))

        def send(each: Picture) -> Picture:
            source = Source(each.path, _advancing(bar, task, broken_off))
            image_id = asked.upload(each.path.name, each.content_type, source, each.tags)
            return replace(each, image_id=image_id)

        # Closed here, which waits for what has begun: it is on record before anything is told.
        with closing(side_by_side(record.noting(send), pictures, broken_off.set)) as sending:
            for each in sending:
                record.tell(each)
                done.append(each)
    return done


def _settle(pictures: Sequence[Picture], asked: Client, within_s: float, record: Record) -> None:
    """Wait for the end of all that were sent, below a bar that counts them."""
    sent = [each for each in pictures if each.image_id]
    with _bar(record.console, MofNCompleteColumn()) as bar:
        task = bar.add_task("processing", total=len(sent))

        def wait(each: Picture) -> Picture:
            image = asked.settled(each.image_id, within_s)
            bar.advance(task)
            return replace(each, image=image)

        # One after another: while one is waited for the others are processed all the same.
        for each in map(record.noting(wait), sent):
            record.tell(each)


class _BrokenOff(Exception):
    """Nobody waits any more for what is being sent."""


def _advancing(bar: Progress, task: TaskID, broken_off: Event) -> Told:
    """Return what moves the bar by one picture's bytes, and back where it is sent again."""
    before = 0

    def at(sent: int) -> None:
        nonlocal before
        if broken_off.is_set():
            raise _BrokenOff
        bar.advance(task, sent - before)
        before = sent

    return at


def _bar(console: Console, *counts: ProgressColumn) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), *counts)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _status(done: Sequence[Picture]) -> int:
    if any(each.failed for each in done):
        return 1
    ends = {each.image.state for each in done if each.image}
    return 0 if ends <= {"complete"} else NOT_COMPLETE
