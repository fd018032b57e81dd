"""The command line: `python -m darkroom VERB`."""

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import import_module

from rich.console import Console

from darkroom.cli.arguments import parser
from darkroom.cli.failure import CommandFailed
from darkroom.cli.naming import shown
from darkroom.cli.operator_arguments import LOCAL
from darkroom.local.cloud import CloudError

Verb = Callable[[argparse.Namespace, Console], int]


def main(given: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status: 0, 1 for a failure told in words, 2 for misuse.

    A verb may have others for what it found: docs/operations.md.
    """
    options = parser().parse_args(given)
    try:
        _reach_this_machine()
        if getattr(options, "deployment", LOCAL) == LOCAL:
            _forget_profiles()
        # Only the verb's own module: `doctor` must run where others would not import.
        verb: Verb = getattr(import_module(options.module), options.function)
        return verb(options, _console())
    except (CommandFailed, CloudError) as failed:
        # Not wrapped: a caret stands under what it means.
        words = shown(str(failed), keep="\n\t")
        _console(stderr=True).print(words, style="red", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _console(*, stderr: bool = False) -> Console:
    """Return a console that prints texts as they are: names and ids are no markup, no emoji."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _reach_this_machine() -> None:
    """Let no proxy stand before the loopback."""
    for name in ("NO_PROXY", "no_proxy"):
        past = [os.environ[name]] if os.environ.get(name) else []
        os.environ[name] = ",".join((*past, "127.0.0.1", "localhost"))


def _forget_profiles() -> None:
    """Forget what would lead away from this machine: a profile's keys and region."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
