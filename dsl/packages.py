"""Packages: what steps require, resolved into one lock for each plugin that requires any.

`requirements/steps/<plugin>.txt` holds the plugin's pins and all that these need in turn, with
hashes and without addresses. All such locks agree with one another and with those of stages and
developers: one environment holds them all, and so does a function that runs several steps.
"""

import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from dsl.drift import Drifted
from steps.plugins import BrokenPlugin

LOCKS = Path("requirements/steps")
CURE = "run `make lock` and commit the result"

_WITHIN = ("stage.txt", "dev.txt")
_REQUIRES = "# requires "

# As the Makefile has it for our own locks; and functions are built from wheels, so there have to
# be some. Only pyvips has none: infra/assets.py.
_COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"),
    *("--only-binary", ":all:", "--no-binary", "pyvips"),
)


def lock(required: Mapping[str, tuple[str, ...]], folder: Path = LOCKS) -> tuple[str, ...]:
    """Write the lock of each plugin in `required`, by name, and remove others; return which.

    A lock that is there keeps its releases, as far as they still fit. The locks of stages and of
    developers lie in the parent of `folder`.

    Raises BrokenPlugin, with uv's words, for packages that cannot be had, or not together.
    """
    folder.mkdir(parents=True, exist_ok=True)
    within = [path for name in _WITHIN if (path := folder.parent / name).exists()]
    with tempfile.TemporaryDirectory() as scratch:
        everything = dict.fromkeys(each for pins in required.values() for each in pins)
        if len(required) > 1:
            together = Path(scratch, "together.txt")
            _compile(" and ".join(required), tuple(everything), within, together)
            within.append(together)
        for plugin, pins in required.items():
            path = folder / f"{plugin}.txt"
            _compile(plugin, pins, within, path)
            path.write_text(_head(pins) + path.read_text("utf-8"), "utf-8", newline="\n")
    left_over = tuple(_left_over(required, folder))
    for path in left_over:
        path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    wrote = (f"wrote {folder / plugin}.txt" for plugin in required)
    return (*wrote, *(f"removed {path}" for path in left_over))


def drift(
    required: Mapping[str, tuple[str, ...]],
    folder: Path = LOCKS,
    *,
    spared: Collection[str] = (),
) -> tuple[Drifted, ...]:
    """Return the locks that are not of what the plugins require; none if all are.

    Those of `spared` plugins are not looked at: they are broken, and tell of nothing.
    """
    found = []
    for plugin, pins in required.items():
        path = folder / f"{plugin}.txt"
        if not path.is_file():
            verdict = f"is missing: {plugin} requires {', '.join(pins)}"
            found.append(Drifted(path.name, verdict))
        elif (locked := tuple(_locked(path))) != pins:
            lines = (f"  locked: {', '.join(locked)}", f"  required: {', '.join(pins)}")
            found.append(Drifted(path.name, "differs", lines))
    for path in _left_over({*required, *spared}, folder):
        found.append(
            Drifted(
                path.name, "belongs to no step that requires packages: it is gone, or requires none"
            )
        )
    return tuple(found)


def report(drifted: Iterable[Drifted]) -> str:
    """Return the message for people: which locks differ, and the cure."""
    lines = [f"  {line}" for each in drifted for line in (each.title, *each.lines)]
    title = f"error[P037]: {LOCKS.as_posix()}/ does not hold what steps require"
    return "\n".join([title, *lines, f"  = help: {CURE}"])


def _compile(plugin: str, pins: tuple[str, ...], within: Iterable[Path], lock: Path) -> None:
    """Resolve `pins` into `lock`, with the releases that `within` holds."""
    limits = [word for path in within for word in ("--constraints", str(path))]
    uv = str(Path(sys.executable).with_name("uv"))
    done = subprocess.run(  # noqa: S603  the words are ours, the pins are pins
        [uv, *_COMPILE, *limits, "--output-file", str(lock), "-"],
        input="\n".join(pins),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        cause = f"cannot be locked for {plugin}, beside what is locked:\n{done.stderr.rstrip()}"
        raise BrokenPlugin(plugin, ", ".join(pins), cause)


def _head(pins: tuple[str, ...]) -> str:
    """Return the lines by which a lock says of what it is one."""
    return "".join(
        ["# By `make lock`, for a step that\n", *(f"{_REQUIRES}{pin}\n" for pin in pins)]
    )


def _locked(path: Path) -> Iterator[str]:
    """Yield what the lock at `path` was made of."""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(_REQUIRES):
            yield line.removeprefix(_REQUIRES)


def _left_over(required: Collection[str], folder: Path) -> Iterator[Path]:
    """Yield the locks of plugins that require nothing, or are gone, in order."""
    yield from (path for path in sorted(folder.glob("*.txt")) if path.stem not in required)
