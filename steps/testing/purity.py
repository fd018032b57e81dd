"""The rule that a step is pure: no files, no network, no clock, no randomness, no environment."""

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import product
from multiprocessing.connection import Connection, Pipe
from typing import Any

from hypothesis import strategies as st

from steps.contract import Call, Options, Picture
from steps.plugins import AnyStep
from steps.testing.child import Case, Job, Verdict
from steps.testing.running import Replies, RuleBroken, for_all, outcome, require, told
from steps.testing.strategies import KINDS

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried
_PROGRAM = "from steps.testing.child import main; main()"
_LONGEST_S = 60
_PICTURES = ("one pixel", "transparent", "photo-sized")


def is_pure(step: AnyStep, replies: Replies | None = None) -> None:
    """A step reaches for nothing but its picture, options and assets: no file, clock or chance.

    It runs in a process of its own, guarded from before its file is imported, so that what is
    read once and kept is seen too. What comes of it there has to come of it here as well: the
    order of a set of texts, for one, is another in each process.
    """
    cases = cases_for(step, _PICTURES)
    verdict = verdict_on(step, cases, replies)
    for broken in verdict.broken:
        raise RuleBroken(broken)
    for (kind, values), there in zip(cases, verdict.outcomes, strict=True):
        here = told(outcome(step, KINDS[kind], step.read_options(values), replies))
        require(here == there, f"{step.name} answers differently in another process")


def cases_for(step: AnyStep, kinds: tuple[str, ...]) -> tuple[Case, ...]:
    """Draw a few sets of options, each for all of these pictures."""
    drawn: list[Mapping[str, Any]] = []

    def keep(_: Picture, options: Options) -> None:
        drawn.append(options.model_dump(mode="json"))

    for_all(step, keep, st.just(KINDS["one pixel"]), examples=4)
    return tuple(product(kinds, drawn))


def verdict_on(
    step: AnyStep, cases: tuple[Case, ...], replies: Replies | None, *, measured: bool = False
) -> Verdict:
    """Run the cases in a process of their own; raises RuleBroken if it ends before its verdict."""
    module = step.function.__module__
    package = module.rpartition(".")[0]
    folders = tuple(importlib.import_module(package).__path__) if package else ()
    job = Job(module, step.function.__name__, folders, cases, measured)
    ours, theirs = Pipe()
    with ours, tempfile.TemporaryFile("w+") as said:
        with theirs:
            child = subprocess.Popen(  # noqa: S603  the words are ours
                [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno())],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    "PYTHONHASHSEED": "random",
                },
                pass_fds=[theirs.fileno()],
                stdout=said,
                stderr=said,
            )
        with child:
            try:
                ours.send(job)
                return _conversed(step, ours, replies)
            except (EOFError, OSError) as ended:
                child.wait()
                said.seek(0)
                raise RuleBroken(
                    f"{step.name} ended the process that it ran in: {said.read()[-2000:]}"
                ) from ended
            finally:
                child.kill()  # it may wait for a reply, or never end; its verdict is here


def _conversed(step: AnyStep, pipe: Connection, replies: Replies | None) -> Verdict:
    """Answer the step's calls until its verdict comes."""
    while True:
        require(pipe.poll(_LONGEST_S), f"{step.name} took more than {_LONGEST_S} s in its process")
        message = pipe.recv()
        if isinstance(message, Verdict):
            return message
        if not isinstance(message, Call) or replies is None:
            raise RuleBroken(f"{step.name} makes calls: give the suite its replies")
        pipe.send(replies(message))
