"""`demo`: the whole platform on this machine, with one picture, from sign-up to variants."""

import argparse
import signal
import time
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from types import FrameType
from typing import Any, NoReturn

import requests
from rich.console import Console

from darkroom.cli.failure import CommandFailed
from darkroom.local import timeline
from darkroom.local.children import end_with_parent
from darkroom.local.client import Client, Refused
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.contact_sheet import contact_sheet
from darkroom.local.deploy import Outputs, deploy
from darkroom.local.mails import mailed_code
from darkroom.local.queues import messages_in
from darkroom.local.sample import sample_picture
from darkroom.local.written import replaced
from darkroom.uploads import MEDIA_TYPES
from steps.encoding import extension

_EMAIL, _NAME = "ada@example.com", "Ada Lovelace"
_DRAINED_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.1
# What a file's ending says it is; what it really is, the platform finds out.
_SHORT = {"jpg": "jpeg", "tif": "tiff", "heif": "heic"}
CONTENT_TYPES = {**MEDIA_TYPES, **{ending: MEDIA_TYPES[name] for ending, name in _SHORT.items()}}


def run(options: argparse.Namespace, console: Console) -> int:
    """Start, deploy, sign up, upload, follow the events, fetch the variants, stop.

    Returns 0 also for a picture that is rejected: that is the platform at work.
    """
    # `make` may be killed, and would leave this process to itself.
    end_with_parent()
    signal.signal(signal.SIGTERM, _interrupted)
    photo: Path = options.photo or _drawn(options.out)
    if not photo.is_file():
        raise CommandFailed(f"{photo} is not a file.")
    if options.photo and photo.resolve().parent == options.out.resolve():
        raise CommandFailed(f"{photo} lies where the variants go. Copy it elsewhere first.")
    console.print("starting the embedded cloud", style="dim")
    with EmbeddedCloud() as cloud:
        console.print("deploying the platform to it, as to AWS", style="dim")
        outputs = deploy(cloud)
        try:
            _walk_through(outputs, cloud, photo, options.out, console)
        except (TimeoutError, Refused, requests.RequestException) as error:
            raise CommandFailed(f"The demo cannot go on: {error}. Log: {cloud.log}") from error
    return 0


def _walk_through(
    outputs: Outputs, cloud: EmbeddedCloud, photo: Path, out: Path, console: Console
) -> None:
    """Do what a user does, from the account to the pictures on disk."""
    client = _signed_up(cloud, Client(outputs.api_url))
    console.print(f"{photo.name} goes in, as {_NAME}", style="bold", markup=False)
    image_id = _uploaded(client, photo)
    _follow(client, image_id, console)
    _fetched(client, client.settled(image_id), out, console)
    _nothing_left_over(cloud, outputs)


def _interrupted(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _drawn(folder: Path) -> Path:
    path = folder / "sample.jpg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample_picture())
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _signed_up(cloud: EmbeddedCloud, client: Client) -> Client:
    """Open an account, confirm it by the mail that came, and sign in."""
    password = f"{token_urlsafe(18)}aA1!"
    client.sign_up(_EMAIL, password, _NAME)
    client.confirm(_EMAIL, mailed_code(cloud, _EMAIL))
    return client.signed_in(_EMAIL, password)


def _uploaded(client: Client, photo: Path) -> str:
    """Upload the picture as what its name says; raises CommandFailed where that is refused."""
    content_type = CONTENT_TYPES.get(photo.suffix.lower().lstrip("."), "application/octet-stream")
    try:
        return client.upload(photo, content_type)
    except Refused as refused:
        told = ", ".join(f"{name}: {value}" for name, value in refused.problem.items())
        raise CommandFailed(f"The upload was refused. {told}") from refused


def _follow(client: Client, image_id: str, console: Console) -> None:
    """Print the image's events up to its ending, as they happen."""
    first = ""
    for event in client.follow(image_id):
        first = first or event["at"]
        elapsed = _elapsed_ms(first, event["at"])
        line = timeline.line(event["version"], event["type"], elapsed, event["facts"])
        console.print(line, soft_wrap=True)


def _elapsed_ms(first: str, later: str) -> int:
    span = datetime.fromisoformat(later) - datetime.fromisoformat(first)
    return round(span.total_seconds() * 1000)


def _fetched(client: Client, image: dict[str, Any], folder: Path, console: Console) -> None:
    """Write every variant, and a sheet of all of them, in place of what another demo wrote."""
    variants = image["variants"]
    contents = {name: client.download(image["image_id"], name) for name in variants}
    named = {f"{name}.{extension(variants[name]['format'])}": contents[name] for name in contents}
    if contents:
        named["contact-sheet.png"] = contact_sheet(contents)
    for path in replaced(folder, named):
        console.print(f"wrote {path}", style="dim", markup=False)
    if not contents:
        why = timeline.reason(image["reason"]) if image["reason"] else "none was promised"
        console.print(f"no pictures: {image['state']}, {why}", style="bold", soft_wrap=True)
        if image["reason"]:
            console.print(timeline.cure(image["reason"]), soft_wrap=True)


def _nothing_left_over(cloud: EmbeddedCloud, outputs: Outputs) -> None:
    """Wait until nothing is on its way, and raise CommandFailed where something failed on it."""
    deadline = time.monotonic() + _DRAINED_WITHIN_S
    while messages_in(cloud, outputs.queue_url) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    ends = (outputs.queue_url, outputs.dead_letters_url, outputs.unannounced_url)
    for url in (*ends, outputs.unfolded_url):
        if messages_in(cloud, url):
            raise CommandFailed(f"{url} holds a message that should not be. Log: {cloud.log}")
