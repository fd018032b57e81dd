"""`mails`: what the embedded cloud would have mailed, such as the code of a new account."""

import argparse

from rich.console import Console
from rich.text import Text

from darkroom.cli.failure import CommandFailed
from darkroom.local.cloud import attached
from darkroom.local.mails import mails
from darkroom.operations.words import clock_time


def run(options: argparse.Namespace, console: Console) -> int:
    """Show the mails, oldest first; 0, also where there are none."""
    cloud = attached()
    if cloud is None:
        raise CommandFailed("No embedded cloud is running: `make up` starts one.")
    kept = mails(cloud, options.email)
    for mail in kept:
        head = (f"{clock_time(mail.at)}  to {', '.join(mail.to)}  {mail.subject}", "dim")
        console.print(Text.assemble(head, f"\n  {mail.text}"), soft_wrap=True)
    if not kept:
        console.print("no mails", style="dim")
    return 0
