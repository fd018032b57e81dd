"""The command line: `python -m darkroom VERB`."""

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console

from darkroom.cli.failure import CommandFailed
from darkroom.local.cloud import CloudError

Verb = Callable[[argparse.Namespace, Console], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status: 0, 1 for a failure told in words, 2 for misuse."""
    options = _parser().parse_args(arguments)
    try:
        _keep_to_this_machine()
        # Only the verb's own module: `doctor` must run where others would not import.
        verb: Verb = getattr(import_module(options.module), options.function)
        return verb(options, Console(highlight=False))
    except (CommandFailed, CloudError) as failed:
        # Not wrapped: a caret stands under what it means.
        told = Console(stderr=True, highlight=False)
        told.print(str(failed), style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _keep_to_this_machine() -> None:
    """Forget what would lead away from the loopback: a profile's keys and region, a proxy."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    for name in ("NO_PROXY", "no_proxy"):
        past = [os.environ[name]] if os.environ.get(name) else []
        os.environ[name] = ",".join((*past, "127.0.0.1", "localhost"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="darkroom", description="Process pictures.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    process_ = verbs.add_parser("process", help="run the pipeline on files, without any cloud")
    process_.add_argument("photos", nargs="+", type=Path, help="pictures, or folders of them")
    process_.add_argument("--pipeline", type=Path, default=Path("pipeline.yaml"))
    process_.add_argument("--env", default="", help="whose overlay is laid over the pipeline")
    process_.add_argument("--out", type=Path, default=Path("out"), help="where variants go")
    process_.add_argument("--owner-name", help="what image.owner_name is")
    process_.add_argument(
        "--tag", action="append", default=[], metavar="NAME=TEXT", help="what image.tags.NAME is"
    )
    process_.set_defaults(module="darkroom.cli.process", function="run")

    demo_ = verbs.add_parser("demo", help="run the whole platform here with one picture")
    demo_.add_argument("photo", nargs="?", type=Path, help="default: a picture drawn for it")
    demo_.add_argument("--out", type=Path, default=Path("out"))
    demo_.set_defaults(module="darkroom.cli.demo", function="run")

    up = verbs.add_parser("up", help="start the embedded cloud and deploy to it")
    up.set_defaults(module="darkroom.cli.embedded", function="up")
    down = verbs.add_parser("down", help="stop the embedded cloud")
    down.set_defaults(module="darkroom.cli.embedded", function="down")

    doctor_ = verbs.add_parser("doctor", help="say what is missing on this machine")
    doctor_.set_defaults(module="darkroom.cli.doctor", function="run")
    return parser
