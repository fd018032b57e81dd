"""`upload`: pictures in, several at a time, and with `--wait` what came of each."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

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
from rich.text import Text

from darkroom.cli.failure import CommandFailed
from darkroom.cli.refusals import said, told
from darkroom.cli.session import client
from darkroom.cli.side_by_side import side_by_side
from darkroom.cli.state import coloured
from darkroom.client import Client, Image, Refused, Source, Unreachable
from darkroom.client.media import content_type_of
from darkroom.client.sending import Told
from darkroom.local import timeline

NOT_COMPLETE = 3
"""The exit status where all were sent, and one did not end as complete."""


@dataclass(frozen=True)
class Picture:
    """A picture to be sent, and what came of it so far."""

    path: Path
    content_type: str
    tags: Mapping[str, str]
    image_id: str = ""  # once it was sent
    image: Image | None = None  # once it has come to its end
    failed: str = ""  # why it was not sent, or its end not seen


Tell = Callable[[Picture], None]


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Send the pictures, and tell of each; 1 where one was not sent, 3 as NOT_COMPLETE says."""
    tags = dict(options.tag)
    pictures = [_picture(path, options.type, tags) for path in options.files]
    asked = client(options)
    as_text = options.format == "text"

    def tell(picture: Picture) -> None:
        if as_text and (picture.failed or picture.image or not options.wait):
            console.print(_line(picture), soft_wrap=True)

    done = _sent(pictures, asked, console, tell)
    if options.wait:
        done = _settled(done, asked, options.within, console, tell)
    if not as_text:
        console.print_json(json.dumps([_json(each) for each in done]))
    return _status(done)


def _picture(path: Path, declared: str | None, tags: Mapping[str, str]) -> Picture:
    """Look at a file before any is sent; raises CommandFailed for what is no picture's."""
    if not path.is_file():
        raise CommandFailed(f"{path} is not a file. Nothing was sent.")
    content_type = declared or content_type_of(path)
    if content_type is None:
        raise CommandFailed(
            f"{path} does not say by its ending what picture it is. Say it, such as"
            f" --type image/jpeg. Nothing was sent."
        )
    return Picture(path, content_type, tags)


def _sent(
    pictures: Sequence[Picture], asked: Client, console: Console, tell: Tell
) -> list[Picture]:
    """Send all, below a bar that counts bytes."""
    broken_off = Event()
    with _bar(console, DownloadColumn(), TransferSpeedColumn()) as bar:
        task = bar.add_task("sending", total=sum(each.path.stat().st_size for each in pictures))

        def send(each: Picture) -> Picture:
            source = Source(each.path, _advancing(bar, task, broken_off))
            image_id = asked.upload(each.path.name, each.content_type, source, each.tags)
            return replace(each, image_id=image_id)

        return _told(side_by_side(_spared(send), pictures, broken_off.set), tell)


def _settled(
    pictures: Sequence[Picture], asked: Client, within_s: float, console: Console, tell: Tell
) -> list[Picture]:
    """Wait for the end of all that were sent, below a bar that counts them."""
    sent = [each for each in pictures if each.image_id]
    with _bar(console, MofNCompleteColumn()) as bar:
        task = bar.add_task("processing", total=len(sent))

        def wait(each: Picture) -> Picture:
            image = asked.settled(each.image_id, within_s)
            bar.advance(task)
            return replace(each, image=image)

        # One after another: while one is waited for the others are processed all the same.
        settled = _told(map(_spared(wait), sent), tell)
    return [*(each for each in pictures if not each.image_id), *settled]


def _told(pictures: Iterable[Picture], tell: Tell) -> list[Picture]:
    done = []
    for each in pictures:
        tell(each)
        done.append(each)
    return done


def _spared(work: Callable[[Picture], Picture]) -> Callable[[Picture], Picture]:
    """Let what one picture fails with be noted with it, and stop no other."""

    def spared(picture: Picture) -> Picture:
        try:
            return work(picture)
        except Refused as refused:
            return replace(picture, failed=said(refused))
        except OSError as error:  # a TimeoutError, too
            return replace(picture, failed=str(error))
        except Unreachable as unreachable:
            return replace(picture, failed=str(unreachable))

    return spared


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


def _line(picture: Picture) -> Text:
    head = (picture.path.name, "bold")
    if picture.failed:
        which = f"  {picture.image_id}" if picture.image_id else ""
        what = "not seen to end" if picture.image_id else "not sent"
        return Text.assemble(head, which, "  ", (what, "red"), f": {picture.failed}")
    image = picture.image
    if image is None:
        return Text.assemble(head, f"  {picture.image_id}  ", ("sent", "green"))
    why = timeline.reason(image.reason.model_dump()) if image.reason else ", ".join(image.variants)
    return Text.assemble(head, f"  {picture.image_id}  ", coloured(image.state), f": {why}")


def _json(picture: Picture) -> dict[str, Any]:
    return {
        "file": str(picture.path),
        "image_id": picture.image_id or None,
        "image": picture.image.model_dump(mode="json") if picture.image else None,
        "failed": picture.failed or None,
    }


def _status(done: Sequence[Picture]) -> int:
    if any(each.failed for each in done):
        return 1
    ends = {each.image.state for each in done if each.image}
    return 0 if ends <= {"complete"} else NOT_COMPLETE
