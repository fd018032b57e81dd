"""The command `diff`: which two pipelines, and what it answers."""

import argparse
import json
from pathlib import Path

from darkroom.plan import Plan
from dsl.costs.bill import bill
from dsl.costs.forms import of_plan
from dsl.costs.photo import Photo
from dsl.costs.pricing import REGIONS, Region, prices
from dsl.costs.usage import usage
from dsl.difference.pipeline import plan_changes
from dsl.difference.report import report
from dsl.draft import Plugins
from dsl.files import PLAIN, compile_file


class NotAPlan(Exception):
    """A file that ends in .json, and is no plan.json of this version of the compiler."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.as_posix()} is no plan.json that this version can read:"
            " compare the pipeline files instead"
        )


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what `diff` takes."""
    for name, what in (("old", "a pipeline file, or the plan.json generated from it"), ("new", "")):
        command.add_argument(name, type=Path, metavar=name.upper(), help=what or "another")
    command.add_argument("--env", default="", help="whose overlays are laid over pipeline files")
    command.add_argument("--region", choices=REGIONS, default=REGIONS[0], help="whose prices")


def run(
    old: Path, new: Path, region: Region, plugins: Plugins, environment: str = PLAIN
) -> tuple[str, bool]:
    """Return the differences of two pipelines in words, and whether any of them is breaking.

    Of a pipeline file, the overlay of `environment` is laid over it.

    Raises NotAPlan for a JSON file that is no plan, and what compile_file raises for others.
    """
    before, after = (_plan(path, plugins, environment) for path in (old, new))
    found = plan_changes(before, after)
    bills = (
        bill(usage(of_plan(plan), plan, Photo(), plugins), prices(region))
        for plan in (before, after)
    )
    text = report(found, before, after, (next(bills), next(bills)))
    return text, any(change.breaking for change in found)


def _plan(path: Path, plugins: Plugins, environment: str) -> Plan:
    if path.suffix != ".json":
        return compile_file(path, plugins, environment).plan
    try:
        return Plan.model_validate(json.loads(path.read_bytes())["plan"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAPlan(path) from error
