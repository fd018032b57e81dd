"""Isolation: originals are opened in a process of its own, so that a hang or a crash is a verdict.

What can be known of an original without a decoder is decided here, before the process sees it. It
is a fresh interpreter, started for the first original and kept for those that follow. Bytes go
there, and pixels come back, through files in memory that no other process can name.
"""

import json
import logging
import mmap
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import IO, Self

from steps.allocator import KEEPS_MEMORY
from steps.limits import Limits, rejected
from steps.opening import Header, Opened, gate, opened
from steps.packing import described, packed, unpacked
from steps.values import Rejected

_LOGGER = logging.getLogger(__name__)
_PROGRAM = "from steps.isolation import main; main()"
_READY, _DONE = b"r", b"."
_START_SECONDS = 60.0
"""How long the process may take to be ready: a cold start on a busy machine takes few."""
_KILLED = -signal.SIGKILL
"""How the kernel ends what it has no memory for; or somebody did."""


class NotStarted(RuntimeError):
    """The process did not come to be ready: no matter of the original, and worth a retry."""


@dataclass(frozen=True)
class Bounds:
    """What opening one original may take: far more than any that its limits let through needs."""

    seconds: float = 30.0  # of this process's waiting, and of the other's CPU
    memory_bytes: int = 2_000_000_000  # of its own data, beside what it starts with

    @classmethod
    def of(cls, limits: Limits, *, seconds: float) -> Self:
        """Return the bounds for originals within `limits`.

        24 bytes a pixel: four bands of 16 bits as they were, and of 8 bits twice, with room.
        """
        memory = 256_000_000 + 3 * limits.max_bytes + 24 * limits.max_pixels
        return cls(seconds, memory)


USUAL = Bounds()


