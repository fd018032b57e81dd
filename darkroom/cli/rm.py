"""`rm`: images away, with all that lies of them."""

import argparse

from rich.console import Console
from rich.text import Text

from darkroom.cli.asking import is_meant
from darkroom.cli.naming import image_id
from darkroom.cli.refusals import told
from darkroom.cli.session import client
from darkroom.operations.words import counted


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Delete the images one after another; 0, and 1 where that was not meant."""
    images = [image_id(text) for text in options.images]
    asked = client(options)
    what = f"Delete {counted(len(images), 'image')} for good?"
    if not (options.yes or is_meant(what)):
        console.print("Nothing was deleted.")
        return 1
    for image in images:
        asked.delete(image)
        console.print(Text.assemble((image, "bold"), "  deleted"), soft_wrap=True)
    return 0
