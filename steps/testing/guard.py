"""The guard: tells what a step reaches beyond its picture and options, and stops what would last.

What only looks, at a clock or a file, is told and let go on: so all of it is told at once.
It stays for the rest of the process, so only a process of its own may have one. Files, network
and processes are seen by Python's audit events, before they happen. Clock, randomness and
environment have no events: there the profiler sees each call, however the function was imported.
What Python itself does to import a module is let through. Not seen is C code that calls C code,
as `map(time.time, ...)` would; the suite's comparing of results is left for that.
"""

import datetime
import os
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from steps.vips import pyvips

_FILES = ("os.", "shutil.", "tempfile.", "glob.", "pathlib.", "mmap.", "sqlite3.", "fcntl.")
_PROCESSES = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_LOOKS = {"stat", "lstat", "access"}
_LEAVES_NOTHING = ("reads ", "looks ", "is random ")
_ENVIRONMENT: frozenset[CodeType] = frozenset(
    getattr(type(os.environ), name).__code__ for name in ("__getitem__", "__iter__", "__len__")
)


class Stopped(BaseException):
    """What the step was about to do is not done; no `except Exception` of its own hides that."""


class Guard:
    """Watches one plugin's package; what it does that is not pure is in `broken`, in words."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.broken: list[str] = []
        self._readable: frozenset[str] = frozenset()

    def allow(self, assets: Iterable[Path]) -> None:
        """Let these files be read."""
        self._readable = frozenset(str(each) for path in assets for each in (path, path.resolve()))

    def __enter__(self) -> "Guard":
        sys.addaudithook(self._on_event)
        sys.setprofile(self._on_call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)  # the audit hook stays: Python can take none away

    def _on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        done = self._forbidden(event, arguments)
        if done:
            self._tell(done, self._place(sys._getframe(1)))

    def _forbidden(self, event: str, arguments: tuple[Any, ...]) -> str | None:
        """Return what the event says is being done, None if a step may do it."""
        if event == "open":
            return self._opening(*arguments)
        if event.startswith("socket."):
            return f"uses the network ({event})"
        if event.startswith(_PROCESSES):
            return f"starts a process ({event})"
        if event in {"os.putenv", "os.unsetenv"}:
            return f"changes the environment ({event})"
        return f"touches files ({event})" if event.startswith(_FILES) else None

    def _opening(self, path: object, mode: str | None, flags: int) -> str | None:
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else str(path)
        if flags & _WRITES or set(mode or "") & set("wax+"):
            return f"writes a file ({name})"
        return None if name in self._readable else f"reads a file that it does not declare ({name})"

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            done = _impure_builtin(argument) or self._font(frame, argument)
        elif event == "call":
            done = _impure_function(frame)
        else:
            return
        if done:
            self._tell(done, self._place(frame, directly=done.startswith("reads the env")))

    def _font(self, frame: FrameType, function: Any) -> str | None:
        """Return what Pillow does where it lets FreeType open a font: no event tells of that."""
        font = frame.f_locals.get("font") if function.__name__ == "getfont" else None
        return self._opening(font, "r", 0) if isinstance(font, str | os.PathLike) else None

    def _tell(self, done: str, place: str | None) -> None:
        """Record what is done, once for each place; raises Stopped where it would last."""
        if place is None:
            return
        told = f"{done}, at {place}"
        if told not in self.broken:
            self.broken.append(told)
        if not done.startswith(_LEAVES_NOTHING):
            raise Stopped(done)

    def _place(self, frame: FrameType | None, *, directly: bool = False) -> str | None:
        """Return the plugin's line that leads to `frame`; None if none does, or by an import.

        `directly`: not by way of a library. pydantic reads its own settings from the environment
        as it makes a model.
        """
        while frame is not None:
            name = str(frame.f_globals.get("__name__"))
            if name.startswith("steps.testing.") or name == "importlib._bootstrap":
                return None
            if name.partition(".")[0] == self.package:
                return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
            if directly and name.partition(".")[0] not in sys.stdlib_module_names:
                return None
            frame = frame.f_back
        return None


def _impure_builtin(function: Any) -> str | None:
    """Return what a call of this built-in function does, None if a step may make it."""
    module, name = function.__module__, function.__name__
    owner = getattr(function, "__self__", None)
    if module == "time":
        return f"reads the clock (time.{name})"
    is_date = isinstance(owner, type) and issubclass(owner, datetime.date)
    if is_date and name in {"now", "today", "utcnow"}:
        return f"reads the clock (datetime.{name})"
    if owner is _SHARED or (module == os.name and name in {"urandom", "getrandom"}):
        return f"is random ({'random' if owner is _SHARED else 'os'}.{name})"
    if module == "_thread" and name.startswith("start_"):
        return "starts a thread, which cannot be watched"
    if module == os.name and name in _LOOKS:
        return f"looks at files (os.{name})"
    return None


def _impure_function(frame: FrameType) -> str | None:
    """Return what the function that is entered does, None if a step may call it."""
    if frame.f_code in _ENVIRONMENT:
        return "reads the environment (os.environ)"
    if frame.f_code is random.Random.seed.__code__ and frame.f_locals["a"] is None:
        return "is random (random.Random without a seed)"
    if frame.f_code is pyvips.Operation.call.__code__:
        name = str(frame.f_locals["operation_name"])
        if "File" in name or name.endswith(("load", "save")):
            return f"touches files (libvips' {name})"
    return None


# random.random and its like are methods of one hidden generator that all share.
_SHARED = getattr(random.random, "__self__", None)
