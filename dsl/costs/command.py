"""The command `cost`: its arguments, and what it answers."""

import argparse

from dsl.compile import Compiled
from dsl.costs.comparison import compare
from dsl.costs.photo import Photo
from dsl.costs.pricing import REGIONS, prices
from dsl.costs.report import report
from dsl.draft import Plugins
from steps.units import BYTES


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what `cost` takes besides the pipeline."""
    usual = Photo()
    command.add_argument("--env", default="", help="whose overlay is laid over the pipeline")
    command.add_argument("--region", choices=REGIONS, default=REGIONS[0], help="whose prices")
    command.add_argument(
        "--megapixels",
        metavar="N",
        type=_positive,
        default=usual.megapixels,
        help=f"of a typical image; {usual.megapixels:g} if not said",
    )
    command.add_argument(
        "--bytes",
        metavar="SIZE",
        type=_byte_size,
        default=usual.byte_size,
        help=f"of a typical image, such as 500kB; {usual.byte_size / 10**6:g}MB if not said",
    )


def run(compiled: Compiled, plugins: Plugins, chosen: argparse.Namespace) -> str:
    """Return the report on a compiled pipeline, for the photo and the region of `chosen`."""
    photo = Photo(chosen.megapixels, chosen.bytes)
    return report(compiled, compare(compiled.plan, photo, plugins, prices(chosen.region)))


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _byte_size(text: str) -> int:
    for suffix, worth in reversed(BYTES.suffixes):
        if text.endswith(suffix):
            return round(_positive(text.removesuffix(suffix)) * worth)
    raise argparse.ArgumentTypeError(f"{text} has no unit: write 8MB, or 500kB")
