"""Children: processes that never outlive the one who started them, however that one ends.

A supervisor stands between. It starts the command in a process group of its own, holds a pipe
whose other end only the parent has, and waits:

    parent ---- pipe ----> supervisor ---- group ----> command, and what that starts
      dies  => pipe ends => group is killed, its folder removed

A parent that wants its child to live on releases it, by one byte through the pipe. Who did not
start it can see that it is gone by its scratch folder, on which the supervisor holds a lock.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_RELEASED = b"r"
_LOOK_EVERY_S = 0.2
_STOPPED_WITHIN_S = 60.0  # a machine with more to do than processors takes its time
_REAPED_WITHIN_S = 5.0

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class Child:
    """A running command. It ends with `stop`, or with the process that started it."""

    def __init__(self, supervisor: subprocess.Popen[bytes], lifeline: int) -> None:
        self._supervisor = supervisor
        self._lifeline: int | None = lifeline

    @property
    def pid(self) -> int:
        """The supervisor's process id: SIGTERM to it is as good as `stop`."""
        return self._supervisor.pid

    def poll(self) -> int | None:
        """The command's exit status; None while it runs."""
        return self._supervisor.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the command and return its exit status; TimeoutExpired if it takes longer."""
        return self._supervisor.wait(timeout_s)

    def stop(self) -> None:
        """End the command and all that it started; on return nothing of it is left."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
            self._supervisor.wait(_STOPPED_WITHIN_S)

    def release(self) -> None:
        """Let the command live on after this process."""
        if self._lifeline is not None:
            os.write(self._lifeline, _RELEASED)
            os.close(self._lifeline)
            self._lifeline = None
            # How it ends is nobody's business any more; unknown, Python would warn about it.
            self._supervisor.returncode = 0


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    scratch: Path,
) -> Child:
    """Start `command` in `folder` with exactly `environment`; what it says is added to `log`.

    `scratch` is the folder for its temporary files, and is removed after it ends.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    # The supervisor inherits the lock, and with its last breath gives it up: no earlier sign says
    # that nothing is left of the child.
    lock = os.open(scratch, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with log.open("ab") as output:
            supervisor = subprocess.Popen(  # noqa: S603  the words are the caller's own
                [sys.executable, "-I", __file__, str(reading), str(scratch), *command],
                cwd=folder,
                env={**environment, "TMPDIR": str(scratch)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(reading, lock),
                # Ctrl-C is for the parent: it ends its children in its own order.
                start_new_session=True,
            )
    finally:
        os.close(reading)
        os.close(lock)
    return Child(supervisor, writing)


@contextlib.contextmanager
def watching(scratch: Path) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether the child of the folder `scratch` is gone for good.

    The folder must still be there: it is what is watched, also once it is removed.
    """
    folder = os.open(scratch, os.O_RDONLY)
    try:
        yield lambda: _can_be_locked(folder)
    finally:
        os.close(folder)


def end_with_parent() -> None:
    """Have this process told to stop (SIGTERM) as soon as its parent dies. Linux only."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _supervise(lifeline: int, scratch: Path, command: Sequence[str]) -> int:
    """Run `command` until it ends, the parent dies, or SIGTERM comes; then clear up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # What the command leaves behind when it is killed becomes ours to wait for, not init's.
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # The words are the caller's own; the hook is safe, since the supervisor has no threads.
    child = subprocess.Popen(command, process_group=0, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509
    try:
        _watch(child, lifeline)
    finally:
        _kill_group(child)
        shutil.rmtree(scratch, ignore_errors=True)
    return child.returncode


def _watch(child: subprocess.Popen[bytes], lifeline: int) -> None:
    """Return when `child` has ended, or the parent has without releasing it."""
    watched = [lifeline]
    while child.poll() is None:
        if not watched:
            time.sleep(_LOOK_EVERY_S)
        elif select.select(watched, [], [], _LOOK_EVERY_S)[0]:
            if os.read(lifeline, 1) != _RELEASED:
                return
            watched = []


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill `child` and all that it started; there is nothing they would have to save."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    deadline = time.monotonic() + _REAPED_WITHIN_S
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(_LOOK_EVERY_S / 20)


def _can_be_locked(folder: int) -> bool:
    """Say whether nobody else holds a lock on the open `folder`."""
    try:
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _die_with_parent() -> None:
    """In the child, before it becomes the command: do not outlive even a killed supervisor."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    """Linux's prctl; elsewhere nothing, and only a killed supervisor would leave anything."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)


if __name__ == "__main__":
    sys.exit(_supervise(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
