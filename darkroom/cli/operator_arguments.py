"""The verbs that work on a deployment, and what each takes."""

import argparse
from typing import TYPE_CHECKING

from darkroom.cli.kinds import count, duration, tenant

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

LOCAL = "local"
"""The deployment on the embedded cloud; all others are on AWS."""

_EXITS = "Exit status: 0; 1 for a failure, told in words; 2 for misuse."


def add_operations(verbs: "Verbs") -> None:
    """Add what an operator asks of a deployment."""
    _add_history(verbs)
    _add_why(verbs)
    _add_verify(verbs)
    _add_reconcile(verbs)
    _add_rebuild(verbs)
    purpose = "look at what could not be dealt with; send it again, or drop it"
    dlq = verbs.add_parser("dlq", help=purpose, description=f"{purpose.capitalize()}.")
    what = dlq.add_subparsers(required=True, metavar="WHAT")
    _add_list(what)
    _add_redrive(what)
    _add_drop(what)


def _add_history(verbs: "Verbs") -> None:
    history = _operation(
        verbs,
        "history",
        "tell all that happened to an image",
        "Each event with the time since the first and since the one before, the event that led to"
        " it, and who wrote it. A retry that had nothing new to say leaves no event, only a pause.",
    )
    _takes_image(history)
    history.add_argument(
        "--at",
        metavar="VERSION|TIME",
        help="the state then instead: as of an event's number, or of a time such as"
        " 2026-11-23T12:00:00Z (UTC where it does not say)",
    )
    history.add_argument("--format", choices=("text", "json"), default="text")
    history.set_defaults(module="darkroom.cli.history", function="run")


def _add_why(verbs: "Verbs") -> None:
    why = _operation(
        verbs,
        "why",
        "say how an image ended, or why not, and what to do",
        "One paragraph: the ending and its reason with limit and actual value, or since when it is"
        " processed; the dead letters about it; and the cure.",
    )
    _takes_image(why)
    why.set_defaults(module="darkroom.cli.why", function="run")


def _add_verify(verbs: "Verbs") -> None:
    verify = _operation(
        verbs,
        "verify",
        "check that histories are what was appended",
        "Every event carries a hash of itself and of the one before, so a change, a swap, an"
        " insertion and a removal show; that the newest were cut off, the view shows. Of a sound"
        " history it tells VERSION:HASH of the newest event, to be noted elsewhere.",
        "Exit status: 0 where all are sound; 3 where one is broken; 1 for a failure, told in"
        " words, or where only newer code can read an event; 2 for misuse.",
    )
    verify.add_argument("image", metavar="IMAGE", nargs="?", help="an image's id")
    verify.add_argument("--all", action="store_true", help="every history, of all tenants")
    verify.add_argument(
        "--seen",
        metavar="VERSION:HASH",
        help="what `verify IMAGE` told of it before: nothing up to there may have changed since",
    )
    verify.set_defaults(module="darkroom.cli.verify", function="run")


def _add_reconcile(verbs: "Verbs") -> None:
    reconcile = _operation(
        verbs,
        "reconcile",
        "end what nobody works on any more, announce what nobody heard of",
        "Every run behind its deadline gets its ending, every image without a run its message once"
        " more, every object that no event tells of its event; variants that no event names are"
        " removed. It reads all histories and lists the whole bucket of originals; with IMAGE, it"
        " sees to these images and no more."
        " Doing it twice, or beside the platform at work, is safe.",
    )
    reconcile.add_argument("images", metavar="IMAGE", nargs="*", help="only these images, by id")
    reconcile.add_argument("--dry-run", action="store_true", help="only say what would be done")
    reconcile.add_argument(
        "--grace",
        metavar="MINUTES",
        type=duration,
        help="how long messages and announcements may take (default: 15; 0 with IMAGE)",
    )
    reconcile.set_defaults(module="darkroom.cli.reconcile", function="run")


def _add_rebuild(verbs: "Verbs") -> None:
    rebuild = _operation(
        verbs,
        "rebuild",
        "fold all histories anew, and show the new views",
        "The new views are made beside those that are shown, while all goes on, and then shown."
        " Breaking it off leaves what is shown. It folds as this checkout does: deploy it first."
        " An old view may be all that knows of events that were cut off: `verify --all` first.",
        "Exit status: 0; 1 for a failure, told in words, or where an image was not folded;"
        " 2 for misuse.",
    )
    rebuild.add_argument(
        "--despite-failures",
        action="store_true",
        help="show the new views also where images could not be folded, without these",
    )
    rebuild.add_argument(
        "--settle-s",
        type=duration,
        default=60,
        metavar="SECONDS",
        help="how long readers may be on the old rows, before these are removed (default: 60)",
    )
    rebuild.set_defaults(module="darkroom.cli.rebuild", function="run")


def _add_list(what: "Verbs") -> None:
    listing = _operation(
        what,
        "list",
        "say what each dead letter means",
        "Each letter of each queue: which image it is about, since when it waits, how often it was"
        " received (a look counts as one), and what it asks for. Nothing is changed.",
    )
    _takes_letters(listing, queue_needed=False)
    listing.add_argument("--format", choices=("text", "json"), default="text")
    listing.set_defaults(module="darkroom.cli.dlq", function="list_")


def _add_redrive(what: "Verbs") -> None:
    redrive = _operation(
        what,
        "redrive",
        "send letters to where they came from",
        "Each letter is sent to its source, and deleted after that. Breaking it off, or doing it"
        " twice, is safe: who takes it finds in the history what has been done already.",
        "Exit status: 0; 1 for a failure, told in words, or where a letter stays; 2 for misuse.",
    )
    _takes_letters(redrive, queue_needed=True)
    redrive.set_defaults(module="darkroom.cli.dlq", function="redrive_")


def _add_drop(what: "Verbs") -> None:
    drop = _operation(
        what,
        "drop",
        "delete letters for good",
        "Say which: --all of them, or --image or --message. What they asked for is never done.",
    )
    _takes_letters(drop, queue_needed=True)
    drop.add_argument("--all", action="store_true", help="all letters of the queue")
    drop.set_defaults(module="darkroom.cli.dlq", function="drop_")


def _takes_letters(verb: argparse.ArgumentParser, *, queue_needed: bool) -> None:
    """Add which letters are meant: of a queue, of an image, or one."""
    names = "dead, unannounced, unended or unfolded"
    needed = None if queue_needed else "?"
    verb.add_argument("queue", metavar="QUEUE", nargs=needed, help=f"{names}, as `dlq list` says")
    verb.add_argument("--image", metavar="IMAGE", help="only letters about this image")
    verb.add_argument("--message", metavar="ID", help="only this letter, by the start of its id")
    verb.add_argument("--most", type=count, default=1000, help="look at no more (default: 1000)")


def _operation(
    verbs: "Verbs",
    name: str,
    purpose: str,
    description: str,
    exits: str = _EXITS,
) -> argparse.ArgumentParser:
    """Add a verb that works on a deployment."""
    verb = verbs.add_parser(name, help=purpose, description=description, epilog=exits)
    where = verb.add_argument_group("where", "default: the embedded cloud that `make up` started")
    where.add_argument(
        "--env",
        dest="deployment",
        choices=(LOCAL, "dev", "prod"),
        default=LOCAL,
        help="which deployment; dev and prod are on AWS",
    )
    where.add_argument("--profile", help="the AWS profile to go there with")
    where.add_argument("--tenant", type=tenant, default="main", help="whose images (default: main)")
    return verb


def _takes_image(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("image", metavar="IMAGE", help="an image's id, such as the API gave it")
