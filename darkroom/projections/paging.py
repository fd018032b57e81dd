"""Pages of a list: a cursor is the place of the last row that was given, nothing secret in it."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from darkroom.errors import InvalidRequest
from darkroom.projections.rows import GalleryRow

MAX_LIMIT = 100  # some 40 KB of rows
_PLACE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[0-9A-Z]{26}")


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the cursor of what follows; None where nothing does."""

    items: tuple[GalleryRow, ...]
    cursor: str | None


def check_limit(limit: int) -> None:
    """Raise InvalidRequest("bad_limit") for a page of less than one row, or too many."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidRequest("bad_limit", limit=MAX_LIMIT, actual=limit)


def place(cursor: str) -> str:
    """Return the sort key that `cursor` stands for; raises InvalidRequest("bad_cursor")."""
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("bad_cursor") from error
    if not _PLACE.fullmatch(text):
        raise InvalidRequest("bad_cursor")
    return text


def page(rows: Sequence[GalleryRow], limit: int) -> Page:
    """Return the page of the first `limit` of `rows`, which may be one more to tell of the rest."""
    shown = tuple(rows[:limit])
    if len(rows) <= limit:
        return Page(shown, None)
    return Page(shown, base64.urlsafe_b64encode(shown[-1].key[1].encode()).decode())
