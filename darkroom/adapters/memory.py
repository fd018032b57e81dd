"""Stores in memory: for tests, and for runs without a cloud. Safe to share between threads.

They keep the same written forms as the DynamoDB stores: what those refuse, these do not take.
"""

import threading
from collections.abc import Iterator
from datetime import datetime

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended
from darkroom.history.appending import append
from darkroom.history.items import Item, from_item, to_item
from darkroom.ids import ImageRef
from darkroom.projections import GalleryRow, ImageRow, Page, Row
from darkroom.projections.paging import check_limit, page, place
from darkroom.projections.rows import gallery_partition, image_key


class MemoryEventStore:
    """An EventStore that lives as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[str, dict[int, Item]] = {}

    def load(self, ref: ImageRef) -> Stream:
        """Return the image's whole stream; see EventStore."""
        return Stream(ref, tuple(self.read(ref, after=0)))

    def append(
        self, stream: Stream, event: Event, context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `event` to `stream` as it was loaded; see EventStore."""
        return append(self, stream, event, context, at=at)

    def insert(self, ref: ImageRef, recorded: Recorded) -> Recorded | None:
        """Store `recorded` unless its version is taken; return what takes it, else None."""
        with self._lock:
            items = self._streams.setdefault(ref.stream, {})
            if recorded.version in items:
                return from_item(items[recorded.version])
            items[recorded.version] = to_item(ref, recorded)
            return None

    def read(self, ref: ImageRef, *, after: int) -> Iterator[Recorded]:
        """Yield the events with a version above `after`, in order."""
        with self._lock:
            items = dict(self._streams.get(ref.stream, {}))
        yield from (from_item(items[version]) for version in sorted(items) if version > after)


class MemoryViewStore:
    """A ViewStore that lives as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], tuple[int, str]] = {}  # key: version, row as JSON

    def put_if_newer(self, row: Row) -> bool:
        """Store `row` unless the stored one is as new; see ViewStore."""
        with self._lock:
            stored = self._rows.get(row.key)
            if stored is not None and stored[0] >= row.v:
                return False
            self._rows[row.key] = row.v, row.model_dump_json()
            return True

    def image(self, ref: ImageRef) -> ImageRow | None:
        """Return the image's row, if it was ever projected."""
        with self._lock:
            stored = self._rows.get(image_key(ref))
        return None if stored is None else ImageRow.model_validate_json(stored[1])

    def images_of(
        self, tenant: str, owner: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page:
        """Return a page of the owner's images, newest first; see ViewStore."""
        check_limit(limit)
        partition = gallery_partition(tenant, owner)
        below = None if cursor is None else place(cursor)
        with self._lock:
            rows = {sk: row for (pk, sk), (_, row) in self._rows.items() if pk == partition}
        keys = sorted((sk for sk in rows if below is None or sk < below), reverse=True)
        found = [GalleryRow.model_validate_json(rows[sk]) for sk in keys[: limit + 1]]
        return page(found, limit)
