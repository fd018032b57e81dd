"""How times and amounts are said to people; every time is UTC, as histories have it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta


def span(time: timedelta) -> str:
    """Return a stretch of time as exact as it matters: 412 ms, 93.4 s, 3 h 12 min, 26 h, 2 d."""
    seconds = time.total_seconds()
    if seconds < 10:
        return f"{round(seconds * 1000):,} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours == 0:
        return f"{minutes} min"
    if hours < 10:
        return f"{hours} h {minutes} min"
    if hours < 48:
        return f"{hours} h"
    return f"{round(seconds / 86400)} d"


def clock_time(moment: datetime) -> str:
    """Return a moment to the second: 2026-11-23 12:00:04 UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: a, b and c."""
    *first, last = names or ("nothing",)
    return f"{', '.join(first)} and {last}" if first else last


def counted(number: int, one: str) -> str:
    """Return a number of things: 1 message, 2 messages."""
    return f"{number:,} {one}" + ("" if number == 1 else "s")


def byte_size(number: int) -> str:
    """Return a number of bytes: 999 bytes, 80.4 kB, 4.2 MB."""
    if number < 1e3:
        return f"{number} bytes"
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.1f} kB"
