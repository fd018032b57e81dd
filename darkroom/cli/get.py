"""`get`: the variants of images, as files; nobody's file is written over, none is half there."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex

from rich.console import Console
from rich.text import Text

from darkroom.cli.failure import CommandFailed
from darkroom.cli.looks import head
from darkroom.cli.naming import image_id, shown
from darkroom.cli.refusals import known, told, unknown
from darkroom.cli.session import client
from darkroom.cli.side_by_side import side_by_side
from darkroom.client import Client, Image
from darkroom.client.media import ending_of
from darkroom.operations.words import byte_size

# What may be part of a path: an API that is none of ours could name anything.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

_IN_THE_WAY = (
    "What was in the way is left as it is: take another folder with --out, or --overwrite."
)


@dataclass(frozen=True)
class Wanted:
    """A variant, and the file that it is to be."""

    image_id: str
    name: str
    path: Path


@dataclass(frozen=True)
class Fetched:
    """What came of one variant."""

    line: Text
    in_the_way: bool = False  # another file, which was left as it is


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Fetch every variant of each image; 1 where there is none, or a file was in the way.

    An id that is not known stops no other; it is told at the end.
    """
    asked = client(options)
    looks = {name: known(partial(asked.image, name)) for name in map(image_id, options.images)}
    images = [image for image in looks.values() if image]
    wanted = [each for image in images for each in _wanted(image, options.out)]
    fetch = partial(_fetched, asked, overwrite=options.overwrite)
    in_the_way = False
    for fetched in side_by_side(fetch, wanted):
        console.print(fetched.line, soft_wrap=True)
        in_the_way |= fetched.in_the_way
    without = [image for image in images if not image.variants]
    for image in without:
        console.print(Text.assemble("no variants: ", head(image)), soft_wrap=True)
    wrong = [_IN_THE_WAY] if in_the_way else []
    if missing := [name for name, image in looks.items() if image is None]:
        wrong.append(unknown(missing))
    if wrong:
        raise CommandFailed("\n".join(wrong))
    return 1 if without else 0


def _wanted(image: Image, out: Path) -> Iterator[Wanted]:
    """Yield what to write where; raises CommandFailed for names that would lead elsewhere."""
    for name, variant in image.variants.items():
        ending = ending_of(variant.format)
        for word in (image.image_id, name, ending):
            if not _WORD.fullmatch(word):
                raise CommandFailed(
                    f"{word!r} can be no part of a file's name: nothing is written."
                )
        yield Wanted(image.image_id, name, out / image.image_id / f"{name}.{ending}")


def _fetched(asked: Client, wanted: Wanted, *, overwrite: bool) -> Fetched:
    """Fetch one variant and write it; raises CommandFailed where nothing can be written there."""
    content, path = asked.download(wanted.image_id, wanted.name), wanted.path
    where = shown(str(path))
    try:
        if path.exists() and path.read_bytes() == content:
            return Fetched(Text(f"{where}, there already", "dim"))
        write(path, content, overwrite=overwrite)
    except FileExistsError:
        return Fetched(Text.assemble(f"{where}, ", ("another file is in the way", "red")), True)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}.") from error
    return Fetched(Text(f"{where}, {byte_size(len(content))}"))


def write(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file that is whole as soon as it is there.

    Raises FileExistsError where there is one already, unless it is to be written over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
        if overwrite:
            unfinished.replace(path)
        else:
            _put(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _put(finished: Path, path: Path) -> None:
    """Give a file its name, unless something has it."""
    try:
        path.hardlink_to(finished)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as a camera's card
        path.open("xb").close()
        finished.replace(path)
