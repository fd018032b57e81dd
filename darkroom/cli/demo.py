"""`demo`: the whole platform on this machine, with one picture, from sign-up to variants."""

import argparse
import signal
import time
from pathlib import Path
from secrets import token_urlsafe
from types import FrameType
from typing import NoReturn

from rich.console import Console

from darkroom.cli.failure import CommandFailed
from darkroom.cli.naming import shown
from darkroom.client import Accounts, Api, Client, Image, Refused, Source, Unreachable
from darkroom.client.media import content_type_of, ending_of
from darkroom.local import timeline
from darkroom.local.children import end_with_parent
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.contact_sheet import contact_sheet
from darkroom.local.deploy import Outputs, deploy
from darkroom.local.mails import mailed_code
from darkroom.local.queues import messages_in
from darkroom.local.sample import sample_picture
from darkroom.local.written import replaced

_EMAIL, _NAME = "ada@example.com", "Ada Lovelace"
_DRAINED_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.1


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
        except (TimeoutError, Refused, Unreachable) as error:
            raise CommandFailed(f"The demo cannot go on: {error}. Log: {cloud.log}") from error
    return 0


def _walk_through(
    outputs: Outputs, cloud: EmbeddedCloud, photo: Path, out: Path, console: Console
) -> None:
    """Do what a user does, from the account to the pictures on disk."""
    client = _signed_up(cloud, Accounts(Api(outputs.api_url)))
    console.print(f"{shown(photo.name)} goes in, as {_NAME}", style="bold")
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


def _signed_up(cloud: EmbeddedCloud, accounts: Accounts) -> Client:
    """Open an account, confirm it by the mail that came, and sign in."""
    password = f"{token_urlsafe(18)}aA1!"
    accounts.sign_up(_EMAIL, password, _NAME)
    accounts.confirm(_EMAIL, mailed_code(cloud, _EMAIL))
    return accounts.signed_in(_EMAIL, password)


def _uploaded(client: Client, photo: Path) -> str:
    """Upload the picture as what its name says; raises CommandFailed where that is refused."""
    content_type = content_type_of(photo) or "application/octet-stream"
    try:
        return client.upload(photo.name, content_type, Source(photo))
    except Refused as refused:
        raise CommandFailed(f"The upload was refused: {refused}.") from refused


def _follow(client: Client, image_id: str, console: Console) -> None:
    """Print the image's events up to its ending, as they happen."""
    first = None
    for event in client.follow(image_id):
        first = first or event.at
        elapsed_ms = round((event.at - first).total_seconds() * 1000)
        line = timeline.line(event.version, event.type, elapsed_ms, event.facts)
        console.print(line, soft_wrap=True)


def _fetched(client: Client, image: Image, folder: Path, console: Console) -> None:
    """Write every variant, and a sheet of all of them, in place of what another demo wrote."""
    endings = {name: ending_of(variant.format) for name, variant in image.variants.items()}
    contents = {name: client.download(image.image_id, name) for name in endings}
    named = {f"{name}.{ending}": contents[name] for name, ending in endings.items()}
    if contents:
        named["contact-sheet.png"] = contact_sheet(contents)
    for path in replaced(folder, named):
        console.print(f"wrote {shown(str(path))}", style="dim")
    if not contents:
        reason = image.reason.model_dump() if image.reason else None
        why = timeline.reason(reason) if reason else "none was promised"
        console.print(f"no pictures: {image.state}, {why}", style="bold", soft_wrap=True)
        if reason:
            console.print(timeline.cure(reason), soft_wrap=True)


def _nothing_left_over(cloud: EmbeddedCloud, outputs: Outputs) -> None:
    """Wait until nothing is on its way, and raise CommandFailed where something failed on it."""
    deadline = time.monotonic() + _DRAINED_WITHIN_S
    while messages_in(cloud, outputs.queue_url) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    ends = (outputs.queue_url, outputs.dead_letters_url, outputs.unannounced_url)
    for url in (*ends, outputs.unfolded_url):
        if messages_in(cloud, url):
            raise CommandFailed(f"{url} holds a message that should not be. Log: {cloud.log}")
