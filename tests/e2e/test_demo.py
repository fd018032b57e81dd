"""`make demo`, as a person runs it, and as a person breaks it off."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]


def _demo(out: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "darkroom", "demo", "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "DARKROOM_TEST_MARK": str(out)},
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


def _running_in(folders: set[str]) -> list[str]:
    """The command lines of processes that have such a cloud's folder as theirs."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                environment = (process / "environ").read_bytes().decode("utf-8", "replace")
                words = (process / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if any(f"/.local/{folder}" in environment + words for folder in folders):
                found.append(words.replace("\0", " "))
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
    sizes = {path.name: _size(path) for path in tmp_path.iterdir()}
    assert sizes["thumbnail.jpg"] == (150, 150)
    assert sizes["large.jpg"] == (1920, 1280)
    assert sizes["contact-sheet.png"][0] > 480
    assert _clouds() <= before


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after_s", [0.5, 4.0, 12.0], ids=["starting", "deploying", "deployed"])
def test_killing_the_demo_leaves_no_process_behind(
    tmp_path: Path, kill: signal.Signals, after_s: float
) -> None:
    """Wherever it is, and however it is killed."""
    before = _clouds()
    demo = _demo(tmp_path)
    time.sleep(after_s)
    started = _clouds() - before

    demo.send_signal(kill)
    demo.communicate(timeout=30)

    deadline = time.monotonic() + 20
    while (left := _running_in(started)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []
