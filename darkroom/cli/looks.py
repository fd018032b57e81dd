"""`ls`, `show`, `events`: what a user sees of their own images."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from rich.console import Console
from rich.text import Text

from darkroom.cli.naming import image_id
from darkroom.cli.refusals import told
from darkroom.cli.session import client
from darkroom.cli.state import coloured, fact
from darkroom.client import Event, Image, ImageSummary, Original, Variant
from darkroom.local import timeline
from darkroom.operations.words import byte_size, clock_time


@told
def ls(options: argparse.Namespace, console: Console) -> int:
    """List images, newest first; 0, also where there are none."""
    wanted = client(options).images(options.state)
    if options.format == "json":
        shown = islice(wanted, None if options.all else options.limit)
        console.print_json(json.dumps([each.model_dump(mode="json") for each in shown]))
        return 0
    count = 0
    for image in islice(wanted, None if options.all else options.limit):
        console.print(_summary(image), soft_wrap=True)
        count += 1
    if not count:
        console.print("no images", style="dim")
    elif not options.all and next(wanted, None) is not None:
        console.print("there are more: --limit, --all", style="dim")
    return 0


@told
def show(options: argparse.Namespace, console: Console) -> int:
    """Show one image; 0, whatever its state."""
    image = client(options).image(image_id(options.image))
    if options.format == "json":
        console.print_json(image.model_dump_json())
        return 0
    for line in lines(image):
        console.print(line, soft_wrap=True)
    return 0


@told
def events(options: argparse.Namespace, console: Console) -> int:
    """Tell an image's events, with `--follow` up to its ending; 0, whatever that is."""
    asked, image = client(options), image_id(options.image)
    happened = asked.follow(image, options.within) if options.follow else asked.events(image)
    first: datetime | None = None
    for event in happened:
        first = first or event.at
        if options.format == "json":
            console.out(event.model_dump_json(), highlight=False)
        else:
            console.print(_event(event, first), soft_wrap=True)
    return 0


def lines(image: Image) -> Iterator[Text]:
    """Yield how an image stands: its head, its original, each variant, and what went wrong."""
    yield head(image)
    yield fact("original", _original(image.original))
    for name, variant in image.variants.items():
        yield fact(name, _variant(variant))
    for name, reason in image.missing.items():
        yield fact(name, f"missing: {timeline.reason(reason.model_dump())}")
    if image.reason:
        yield fact("reason", timeline.reason(image.reason.model_dump()))
        yield fact("cure", timeline.cure(image.reason.model_dump()))


def head(image: Image | ImageSummary) -> Text:
    """Return which image it is, how it stands and when it came, as one line."""
    return Text.assemble(
        (image.image_id, "bold"), "  ", coloured(image.state), f"  {clock_time(image.uploaded_at)}"
    )


def _summary(image: ImageSummary) -> Text:
    return Text.assemble(head(image), (f"  {', '.join(image.variants)}", "dim"))


def _original(original: Original) -> str:
    size = byte_size(original.byte_size)
    if original.format is None:
        return size
    return f"{original.format} {original.width} x {original.height}, {size}"


def _variant(variant: Variant) -> str:
    size = byte_size(variant.byte_size)
    return f"{variant.width} x {variant.height} {variant.format}, {size}"


def _event(event: Event, first: datetime) -> Text:
    elapsed_ms = round((event.at - first).total_seconds() * 1000)
    return timeline.line(event.version, event.type, elapsed_ms, event.facts)
