"""What a demo writes, and what it leaves alone."""

from pathlib import Path

from rich.console import Console

from darkroom.cli import demo
from darkroom.local.client import Client


def test_only_what_a_demo_wrote_is_cleared(tmp_path: Path) -> None:
    """A rejected picture leaves no variants of another one; other people's files stay."""
    for name in ("large.jpg", "thumbnail.png", "contact-sheet.png", "large.psd", "notes.txt"):
        (tmp_path / name).write_bytes(b"something")
    rejected = {
        "state": "rejected",
        "variants": {},
        "reason": {"step": "check", "code": "empty", "facts": {"limit": 1, "actual": 0}},
    }

    demo._fetched(Client(""), rejected, ("thumbnail", "large"), tmp_path, Console(quiet=True))

    assert {path.name for path in tmp_path.iterdir()} == {"large.psd", "notes.txt"}
