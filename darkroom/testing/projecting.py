"""The contract of an event store and a view store together: views are folds, whatever arrives."""

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from darkroom.errors import BrokenStream
from darkroom.events import Event
from darkroom.history import EventStore
from darkroom.ids import ImageRef
from darkroom.images import ImageState
from darkroom.projections import GalleryRow, ImageRow, Page, Row, Usage, ViewStore, project, rows
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, another_image, appended
from darkroom.testing.vandal import Vandal

_HISTORY = samples.history()
_REFS = [another_image(number) for number in range(6)]


@dataclass
class _Crashes:
    """A view store whose projector is killed once a row is written, before it can say so."""

    views: ViewStore
    writes_until: int

    def put_if_newer(self, row: Row) -> bool:
        stored = self.views.put_if_newer(row)
        self.writes_until -= 1
        if self.writes_until == 0:
            raise KeyboardInterrupt
        return stored

    def image(self, ref: ImageRef) -> ImageRow | None:
        return self.views.image(ref)

    def images_of(
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        return self.views.images_of(tenant, owner, state=state, limit=limit, cursor=cursor)

    def usage_of(self, tenant: str, owner: str) -> Usage:
        return self.views.usage_of(tenant, owner)


def _shown(views: ViewStore, refs: Iterable[ImageRef]) -> tuple[object, object]:
    return [views.image(ref) for ref in refs], views.images_of("main", OWNER, limit=100).items


def _folded(store: EventStore, refs: Iterable[ImageRef]) -> tuple[object, object]:
    found = [row for ref in refs for row in rows(store.load(ref))]
    gallery = [row for row in found if isinstance(row, GalleryRow)]
    gallery.sort(key=lambda row: row.key, reverse=True)
    return [row for row in found if isinstance(row, ImageRow)], tuple(gallery)


def _version(views: ViewStore, ref: ImageRef = REF) -> int:
    row = views.image(ref)
    return row.v if row else 0


class ProjectionCases:
    """Subclass it, and give fixtures, empty for each test: `store`, its `vandal`, `views`.

    And `other_views`, a second view store beside `views`.
    """

    def test_of_nothing_nothing_is_shown(self, store: EventStore, views: ViewStore) -> None:
        """No hints, and hints of a stream that nobody has begun. (Case 28.)"""
        assert project([], store, views) == ()
        assert project([REF], store, views) == ()
        assert views.image(REF) is None

    @pytest.mark.parametrize(
        "deliveries",
        [
            [[1], [2], [3], [4], [5], [6], [7]],
            [[1, 2, 3], [2, 3, 4], [3, 4, 5, 6, 7]],
            [[1, 1, 1], [7, 7], [7]],
            [[7, 6, 5], [4, 3, 2, 1]],
            [[1, 2, 6, 7], [3, 4, 5]],
            [[5, 6, 7], [1, 2, 3, 4]],
        ],
        ids=["one by one", "overlapping", "repeated", "backwards", "with a gap", "beginning last"],
    )
    def test_whatever_is_delivered_shows_all_that_there_is(
        self, store: EventStore, views: ViewStore, deliveries: list[list[int]]
    ) -> None:
        """A record is a hint: the whole stream is folded at each. (Cases 28 and 30.)"""
        for delivered in deliveries:
            newest = max(delivered)
            appended(store, *_HISTORY[store.load(REF).version : newest])
            project([REF for _ in delivered], store, views)
            assert _version(views) == store.load(REF).version

        assert _shown(views, [REF]) == _folded(store, [REF])

    def test_a_projector_that_begins_in_the_middle_catches_up(
        self, store: EventStore, views: ViewStore
    ) -> None:
        """What came before it was there is in the stream. (Case 29.)"""
        appended(store, *_HISTORY[:4])
        appended(store, *_HISTORY[4:5])

        project([REF], store, views)

        assert _version(views) == 5
        assert _shown(views, [REF]) == _folded(store, [REF])

    def test_an_older_fold_that_comes_late_changes_nothing(
        self, store: EventStore, views: ViewStore
    ) -> None:
        """It was read before the newest event, and written after. (Case 30.)"""
        late = rows(appended(store, *_HISTORY[:3]))
        appended(store, *_HISTORY[3:])
        project([REF], store, views)

        assert [views.put_if_newer(row) for row in late] == [False, False]
        assert _shown(views, [REF]) == _folded(store, [REF])

    @pytest.mark.parametrize("written", [1, 2])
    def test_a_projector_killed_between_its_writes_is_made_good_by_the_next(
        self, store: EventStore, views: ViewStore, written: int
    ) -> None:
        """One row is newer than the other for so long, and none is wrong. (Case 31.)"""
        appended(store, *_HISTORY)
        with pytest.raises(KeyboardInterrupt):
            project([REF], store, _Crashes(views, writes_until=written))

        project([REF], store, views)

        assert _shown(views, [REF]) == _folded(store, [REF])

    def test_a_poisoned_image_stops_no_other_and_is_healed(
        self, store: EventStore, vandal: Vandal, views: ViewStore
    ) -> None:
        """It comes back by name; once its history is mended, so is its view. (Case 32.)"""
        for ref in _REFS[:3]:
            appended(store, *_HISTORY, ref=ref)
        good = vandal.look(_REFS[1], 2)
        vandal.remove(_REFS[1], 2)

        (failed,) = project(_REFS[:3], store, views)

        assert failed.ref == _REFS[1]
        assert isinstance(failed.error, BrokenStream)
        assert [_version(views, ref) for ref in _REFS[:3]] == [7, 0, 7]
        vandal.put(good)
        assert project([failed.ref], store, views) == ()
        assert _shown(views, _REFS[:3]) == _folded(store, _REFS[:3])

    def test_folding_all_anew_beside_the_live_projector_is_the_same(
        self, store: EventStore, views: ViewStore
    ) -> None:
        """Both write over older rows only, so neither waits for the other. (Case 33.)"""

        def live(ref: ImageRef) -> None:
            for event in _HISTORY:
                appended(store, event, ref=ref)
                project([ref], store, views)

        def anew(_: int) -> None:
            project(store.refs(), store, views)

        with ThreadPoolExecutor(6) as pool:
            told = [pool.submit(live, ref) for ref in _REFS[:3]]
            told += [pool.submit(anew, number) for number in range(6)]
        for each in told:
            each.result()

        assert _shown(views, _REFS[:3]) == _folded(store, _REFS[:3])

    def test_views_made_anew_equal_those_that_grew(
        self, store: EventStore, views: ViewStore, other_views: ViewStore
    ) -> None:
        """Row by row: nothing is in a view that is not in the history. (Case 34.)"""
        for number, ref in enumerate(_REFS):
            for event in _HISTORY[: number + 2]:
                appended(store, event, ref=ref)
                project([ref], store, views)

        project(store.refs(), store, other_views)

        assert _shown(other_views, _REFS) == _shown(views, _REFS) == _folded(store, _REFS)

    @pytest.mark.parametrize("seed", range(3))
    def test_any_order_repetition_and_loss_of_deliveries_ends_in_the_fold(
        self, store: EventStore, views: ViewStore, seed: int
    ) -> None:
        """While the newest record of each image arrives. (Case 35.)"""
        chance = random.Random(seed)
        pending: list[ImageRef] = []
        told: list[tuple[ImageRef, Event]] = [(ref, each) for each in _HISTORY for ref in _REFS[:3]]
        for ref, event in told:
            appended(store, event, ref=ref)
            pending.extend([ref] * chance.choice([0, 1, 1, 2]))
            chance.shuffle(pending)
            project([pending.pop() for _ in pending[::2]], store, views)

        newest = [ref for ref in _REFS[:3] for _ in range(2)]
        chance.shuffle(newest)
        project(newest, store, views)

        assert _shown(views, _REFS[:3]) == _folded(store, _REFS[:3])
