"""`signup`, `confirm`, `login`, `logout`: to become a user of a deployment, and to be one."""

import argparse
import sys
from datetime import UTC, datetime
from getpass import getpass
from http import HTTPStatus

from rich.console import Console

from darkroom.cli.failure import CommandFailed
from darkroom.cli.place import place, remember
from darkroom.cli.refusals import told
from darkroom.cli.safe import safe
from darkroom.cli.session import Kept, kept_for
from darkroom.client import Accounts, Api, Refused


@told
def signup(options: argparse.Namespace, console: Console) -> int:
    """Open an account and say where its code went; 0, also for an address that has one."""
    found = place(options)
    password = _password(options, twice=True)
    Accounts(Api(found.url)).sign_up(options.email, password, options.name)
    _say(console, f"A code was mailed to {options.email}. Next, with the code:")
    _say(console, f"  python -m darkroom confirm {options.email} {found.named}")
    if found.is_local:
        _say(console, "The embedded cloud sends no mail, it keeps it. To read it:")
        _say(console, f"  python -m darkroom mails {options.email}")
    return 0


@told
def confirm(options: argparse.Namespace, console: Console) -> int:
    """Confirm the account by its code, which is asked for if it is not given; 0."""
    found = place(options)
    code = options.code or _asked("The code that was mailed: ")
    Accounts(Api(found.url)).confirm(options.email, code.strip())
    _say(console, "The account is confirmed. Next:")
    _say(console, f"  python -m darkroom login {options.email} {found.named}")
    return 0


@told
def login(options: argparse.Namespace, console: Console) -> int:
    """Sign in, keep the session, and let later commands lead here; 0."""
    found = place(options)
    password = _password(options, twice=False)
    try:
        session = Accounts(Api(found.url)).sign_in(options.email, password)
    except Refused as refused:
        if refused.status != HTTPStatus.UNAUTHORIZED:
            raise
        raise CommandFailed(
            "That address and that password do not sign in. If the account is not confirmed yet:"
            f" `python -m darkroom confirm {options.email} {found.named}`."
        ) from refused
    kept = Kept.of(options.email, session, datetime.now(UTC))
    safe().write(found.url, kept.model_dump_json())
    remember(found)
    _say(console, f"Signed in as {options.email} at {found.url}.")
    return 0


@told
def logout(options: argparse.Namespace, console: Console) -> int:
    """Forget the session here; 0, also where there is none."""
    found, kept_in = place(options), safe()
    kept = kept_for(found, kept_in)
    kept_in.forget(found.url)
    _say(
        console, f"Signed out at {found.url}." if kept else f"Nobody was signed in at {found.url}."
    )
    return 0


def at_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _password(options: argparse.Namespace, *, twice: bool) -> str:
    """Ask for the password, or read a line of stdin; it is never part of a command."""
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandFailed("--password-stdin: there is no password on stdin.")
        return password
    if not at_a_terminal():
        raise CommandFailed(
            "There is no terminal to ask for the password at. Write it to stdin, as one line, with"
            " --password-stdin."
        )
    password = getpass("Password: ")
    if twice and getpass("The same again: ") != password:
        raise CommandFailed("The two differ. Nothing was done.")
    return password


def _asked(question: str) -> str:
    try:
        return input(question)
    except EOFError as error:
        raise CommandFailed("There is no terminal to ask for the code at: give it last.") from error


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
