"""What is asked of whoever gave a command: passwords, codes, and whether it is meant."""

import argparse
import sys
from getpass import getpass

from darkroom.cli.failure import CommandFailed


def at_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def password(options: argparse.Namespace, *, twice: bool) -> str:
    """Ask for the password, or read a line of stdin; it is never part of a command.

    Raises CommandFailed where nobody can be asked, or the two that were typed differ.
    """
    if options.password_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
        if not given:
            raise CommandFailed("--password-stdin: there is no password on stdin.")
        return given
    if not at_a_terminal():
        raise CommandFailed(
            "There is no terminal to ask for the password at. Write it to stdin, as one line, with"
            " --password-stdin."
        )
    given = getpass("Password: ")
    if twice and getpass("The same again: ") != given:
        raise CommandFailed("The two differ. Nothing was done.")
    return given


def asked(question: str) -> str:
    """Ask for a code; raises CommandFailed where nobody answers."""
    try:
        return input(question).strip()
    except EOFError as error:
        raise CommandFailed("There is nobody to ask for the code: give it, too.") from error


def is_meant(question: str) -> bool:
    """Ask whether something is to be done; raises CommandFailed where nobody can be asked."""
    if not at_a_terminal():
        raise CommandFailed("There is no terminal to ask at whether that is meant: say --yes.")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
