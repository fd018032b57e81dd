"""What the API refuses, in words for the person who gave the command."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from rich.console import Console

from darkroom.cli.failure import CommandFailed
from darkroom.client import Refused, Unreachable
from darkroom.operations.words import span

Verb = Callable[[argparse.Namespace, Console], int]
T = TypeVar("T")


def told(verb: Verb) -> Verb:
    """Wrap a verb of a user: what the API refuses, or that there is none, ends it in words."""

    @wraps(verb)
    def run(options: argparse.Namespace, console: Console) -> int:
        try:
            return verb(options, console)
        except Refused as refused:
            raise CommandFailed(said(refused)) from refused
        except Unreachable as unreachable:
            raise CommandFailed(f"The API cannot be asked: {unreachable}.") from unreachable
        except TimeoutError as error:
            raise CommandFailed(
                f"Waited in vain: {error}. `python -m darkroom events IMAGE` shows how far it came."
            ) from error

    return run


def known(ask: Callable[[], T]) -> T | None:
    """Return what is asked for; None where the API knows of no such image."""
    try:
        return ask()
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def unknown(image_ids: Sequence[str]) -> str:
    """Return that these are not known, and what tells which are."""
    ids = ", ".join(image_ids)
    return f"Not among your images: {ids}. `python -m darkroom ls` lists those that are."


def said(refused: Refused) -> str:
    """Return why the API refused, and the cure where there is one."""
    if refused.code == "malformed_request":
        return f"The API does not take that: {_mistakes(refused.facts)}."
    if refused.code == "unknown_tag" and not refused.facts.get("limit"):
        return "The pipeline takes no tags."
    try:
        return _WORDS[refused.code].format(**refused.facts)
    except (LookupError, ValueError):  # a code, or a fact, that only a newer API has
        pass
    later = f" Come again in {span(timedelta(seconds=refused.after_s))}." if refused.after_s else ""
    where = f" Its logs have it as request {refused.request_id}." if refused.request_id else ""
    return f"The API refused: {refused}.{later}{where}"


def _mistakes(facts: Mapping[str, Any]) -> str:
    """Return where a request is not as the API wants it, and why, as far as it told."""
    listed = facts.get("errors")
    told = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    said = [f"{each.get('where')}: {each.get('what')}" for each in told]
    return "; ".join(said) or "it does not say why"


_WORDS = {
    "not_signed_in": "Your session has ended: `python -m darkroom login EMAIL` begins a new one.",
    "not_found": "Nothing of that name is among your images: `python -m darkroom ls` lists them.",
    "password_too_weak": "The password is too weak: it takes at least twelve characters, with"
    " capitals, small letters and digits.",
    "account_not_valid": "That is no mail address that can have an account.",
    "code_refused": "That code is not good: it is mistyped, was used, or is too old.",
    "unsupported_format": "The pipeline does not take {actual}; it takes {limit}.",
    "too_many_bytes": "It has {actual:,} bytes; the pipeline takes {limit:,}.",
    "empty": "It is empty.",
    "unknown_tag": "The pipeline knows no tag '{actual}'; it knows: {limit}.",
}
