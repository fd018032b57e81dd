"""The contract of an event store and a generation store together: views can be made anew."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pytest

from darkroom.history import EventStore
from darkroom.ids import ImageRef
from darkroom.projections import (
    CurrentViews,
    GalleryRow,
    Generations,
    GenerationStore,
    ImageRow,
    Usage,
    ViewStore,
    opened,
    project,
    rebuild,
    rows,
)
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, another_image, appended
from darkroom.testing.vandal import Vandal
from darkroom.testing.view_store import image_row

_HISTORY = samples.history()
REFS = tuple(another_image(number) for number in range(3))


def shown(generations: GenerationStore, refs: tuple[ImageRef, ...] = REFS) -> tuple[object, ...]:
    """Return all that the live generation shows of the images."""
    views = CurrentViews(generations)
    gallery = views.images_of("main", OWNER, limit=100).items
    return [views.image(ref) for ref in refs], gallery, views.usage_of("main", OWNER)


def folded(store: EventStore, refs: tuple[ImageRef, ...] = REFS) -> tuple[object, ...]:
    """Return all that should be shown of the images, by their histories."""
    found = [row for ref in refs for row in rows(store.load(ref))]
    gallery = sorted(
        (row for row in found if isinstance(row, GalleryRow) and not row.gone),
        key=lambda row: row.key,
        reverse=True,
    )
    images = {row.image_id: row for row in found if isinstance(row, ImageRow)}
    return (
        [images.get(ref.image_id) for ref in refs],
        tuple(gallery),
        _amount([row for row in images.values() if row.state != "deleted"]),
    )


def _amount(images: Collection[ImageRow]) -> Usage:
    """Sum what the owner's usage should be, not by the rows that the stores sum."""
    variants = [variant for image in images for variant in image.variants.values()]
    return Usage(
        images=len(images),
        image_bytes=sum(image.original.byte_size for image in images),
        variants=len(variants),
        variant_bytes=sum(variant.byte_size for variant in variants),
    )


@dataclass(frozen=True)
class Announcing:
    """Generations of which somebody is told something just before the next is announced."""

    kept: GenerationStore
    before: Callable[[], object]

    def current(self) -> Generations:
        """Return which there are."""
        return self.kept.current()

    def change(self, seen: Generations, then: Generations) -> bool:
        """Keep `then`, after what happens before it."""
        if then.building is not None:
            self.before()
        return self.kept.change(seen, then)

    def views(self, generation: int) -> ViewStore:
        """Return the views of one generation."""
        return self.kept.views(generation)

    def remove_before(self, generation: int) -> int:
        """Remove all rows of older generations."""
        return self.kept.remove_before(generation)


