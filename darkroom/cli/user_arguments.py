"""The verbs of a user of the platform, and what each takes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.cli.kinds import address, count, duration, tag
from darkroom.cli.operator_arguments import LOCAL

if TYPE_CHECKING:
    from darkroom.cli.operator_arguments import Verbs

_EXITS = "Exit status: 0; 1 for a failure, told in words; 2 for misuse."


# As `ImageState` has them, less what no list shows; nothing is imported here to learn them.
STATES = (
    *("uploaded", "processing", "complete", "partial", "rejected"),
    *("failed", "timed_out", "cancelled", "superseded"),
)


def add_use(verbs: "Verbs") -> None:
    """Add what a user of a deployment does."""
    _add_accounts(verbs)
    _add_passwords(verbs)
    _add_upload(verbs)
    _add_looks(verbs)
    _add_get(verbs)
    _add_rm(verbs)


def _add_accounts(verbs: "Verbs") -> None:
    signup = _use(verbs, "signup", "open an account; a code is mailed")
    _takes_email(signup)
    signup.add_argument("--name", help="your name, which a pipeline may write on your pictures")
    _takes_password(signup)
    signup.set_defaults(module="darkroom.cli.account", function="signup")

    confirm = _use(verbs, "confirm", "confirm an account by its mailed code")
    _takes_email(confirm)
    _takes_mailed_code(confirm)
    confirm.add_argument("--resend", action="store_true", help="have the code mailed again instead")
    confirm.set_defaults(module="darkroom.cli.account", function="confirm")

    login = _use(
        verbs,
        "login",
        "sign in, and let later commands lead there",
        "The session is kept in the system's keyring, if the package keyring is installed, or else"
        " in a file that only you can read, below ~/.local/state/darkroom.",
    )
    _takes_email(login)
    _takes_password(login)
    login.add_argument(
        "--code", help="of your authenticator, where the account has one; default: asked for"
    )
    login.set_defaults(module="darkroom.cli.account", function="login")

    whoami = _use(verbs, "whoami", "say who is signed in, and where")
    whoami.set_defaults(module="darkroom.cli.account", function="whoami")

    logout = _use(verbs, "logout", "sign out, and forget the session")
    logout.add_argument(
        "--everywhere", action="store_true", help="end all other sessions of yours, too"
    )
    logout.set_defaults(module="darkroom.cli.account", function="logout")


def _add_passwords(verbs: "Verbs") -> None:
    forgot = _use(verbs, "forgot", "have a code mailed for a new password")
    _takes_email(forgot)
    forgot.set_defaults(module="darkroom.cli.account", function="forgot")

    reset = _use(verbs, "reset", "set a new password by the mailed code")
    _takes_email(reset)
    _takes_mailed_code(reset)
    _takes_password(reset)
    reset.set_defaults(module="darkroom.cli.account", function="reset")


def _add_upload(verbs: "Verbs") -> None:
    upload = _use(
        verbs,
        "upload",
        "upload pictures; with --wait, see what came of them",
        "Four are sent at a time. A picture that cannot be sent stops no other.",
        "Exit status: 0; 1 for a failure, told in words, or where a picture was not sent; 2 for"
        " misuse; 3 where --wait saw one end otherwise than complete.",
    )
    upload.add_argument("files", metavar="FILE", nargs="+", type=Path)
    upload.add_argument("--wait", action="store_true", help="until each has come to its end")
    upload.add_argument(
        "--within",
        metavar="SECONDS",
        type=duration,
        default=300,
        help="how long --wait waits for a picture at most (default: 300)",
    )
    upload.add_argument(
        "--type", metavar="MEDIA-TYPE", help="such as image/jpeg; default: by the file's ending"
    )
    upload.add_argument(
        "--tag",
        type=tag,
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="what image.tags.NAME is",
    )
    _takes_format(upload)
    upload.set_defaults(module="darkroom.cli.upload", function="run")


def _add_looks(verbs: "Verbs") -> None:
    ls = _use(verbs, "ls", "list your images, newest first")
    ls.add_argument("--state", choices=STATES, help="only those that stand so")
    many = ls.add_mutually_exclusive_group()
    many.add_argument("--limit", type=count, default=50, help="so many at most (default: 50)")
    many.add_argument("--all", action="store_true", help="all that there are")
    _takes_format(ls)
    ls.set_defaults(module="darkroom.cli.looks", function="ls")

    show = _use(verbs, "show", "show one image: its state, the reason for it, its variants")
    _takes_image(show)
    _takes_format(show)
    show.set_defaults(module="darkroom.cli.looks", function="show")

    events = _use(verbs, "events", "tell what happened to one image")
    _takes_image(events)
    events.add_argument("--follow", action="store_true", help="as it happens, up to its ending")
    events.add_argument(
        "--within",
        metavar="SECONDS",
        type=duration,
        default=300,
        help="how long --follow waits for the ending at most (default: 300)",
    )
    _takes_format(events, "json: one object a line")
    events.set_defaults(module="darkroom.cli.looks", function="events")


def _add_get(verbs: "Verbs") -> None:
    get = _use(
        verbs,
        "get",
        "fetch all variants of images",
        "They are written to FOLDER/IMAGE/VARIANT.jpg, or whatever format they have, each as a"
        " whole or not at all. A file of that name that is another one is left alone.",
        "Exit status: 0; 1 for a failure, told in words, or where a file was in the way; 2 for"
        " misuse.",
    )
    get.add_argument("images", metavar="IMAGE", nargs="+", help="an image's id")
    get.add_argument("--out", metavar="FOLDER", type=Path, default=Path("out"))
    get.add_argument("--overwrite", action="store_true", help="write over what is in the way")
    get.set_defaults(module="darkroom.cli.get", function="run")


def _add_rm(verbs: "Verbs") -> None:
    rm = _use(
        verbs,
        "rm",
        "delete images, with all their variants, for good",
        "At a terminal it asks whether that is meant. Their history stays, and says so.",
    )
    rm.add_argument("images", metavar="IMAGE", nargs="+", help="an image's id")
    rm.add_argument("--yes", action="store_true", help="do not ask")
    rm.set_defaults(module="darkroom.cli.rm", function="run")


def _use(
    verbs: "Verbs", name: str, purpose: str, description: str | None = None, exits: str = _EXITS
) -> argparse.ArgumentParser:
    """Add a verb of a user."""
    told = f"{purpose[0].upper()}{purpose[1:]}." + (f" {description}" if description else "")
    verb = verbs.add_parser(name, help=purpose, description=told, epilog=exits)
    where = verb.add_argument_group(
        "where",
        "default: the API in DARKROOM_API; else where you last signed in; else the embedded cloud"
        " that `make up` started",
    )
    one = where.add_mutually_exclusive_group()
    one.add_argument("--api", type=address, metavar="URL", help="the address of its API")
    one.add_argument(
        "--env",
        dest="deployment",
        choices=(LOCAL, "dev", "prod"),
        help="a deployment by its name; dev and prod are looked up in your AWS account",
    )
    where.add_argument("--profile", help="the AWS profile to look there with")
    return verb


def _takes_email(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("email", metavar="EMAIL")


def _takes_mailed_code(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("code", metavar="CODE", nargs="?", help="asked for, if not given")


def _takes_password(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from stdin, as one line, instead of asking",
    )


def _takes_image(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("image", metavar="IMAGE", help="an image's id, as `upload` and `ls` tell it")


def _takes_format(verb: argparse.ArgumentParser, help_: str | None = None) -> None:
    verb.add_argument("--format", choices=("text", "json"), default="text", help=help_)
