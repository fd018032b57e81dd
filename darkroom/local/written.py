"""Written: in a folder of variants lies what the last run wrote there, and nothing of those before.

A list beside them, in the form that `sha256sum --check` reads, tells what a run has written. The
next run removes that: no file of anybody else, and none that somebody has changed since.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

LIST = ".darkroom"
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>[\w-][\w.-]*)")


def replaced(folder: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write the files, by name, in place of what the last run wrote; return their paths, in order.

    The folder goes with the last of its files. Raises OSError for what cannot be written.
    """
    for name, digest in _last(folder).items():
        if name not in contents and _digest(folder / name) == digest:
            (folder / name).unlink()
    if not contents:
        _forget(folder)
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    # The list first: of a run that breaks off, all that was written is known.
    digests = (f"{hashlib.sha256(each).hexdigest()}  {name}\n" for name, each in contents.items())
    (folder / LIST).write_text("".join(digests), encoding="utf-8")
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)


def _last(folder: Path) -> dict[str, str]:
    """Return the digest of each file that the last run has listed; of a list that is none, none."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = (_LINE.fullmatch(line) for line in lines)
    return {each["name"]: each["digest"] for each in found if each}


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _forget(folder: Path) -> None:
    if not (folder / LIST).exists():
        return
    (folder / LIST).unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