class Decoder:
    """Opens originals in a process of its own; one at a time, from one thread."""

    def __init__(self, bounds: Bounds = USUAL) -> None:
        self._bounds = bounds
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._said_ready = False

    def open(
        self,
        original: bytes,
        limits: Limits,
        keep: Collection[str] = (),
        boxes: Sequence[tuple[int, int]] = (),
    ) -> Opened | Rejected:
        """Return what `steps.opening.open_picture` does.

        An original that stops the process is rejected as "decoder_timeout" or "decoder_crashed",
        and one that a second process is killed for too as "decoder_out_of_memory"; the next one
        gets a new process. What raises in there is a mistake of ours: it is logged, and is
        "decoder_crashed" too. Raises NotStarted where there is no process to be had.
        """
        verdict = gate(original, limits)
        if verdict is not None:
            return verdict
        answer = self._asked(original, limits, keep, boxes)
        if answer is None:
            # Once more, alone: the kernel may have wanted its memory for another's work.
            answer = self._asked(original, limits, keep, boxes)
        return answer or rejected("decoder_out_of_memory", limit=None, actual=None)

    def _asked(
        self,
        original: bytes,
        limits: Limits,
        keep: Collection[str],
        boxes: Sequence[tuple[int, int]],
    ) -> Opened | Rejected | None:
        """Return the process's answer, or the verdict on its end; None if it was killed."""
        asked = {
            "limits": limits.model_dump(mode="json"),
            "keep": list(keep),
            "boxes": [list(box) for box in boxes],
        }
        with _scratch(json.dumps(asked).encode() + b"\n" + original) as given, _scratch() as made:
            there, began = self._ready(), time.monotonic()
            try:
                socket.send_fds(there, [_DONE], [given.fileno(), made.fileno()])
                in_time, _, _ = select.select([there], [], [], self._bounds.seconds)
                if in_time and there.recv(1) == _DONE:
                    return _read(made)
            except ConnectionError:
                in_time = [there]  # it is gone, and was not waited for
        return self._stopped(late=not in_time, waited=time.monotonic() - began)

    def start(self) -> None:
        """Have a process ready, so that the first original need not wait for it."""
        self._connected()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None
        self._said_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> socket.socket:
        """Return the way to a process that waits for work."""
        if self._socket is not None and self._process is not None and self._process.poll() is None:
            return self._socket
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  the words are ours
                [sys.executable, "-P", "-c", _PROGRAM, json.dumps(asdict(self._bounds))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        self._socket = ours
        return ours

    def _ready(self) -> socket.socket:
        """Return the way to a process that has said that it can work."""
        there = self._connected()
        if not self._said_ready:
            in_time, _, _ = select.select([there], [], [], _START_SECONDS)
            self._said_ready = bool(in_time) and there.recv(1) == _READY
        if not self._said_ready:
            self.close()
            raise NotStarted("the process that opens originals did not start")
        return there

    def _stopped(self, *, late: bool, waited: float) -> Rejected | None:
        """Return the verdict on an original that the process did not come back from.

        None if it was killed.
        """
        ended = None if late or self._process is None else self._process.wait()
        self.close()
        if ended == _KILLED:
            return None
        if ended in {None, -signal.SIGXCPU}:
            return rejected("decoder_timeout", limit=self._bounds.seconds, actual=round(waited, 1))
        return rejected("decoder_crashed", limit=None, actual=_named(ended))


def main() -> None:
    """Be the process: open what comes, until whoever asks goes away."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    there = socket.socket(fileno=0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _hold_memory(bounds.memory_bytes)
    there.send(_READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(there, 1, 2)
        if not message:
            return
        _hold_time(bounds.seconds)
        with os.fdopen(descriptors[0], "rb") as given, os.fdopen(descriptors[1], "wb") as made:
            for part in _answer(given.read()):
                made.write(part)
        there.send(_DONE)


def _answer(asked: bytes) -> Iterator[bytes]:
    """Yield a line of JSON, and behind it the pixels if there are any."""
    line, _, original = asked.partition(b"\n")
    said = json.loads(line)
    boxes = [(width, height) for width, height in said["boxes"]]
    try:
        result = opened(original, Limits.read(said["limits"]), said["keep"], boxes)
    except MemoryError:
        result = rejected("decoder_out_of_memory", limit=None, actual=None)
    except Exception as error:  # noqa: BLE001  a decoder's edge: bytes find what nobody foresaw
        # What decoders object to is a verdict by now: this mistake is ours, so the original is not
        # called "corrupt". It is let go; the log is where the mistake shows.
        facts = {"limit": None, "actual": f"opening it raised {type(error).__name__}"}
        broken = {"code": "decoder_crashed", "facts": facts, "raised": traceback.format_exc()}
        yield json.dumps(broken).encode() + b"\n"
        return
    if isinstance(result, Rejected):
        yield json.dumps({"code": result.code, "facts": dict(result.facts)}).encode() + b"\n"
        return
    told = {
        "header": asdict(result.header),
        "scale": result.scale,
        "picture": described(result.picture),
    }
    yield json.dumps(told).encode() + b"\n"
    yield packed(result.picture)


def _read(file: IO[bytes]) -> Opened | Rejected:
    """Return what `_answer` wrote; the picture's pixels stay where they lie."""
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    end = content.find(b"\n")
    told = json.loads(content[:end])
    if "raised" in told:
        _LOGGER.error("opening an original raised:\n%s", told["raised"])
    if "code" in told:
        return Rejected(told["code"], told["facts"])
    picture = unpacked(told["picture"], memoryview(content)[end + 1 :])
    return Opened(picture, Header(**told["header"]), told["scale"])


def _scratch(content: bytes = b"") -> IO[bytes]:
    """Return a file in memory, or where there is no such thing one without a name."""
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("darkroom"), "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115  for a `with`
    file.write(content)
    file.seek(0)
    return file


def _environment() -> dict[str, str]:
    """Return what an interpreter needs to start as this one did: no credentials, for one."""
    kept = ("PATH", "LD_LIBRARY_PATH", "LANG", "HOME", "VIPS_CONCURRENCY", "PYTHONHOME")
    own = {name: os.environ[name] for name in kept if name in os.environ}
    return {**KEEPS_MEMORY, **own, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _hold_time(seconds: float) -> None:
    """Let so many seconds of CPU more be used, and the process end with SIGXCPU then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _hold_memory(more: int) -> None:
    """Let so many bytes more be allocated; only Linux counts them apart from what is mapped."""
    status = Path("/proc/self/status")
    if status.exists():
        (kilobytes,) = re.findall(r"VmData:\s+(\d+) kB", status.read_text("ascii"))
        most = 1024 * int(kilobytes) + more
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _named(status: int | None) -> str:
    if status is None or status >= 0:
        return f"exit {status}"
    return signal.Signals(-status).name
