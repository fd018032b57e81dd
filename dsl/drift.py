"""Drift: how generated/ differs from what the pipeline says, in words and lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from dsl.generate import stale

_MOST_LINES = 40  # of one file's differences; the cure is the same for all


@dataclass(frozen=True)
class Drifted:
    """A file of generated/ that is not as it should be: what is wrong, and the differences."""

    path: str
    verdict: str  # what is wrong, and whose doing it is, as far as the lock can tell
    lines: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The file and what is wrong with it, in one line."""
        return f"{self.path} {self.verdict}"


def drift(wanted: Mapping[str, str], folder: Path) -> tuple[Drifted, ...]:
    """Return the files that are not as they should be; none if all are."""
    found = []
    for path, text in wanted.items():
        there = folder / path
        if not there.is_file():
            found.append(Drifted(path, "is missing"))
        elif (content := there.read_text("utf-8", errors="replace")) != text:
            lines = _differences(content, text, path)
            verdict = f"differs{_cause(path, wanted, folder)}"
            found.append(Drifted(path, verdict, tuple(_shortened(lines))))
    found += [Drifted(path, "belongs to no pipeline") for path in stale(wanted, folder)]
    return tuple(found)


def _cause(path: str, wanted: Mapping[str, str], folder: Path) -> str:
    """Say what changed since the file was generated, by the lock beside it; nothing without one."""
    beside = f"{path.rpartition('/')[0]}/plan.json"
    there = folder / beside
    before = _lock(there.read_text("utf-8", errors="replace") if there.is_file() else "")
    now = _lock(wanted.get(beside, ""))
    if not before or not now:
        return ""
    if before.get("source_sha256") != now["source_sha256"]:
        return ": the pipeline file was changed since it was generated"
    if before.get("plugins") != now["plugins"]:
        return ": a plugin was changed since it was generated"
    return (
        ": the recorded source_sha256 is the pipeline file's, so it was edited by hand, or the "
        "compiler is another one"
    )


def _lock(text: str) -> Mapping[str, Any]:
    """Return the lock in the text of a plan.json; an empty one if that cannot be read."""
    try:
        lock = json.loads(text)["lock"]
    except (ValueError, KeyError, TypeError):
        return {}
    return lock if isinstance(lock, dict) else {}


def cure(folder: str) -> str:
    """Return what to do about it."""
    return f"run `make generate` and commit the result; never edit files in {folder}/"


def report(drifted: tuple[Drifted, ...], folder: str, source: str) -> str:
    """Return the message for people: what differs, and the cure."""
    count = "1 file differs" if len(drifted) == 1 else f"{len(drifted)} files differ"
    lines = [line for each in drifted for line in (each.title, *each.lines)]
    return "\n".join(
        [
            f"error[P012]: {folder}/ is not what {source} says: {count}",
            *(f"  {line}" for line in lines),
            f"  = help: {cure(folder)}",
        ]
    )


def _differences(there: str, wanted: str, path: str) -> Iterator[str]:
    """Yield the differences: value by value for JSON, else by line."""
    if path.endswith(".json"):
        try:
            yield from _by_value(json.loads(there), json.loads(wanted), "")
        except json.JSONDecodeError as error:
            yield f"  line {error.lineno}: it is not JSON any more"
        return
    found = unified_diff(there.splitlines(), wanted.splitlines(), "there", "wanted", "", "", 1)
    yield from (f"  {line.rstrip()}" for line in found)


def _by_value(there: Any, wanted: Any, at: str) -> Iterator[str]:
    """Yield `path: there -> wanted` for every value that differs."""
    if isinstance(there, dict) and isinstance(wanted, dict):
        for key in dict.fromkeys([*there, *wanted]):
            inner = f"{at}.{key}" if at else str(key)
            if key not in wanted:
                yield f"  {inner}: {_short(there[key])} -> nothing"
            elif key not in there:
                yield f"  {inner}: nothing -> {_short(wanted[key])}"
            else:
                yield from _by_value(there[key], wanted[key], inner)
    elif isinstance(there, list) and isinstance(wanted, list):
        for index, pair in enumerate(zip(there, wanted, strict=False)):
            yield from _by_value(*pair, f"{at}[{index}]")
        for index in range(len(wanted), len(there)):
            yield f"  {at}[{index}]: {_short(there[index])} -> nothing"
        for index in range(len(there), len(wanted)):
            yield f"  {at}[{index}]: nothing -> {_short(wanted[index])}"
    elif there != wanted:
        yield f"  {at}: {_short(there)} -> {_short(wanted)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _shortened(lines: Iterator[str]) -> list[str]:
    found = list(lines) or ["  only in spaces or line ends"]
    more = len(found) - _MOST_LINES
    return [*found[:_MOST_LINES], f"  … and {more} more lines"] if more > 0 else found