class RebuildCases:
    """Subclass it, and give fixtures, empty for each test: `store`, its `vandal`, `generations`."""

    def test_of_nothing_nothing_is_made_and_shown(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """An empty generation is live; there is no harm in that."""
        done = rebuild(store, generations)

        assert (done.outcome, done.images, done.failed) == ("live", 0, ())
        assert generations.current() == Generations(live=2, building=None, made=2)

    def test_rows_that_no_fold_would_make_are_gone_afterwards(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """An older fold wrote them, or nobody knows who: not even a newer version protects them."""
        for ref in REFS:
            appended(store, *_HISTORY, ref=ref)
        opened(generations).put_if_newer(image_row(v=99, ref=REFS[0]))
        told: list[tuple[int, int]] = []

        done = rebuild(store, generations, told=lambda *counts: told.append(counts))

        assert (done.outcome, done.images, done.generation) == ("live", 3, 2)
        assert told == [(1, 3), (2, 3), (3, 3)]
        assert shown(generations) == folded(store)
        assert generations.remove_before(done.generation) == 1

    def test_what_happens_meanwhile_is_shown_before_and_after(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """Events of images already folded, of those still to come, and of a new one."""
        for ref in REFS[:2]:
            appended(store, *_HISTORY[:2], ref=ref)

        def meanwhile(_: int, __: int) -> None:
            for ref in REFS:
                appended(store, _HISTORY[len(store.load(ref).events)], ref=ref)
                project([ref], store, opened(generations))
            assert shown(generations) == folded(store)
            assert generations.current().live == 1

        rebuild(store, generations, told=meanwhile, at_once=1)

        assert generations.current().live == 2
        assert shown(generations) == folded(store)

    def test_an_image_that_came_just_before_the_announcement_is_not_lost(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """Its projector knew of the old generation only: the rebuild has to read it, and so does.

        That is why images are looked for after the announcement, and not before.
        """

        def before() -> None:
            appended(store, *_HISTORY, ref=REFS[0])
            project(REFS[:1], store, opened(generations))

        done = rebuild(store, Announcing(generations, before))

        assert (done.outcome, done.images) == ("live", 1)
        assert shown(generations) == folded(store)

    def test_a_projector_that_asked_before_the_announcement_may_come_last(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """It was told, and asked which generations there are; it writes when all is over."""
        appended(store, *_HISTORY, ref=REFS[0])
        late = opened(generations)

        done = rebuild(store, generations)
        project(REFS[:1], store, late)

        assert shown(generations) == folded(store)
        assert generations.remove_before(done.generation) == 2

    def test_breaking_off_leaves_what_is_shown_as_it_was(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """The next rebuild takes another number, so that nothing left behind gets into it."""
        for ref in REFS:
            appended(store, *_HISTORY, ref=ref)
            project([ref], store, opened(generations))
        before = shown(generations)

        def interrupt(done: int, _: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rebuild(store, generations, told=interrupt)

        assert generations.current() == Generations(live=1, building=None, made=2)
        assert shown(generations) == before
        assert rebuild(store, generations).generation == 3
        assert shown(generations) == before

    def test_a_killed_rebuild_only_costs_writes_until_the_next(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """It could not give its generation up; the next begins one instead."""
        generations.change(generations.current(), generations.current().with_next())
        appended(store, *_HISTORY, ref=REFS[0])
        project(REFS[:1], store, opened(generations))

        done = rebuild(store, generations)

        assert (done.generation, done.outcome) == (3, "live")
        assert shown(generations) == folded(store)
        assert generations.remove_before(done.generation) == 4

    def test_of_two_rebuilds_at_once_the_later_is_shown(
        self, store: EventStore, generations: GenerationStore
    ) -> None:
        """Neither waits for the other; the earlier finds that it was overtaken."""
        for ref in REFS:
            appended(store, *_HISTORY, ref=ref)
        later: list[int] = []

        def overtake(done: int, _: int) -> None:
            if done == 2:
                later.append(rebuild(store, generations).generation)

        earlier = rebuild(store, generations, told=overtake, at_once=1)

        assert (earlier.generation, earlier.outcome, later) == (2, "overtaken", [3])
        assert generations.current() == Generations(live=3, building=None, made=3)
        assert shown(generations) == folded(store)

    def test_what_cannot_be_folded_keeps_the_new_generation_from_being_shown(
        self, store: EventStore, vandal: Vandal, generations: GenerationStore
    ) -> None:
        """The row of before the damage is better than none, unless the operator says otherwise."""
        for ref in REFS:
            appended(store, *_HISTORY, ref=ref)
            project([ref], store, opened(generations))
        before = shown(generations)
        vandal.remove(REFS[1], 2)

        done = rebuild(store, generations)

        assert (done.outcome, [each.ref for each in done.failed]) == ("abandoned", [REFS[1]])
        assert shown(generations) == before
        without = rebuild(store, generations, despite_failures=True)
        assert (without.outcome, len(without.failed)) == ("live", 1)
        assert [CurrentViews(generations).image(ref) is None for ref in REFS] == [
            False,
            True,
            False,
        ]
