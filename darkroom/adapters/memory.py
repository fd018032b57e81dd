"""Stores in memory: for tests, and for runs without a cloud. Safe to share between threads.

They keep the same written forms as the DynamoDB stores: what those refuse, these do not take.
"""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from darkroom.events import Context, Event, Recorded, Stream
from darkroom.history import AlreadyAppended, Appended, Units
from darkroom.history.appending import append, read_on
from darkroom.history.capacity import Meter
from darkroom.history.items import Item, from_item, to_item
from darkroom.ids import ImageRef
from darkroom.images import ImageState
from darkroom.projections import GalleryRow, Generations, ImageRow, Page, Row, Usage, usage
from darkroom.projections.paging import check_limit, page, place
from darkroom.projections.rows import gallery_partition, image_key


class MemoryEventStore:
    """An EventStore that lives as long as the process. It counts units as DynamoDB would."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[str, dict[int, Item]] = {}
        self._meter = Meter()

    @property
    def spent(self) -> Units:
        """The units of capacity spent; see EventStore."""
        return self._meter.spent

    def load(self, ref: ImageRef) -> Stream:
        """Return the image's whole stream; see EventStore."""
        return read_on(self, Stream(ref))

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        """Append `events` to `stream` as it was loaded; see EventStore."""
        return append(self, stream, events, context, at=at)

    def insert(self, ref: ImageRef, recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...] | None:
        """Store `recorded`, all or none, unless a version is taken; return what takes it."""
        fresh = {each.version: to_item(ref, each) for each in recorded}
        self._meter.count_write(tuple(fresh.values()))
        with self._lock:
            items = self._streams.setdefault(ref.stream, {})
            taken = [items[version] for version in fresh if version in items]
            if not taken:
                items.update(fresh)
        return tuple(map(from_item, taken)) if taken else None

    def read(
        self,
        ref: ImageRef,
        *,
        after: int = 0,
        up_to: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Recorded]:
        """Yield events of the stream; see EventStore."""
        with self._lock:
            items = dict(self._streams.get(ref.stream, {}))
        versions = sorted(
            (each for each in items if after < each and (up_to is None or each <= up_to)),
            reverse=newest_first,
        )
        found = [items[version] for version in versions[:limit]]
        self._meter.count_read(found)
        yield from map(from_item, found)

    def refs(self) -> Iterator[ImageRef]:
        """Yield every image that has a history; see EventStore."""
        with self._lock:
            streams = [stream for stream, items in self._streams.items() if items]
        yield from map(ImageRef.of_stream, streams)


class MemoryViewStore:
    """A ViewStore that lives as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], tuple[int, str]] = {}  # key: version, row as JSON

    @property
    def count(self) -> int:
        """How many rows there are."""
        with self._lock:
            return len(self._rows)

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
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Return a page of the owner's images, newest first; see ViewStore."""
        check_limit(limit)
        partition = gallery_partition(tenant, owner)
        below = None if cursor is None else place(cursor)
        with self._lock:
            rows = {sk: row for (pk, sk), (_, row) in self._rows.items() if pk == partition}
        keys = sorted((sk for sk in rows if below is None or sk < below), reverse=True)
        found = (GalleryRow.model_validate_json(rows[sk]) for sk in keys)
        shown = (row for row in found if not row.gone and state in (None, row.state))
        return page(tuple(islice(shown, limit + 1)), limit)

    def usage_of(self, tenant: str, owner: str) -> Usage:
        """Return what the owner's images amount to; see ViewStore."""
        partition = gallery_partition(tenant, owner)
        with self._lock:
            rows = [row for (pk, _), (_, row) in self._rows.items() if pk == partition]
        return usage(map(GalleryRow.model_validate_json, rows))


class MemoryGenerations:
    """A GenerationStore that lives as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = Generations()
        self._views: dict[int, MemoryViewStore] = {}

    def current(self) -> Generations:
        """Return which generations there are; see GenerationStore."""
        with self._lock:
            return self._kept

    def change(self, seen: Generations, then: Generations) -> bool:
        """Keep `then`, if `seen` is what is kept; see GenerationStore."""
        with self._lock:
            if self._kept != seen:
                return False
            self._kept = then
            return True

    def views(self, generation: int) -> MemoryViewStore:
        """Return the views of one generation; see GenerationStore."""
        with self._lock:
            return self._views.setdefault(generation, MemoryViewStore())

    def remove_before(self, generation: int) -> int:
        """Remove all rows of older generations; see GenerationStore."""
        with self._lock:
            old = [number for number in self._views if number < generation]
            return sum(self._views.pop(number).count for number in old)
