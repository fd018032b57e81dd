"""Children never outlive the process that started them, unless they are released."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from darkroom.local import children

# Starts a process of its own, in its own temporary folder, and says both process ids.
FAMILY = """
import os, subprocess, sys, tempfile, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
tempfile.mkdtemp()
print(os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""

# A parent that starts such a family and waits; its arguments are a folder, and what it then does.
PARENT = """
import signal, sys, time
from pathlib import Path
from darkroom.local import children
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
folder = Path(sys.argv[1])
child = children.start(
    [sys.executable, "-c", sys.argv[3]],
    environment={}, folder=folder, log=folder / "log", scratch=folder / "tmp",
)
while not (folder / "log").read_text().endswith("\\n"):
    time.sleep(0.05)
if sys.argv[2] == "release":
    child.release()
    sys.exit()
print("started", child.pid, flush=True)
time.sleep(600)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def ended(pids: list[int], within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.05)
    return False


def family(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "log").read_text().split()]


def started(folder: Path, code: str = FAMILY) -> children.Child:
    return children.start(
        [sys.executable, "-c", code],
        environment={},
        folder=folder,
        log=folder / "log",
        scratch=folder / "tmp",
    )


def parent(folder: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), then, FAMILY],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killing_the_parent_ends_the_whole_family(tmp_path, how):
    """Child, grandchild and supervisor are gone, and so are their temporary files."""
    with parent(tmp_path, "wait") as started_by:
        said = started_by.stdout.readline().split()
        pids = [*family(tmp_path), int(said[1])]
        assert all(map(is_alive, pids))
        started_by.send_signal(how)

    assert ended(pids)
    assert not (tmp_path / "tmp").exists()


def test_a_released_child_lives_on_until_its_supervisor_is_told_to_stop(tmp_path):
    """This is how the embedded cloud stays up after `make up`."""
    with parent(tmp_path, "release") as started_by:
        assert started_by.wait(10) == 0
    pids = family(tmp_path)
    time.sleep(0.5)
    assert all(map(is_alive, pids))

    os.kill(pids[0], signal.SIGKILL)
    assert ended(pids)


def test_stop_returns_when_nothing_is_left(tmp_path):
    """And stopping twice is as good as once."""
    child = started(tmp_path)
    while not (tmp_path / "log").read_text().endswith("\n"):
        time.sleep(0.05)
    child.stop()
    child.stop()

    assert not any(map(is_alive, [*family(tmp_path), child.pid]))
    assert not (tmp_path / "tmp").exists()


def test_killing_the_supervisor_itself_ends_its_child(tmp_path):
    """The kernel tells the child; only on Linux."""
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    child = started(tmp_path, "import time; print(1, flush=True); time.sleep(600)")
    while not (tmp_path / "log").read_text().endswith("\n"):
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)

    assert child.wait(5) == -signal.SIGKILL
    child.stop()


def test_the_childs_status_is_the_commands(tmp_path):
    """And what it said is in the log."""
    child = started(tmp_path, "print('said'); raise SystemExit(3)")

    assert child.wait(10) == 3
    assert (tmp_path / "log").read_text() == "said\n"
    child.stop()


def test_who_watches_a_child_sees_when_nothing_of_it_is_left(tmp_path):
    """Not before: its folder goes first, and its supervisor last."""
    child = started(tmp_path)
    with children.watching(tmp_path / "tmp") as is_gone:
        while not (tmp_path / "log").read_text().endswith("\n"):
            assert not is_gone()
            time.sleep(0.05)
        child.release()
        os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while not is_gone():
            assert time.monotonic() < deadline
            time.sleep(0.001)

        assert not any(map(is_alive, family(tmp_path)))
        assert not (tmp_path / "tmp").exists()
    assert ended([child.pid], within_s=1)
