"""What a demo writes, and what it leaves alone."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich.console import Console

from darkroom.cli import demo
from darkroom.client import Api, Client, Image, Original, Reason
from darkroom.local.written import replaced


def test_only_what_a_demo_wrote_is_cleared(tmp_path: Path) -> None:
    """A rejected picture leaves no variants of another one, and is told with what can be done."""
    replaced(tmp_path, dict.fromkeys(("large.jpg", "thumbnail.png", "contact-sheet.png"), b"x"))
    for name in ("large.psd", "medium.jpg"):
        (tmp_path / name).write_bytes(b"somebody else's")
    rejected = Image(
        image_id="01ARZ3NDEKTSV4RRFFQ69G5FAV",
        version=3,
        state="rejected",
        uploaded_at=datetime(2026, 11, 23, tzinfo=UTC),
        original=Original(byte_size=0),
        variants={},
        missing={},
        reason=Reason(step="check", code="empty", facts={"limit": 1, "actual": 0}),
    )
    console = Console(record=True, file=StringIO())

    demo._fetched(Client(Api("")), rejected, tmp_path, console)

    assert {path.name for path in tmp_path.iterdir()} == {"large.psd", "medium.jpg"}
    assert console.export_text().splitlines() == [
        "no pictures: rejected, empty by check (limit 1, actual 0)",
        "Upload it again.",
    ]
