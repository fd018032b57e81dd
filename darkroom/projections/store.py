"""The view store: what every adapter keeps, and what it answers."""

from typing import Protocol

from darkroom.ids import ImageRef
from darkroom.images import ImageState
from darkroom.projections.paging import Page
from darkroom.projections.rows import ImageRow, Row
from darkroom.projections.usage import Usage


class ViewStore(Protocol):
    """Rows, each kept at the newest version of its stream that was ever put.

    Rows are never deleted: a late put of an older version would otherwise bring one back. That of
    an image which is gone is a tombstone, which lists and usage leave out.
    """

    def put_if_newer(self, row: Row) -> bool:
        """Store `row` unless the stored one is as new; return whether it was stored."""
        ...

    def image(self, ref: ImageRef) -> ImageRow | None:
        """Return the image's row; None for an image that was never projected."""
        ...

    def images_of(
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Return at most `limit` (1 to 100) of the owner's images, newest first.

        With `state`, only those that stand so; the others are read all the same. `cursor` is that
        of the page before. Raises InvalidRequest, "bad_limit" or "bad_cursor".
        """
        ...

    def usage_of(self, tenant: str, owner: str) -> Usage:
        """Return what the owner's images amount to. It reads all rows of the owner's gallery."""
        ...
