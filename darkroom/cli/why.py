"""`why`: how an image ended, or why it has not, and what to do; one paragraph."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console

from darkroom.cli.deployment import Deployment, find, image_of, told
from darkroom.cli.dlq import QUEUES, letters_of
from darkroom.ids import ImageRef
from darkroom.operations.explanation import Waiting, explain
from darkroom.operations.letters import about


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Print the paragraph; 0."""
    found, ref = find(options), image_of(options)
    stream = found.stream(ref)
    paragraph = explain(stream, tuple(_waiting(found, ref)), datetime.now(UTC))
    # Wrapped for people, and one line for what reads a pipe.
    console.print(paragraph, soft_wrap=not console.is_terminal)
    return 0


def _waiting(found: Deployment, ref: ImageRef) -> Iterator[Waiting]:
    """Yield the dead letters about the image; all that were looked at are given back."""
    for queue in QUEUES:
        if queue.output in found.outputs:
            for letter in letters_of(found, queue):
                if about(letter) == ref.image_id:
                    yield Waiting(queue.name, letter)
