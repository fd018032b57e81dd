"""The verbs and what each takes. Nothing is imported here that a verb needs to run."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.cli.operator_arguments import add_operations
from darkroom.cli.user_arguments import add_use

if TYPE_CHECKING:
    from darkroom.cli.operator_arguments import Verbs


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; it sets the `module` and `function` of the verb."""
    parser = argparse.ArgumentParser(
        prog="darkroom",
        description="Process pictures: on this machine alone, or on a deployment, as its user or"
        " its operator.",
        epilog="From an account to pictures: `make up`; then signup, confirm, login, upload --wait"
        " and get (docs/client.md). `darkroom VERB --help` explains a verb.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_here(verbs)
    add_use(verbs)
    add_operations(verbs)
    return parser


def _add_here(verbs: "Verbs") -> None:
    """Add what runs on this machine only."""
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

    mails = verbs.add_parser("mails", help="show the mails that the embedded cloud kept")
    mails.add_argument("email", metavar="EMAIL", nargs="?", help="only those to this address")
    mails.set_defaults(module="darkroom.cli.mails", function="run")

    doctor_ = verbs.add_parser("doctor", help="say what is missing on this machine")
    doctor_.set_defaults(module="darkroom.cli.doctor", function="run")
