"""`rm`: images away, with all that lies of them."""

import argparse
from functools import partial

from rich.console import Console
from rich.text import Text

from darkroom.cli.asking import is_meant
from darkroom.cli.failure import CommandFailed
from darkroom.cli.naming import image_id
from darkroom.cli.refusals import known, told, unknown
from darkroom.cli.session import client
from darkroom.client import Client
from darkroom.operations.words import counted


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Delete the images one after another; 0, and 1 where that was not meant.

    An id that is not known stops no other; it is told at the end.
    """
    images = [image_id(text) for text in options.images]
    asked = client(options)
    what = f"Delete {counted(len(images), 'image')} for good?"
    if not (options.yes or is_meant(what)):
        console.print("Nothing was deleted.")
        return 1
    missing = []
    for image in images:
        if not known(partial(_deleted, asked, image)):
            missing.append(image)
            continue
        console.print(Text.assemble((image, "bold"), "  deleted"), soft_wrap=True)
    if missing:
        raise CommandFailed(unknown(missing))
    return 0


def _deleted(asked: Client, image: str) -> bool:
    asked.delete(image)
    return True
