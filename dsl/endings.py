"""Endings: verdicts that come too late, and errors that would leave nothing (rules 14 and 16)."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import Literal

from dsl.diagnostics import Report
from dsl.draft import Draft, Passage, Resolved

_How = Literal["makes several", "takes them too", "publishes one there"]


@dataclass(frozen=True)
class _Fork:
    """Where pictures part: at a step with variants, at another taker, or as one is published."""

    at: Resolved
    how: _How


def check(tree: Items[Passage], outputs: tuple[str, ...], draft: Draft, report: Report) -> None:
    """Report what the finished tree shows of how a run may end."""
    below = {step.name: index for index, step in enumerate(draft.steps)}
    for step, fork in _late_verdicts(tree, None):
        is_below = below[fork.at.name] > below[step.name]
        _refuse_late_verdict(step, fork, is_below, report)
    for step in _emptying(tree, outputs):
        _refuse_emptying(step, report)
    for step in draft.steps:
        _note_kills(step, report)


def _late_verdicts(tree: Items[Passage], above: _Fork | None) -> Iterator[tuple[Resolved, _Fork]]:
    """Yield each passage that may reject, below the first fork on its way."""
    for passage in tree:
        fork = above or _fork_between(passage, tree)
        if fork and passage.step.plugin and passage.step.plugin.rejects:
            yield passage.step, fork
        if fork is None and passage.output and passage.next:
            fork = _Fork(passage.step, "publishes one there")
        yield from _late_verdicts(passage.next, fork)


def _fork_between(passage: Passage, takers: Items[Passage]) -> _Fork | None:
    """Return the fork that makes other pictures beside that of `passage`, if there are others."""
    other = next((each.step for each in takers if each is not passage), None)
    if other is None or (other.name == passage.step.name and other.is_facts):
        return None  # variants of facts are refused in words of their own
    return _Fork(other, "makes several" if other.name == passage.step.name else "takes them too")


def _emptying(tree: Items[Passage], outputs: tuple[str, ...]) -> Iterator[Resolved]:
    """Yield each passage whose outputs, if it drops them, are all that there are."""
    for passage in tree:
        if outputs and passage.step.on_error == "drop" and set(_given_up(passage)) == set(outputs):
            yield passage.step
        yield from _emptying(passage.next, outputs)


def _given_up(passage: Passage) -> Iterator[str]:
    """Yield the outputs at and below `passage`."""
    if passage.output:
        yield passage.output
    for below in passage.next:
        yield from _given_up(below)


def _refuse_late_verdict(step: Resolved, fork: _Fork, is_below: bool, report: Report) -> None:
    if fork.at.name == step.name:
        cure = "put the variants on a step below"
    elif fork.how != "takes them too":
        cure = f"move `{step.name}` above `{fork.at.name}`"
    elif is_below:
        cure = f"write from: {step.name} at `{fork.at.name}`"
    else:
        cure = f"move `{fork.at.name}` below `{step.name}`, and write from: {step.name}"
    report.add(
        "D301",
        step.entry.name.span,
        f"`{step.name}` may reject the image, but its pictures fork before it: "
        f"`{fork.at.name}` ({report.line(fork.at.entry.name.span)}) {fork.how}",
        cure=cure,
    )


def _note_kills(step: Resolved, report: Report) -> None:
    """Say where a limit that is written beside `on_error` is not covered by it (rule 15)."""
    timeout = step.entry.timeout_key
    if timeout and not step.is_alone and step.on_error != "fail":
        report.add(
            "W001",
            timeout,
            f"a timeout of `{step.name}` fails the image, whatever its on_error says",
            cure="add alone: true, and on_error covers it",
            note=f"a kill ends all of the steps that run together with `{step.name}`",
            severity="note",
        )


def _refuse_emptying(step: Resolved, report: Report) -> None:
    if step.entry.on_error:
        report.add(
            "D307",
            step.entry.on_error.value,
            f"on_error: drop on `{step.name}` would leave no output at all",
            cure="leave it out: an error then fails the image",
        )
