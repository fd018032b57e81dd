"""`make demo`, as a person runs it, and as a person breaks it off."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from darkroom.local.written import LIST

ROOT = Path(__file__).parents[2]


MARK = "DARKROOM_TEST_MARK"
# A shell's background jobs ignore SIGINT, and so would what they start.
HEARING_SIGINT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def _demo(out: Path, *command: str) -> "subprocess.Popen[str]":
    """Start the demo, with a mark in its environment and in that of what inherits it."""
    words = command or (sys.executable, "-m", "darkroom", "demo", "--out", str(out))
    return subprocess.Popen(
        [sys.executable, "-c", HEARING_SIGINT, *words],
        cwd=ROOT,
        env={**os.environ, MARK: str(out)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def _clouds() -> set[str]:
    """The folders of clouds that run or have left something."""
    return {path.name for path in (ROOT / ".local").glob("cloud-*")}


def _processes(words: set[str]) -> list[str]:
    """The command lines of processes that have one of these words in it, or in the environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            except OSError:
                continue
            if any(word.encode() in told for word in words):
                found.append(told.rpartition(b"\0\0")[2].decode("utf-8", "replace"))
    return found


def test_the_demo_shows_the_whole_history_and_writes_the_variants(tmp_path: Path) -> None:
    """Exit 0, seven events, three variants and a contact sheet; nothing is left running."""
    before = _clouds()
    demo = _demo(tmp_path)

    said, _ = demo.communicate(timeout=240)

    assert demo.returncode == 0, said
    for event in ("uploaded", "processing-started", "validated", "processing-completed"):
        assert event in said
    assert said.count("variant-rendered") == 3
    sizes = {path.name: _size(path) for path in tmp_path.iterdir() if path.name != LIST}
    assert sizes["thumbnail.jpg"] == (150, 150)
    assert sizes["large.jpg"] == (1920, 1280)
    assert sizes["contact-sheet.png"][0] > 480
    assert _clouds() <= before


def _starting(_: Path) -> bool:
    return True


def _deploying(home: Path) -> bool:
    return (home / "cdk.log").exists()


def _deployed(home: Path) -> bool:
    return (home / "outputs.json").exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("phase", [_starting, _deploying, _deployed])
def test_killing_the_demo_leaves_no_process_behind(
    tmp_path: Path, kill: signal.Signals, phase: Callable[[Path], bool]
) -> None:
    """Wherever it is, and however it is killed."""
    before = _clouds()
    demo = _demo(tmp_path)
    homes = _reached(phase, before, demo)

    demo.send_signal(kill)
    demo.communicate(timeout=30)

    assert _left({f"{MARK}={tmp_path}", *homes}) == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes in /proc")
def test_killing_make_ends_the_demo_with_it(tmp_path: Path) -> None:
    """`make` cannot tell its children when it is killed; they notice."""
    before = _clouds()
    make = _demo(tmp_path, "make", "demo")
    homes = _reached(_deploying, before, make)

    make.kill()
    make.communicate(timeout=30)

    assert _left({f"{MARK}={tmp_path}", *homes}) == []


def _reached(
    phase: Callable[[Path], bool], before: set[str], demo: "subprocess.Popen[str]"
) -> set[str]:
    """Wait until the demo has come so far; return the folders of its cloud."""
    deadline = time.monotonic() + 120
    while True:
        started = _clouds() - before
        if any(phase(ROOT / ".local" / name) for name in started):
            assert demo.poll() is None
            return {f"/.local/{name}" for name in started}
        assert time.monotonic() < deadline, "the demo did not come so far"
        time.sleep(0.05)


def _left(words: set[str]) -> list[str]:
    """The processes that are there after the time that ending takes."""
    deadline = time.monotonic() + 20
    while (left := _processes(words)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left
