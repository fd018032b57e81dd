"""Locks say what is installed by its hash, and nothing of where it was found."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = [
    *sorted((ROOT / "requirements").glob("*.txt")),
    ROOT / "package-lock.json",
    ROOT / "bench" / "package-lock.json",
]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_names_hashes_and_no_address(lock: Path) -> None:
    """So it serves whichever index a machine uses."""
    text = lock.read_text("utf-8")

    assert re.findall(r"\w+://\S+", text) == []
    assert "sha256:" in text or '"integrity": "sha512-' in text
