"""The contract of a view store, as cases that every adapter runs."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from darkroom.errors import InvalidRequest
from darkroom.ids import ImageRef
from darkroom.projections import (
    GalleryRow,
    ImageRow,
    OriginalRow,
    Reason,
    Usage,
    VariantRow,
    ViewStore,
)
from darkroom.testing.samples import OWNER, PROMISED, REF, RUN, another_image, at


def image_row(v: int = 1, ref: ImageRef = REF) -> ImageRow:
    """Return a full row, as of version `v`."""
    variant = VariantRow(
        key="k.jpg",
        digest="ab" * 32,
        byte_size=80_412,
        width=150,
        height=150,
        format="jpeg",
        media_type="image/jpeg",
    )
    missing = Reason(step="brand", code="no_room", facts={"limit": 1.5, "actual": None, "ü": "写"})
    return ImageRow(
        v=v,
        tenant=ref.tenant,
        image_id=ref.image_id,
        owner=OWNER,
        pipeline="photos",
        state="partial",
        uploaded_at=at(0),
        updated_at=at(v),
        run_id=RUN,
        original=OriginalRow(byte_size=4_204_816, format="jpeg", width=3000, height=2000),
        promised=PROMISED,
        variants={"thumbnail": variant},
        missing={"large": missing},
        reason=None,
    )


def gallery_row(
    number: int, *, v: int = 1, tenant: str = "main", owner: str = OWNER, second: int | None = None
) -> GalleryRow:
    """Return the row of image `number`, uploaded in that second unless another is given."""
    return GalleryRow(
        v=v,
        tenant=tenant,
        image_id=another_image(number).image_id,
        owner=owner,
        state="uploaded",
        uploaded_at=at(number if second is None else second),
        variants=("thumbnail",) * (number % 3),
        byte_size=1000 * number,
        variant_bytes=10 * number,
    )


def tombstone(number: int, *, v: int) -> GalleryRow:
    """Return the row of image `number`, which is gone."""
    return gallery_row(number, v=v).model_copy(update={"gone": True})


class ViewStoreCases:
    """Subclass it, and give a fixture `store` that makes an empty store for each test."""

    def test_an_image_never_projected_has_no_row(self, store: ViewStore) -> None:
        """None, not an error."""
        assert store.image(REF) is None

    def test_a_row_reads_back_as_it_was_put(self, store: ViewStore) -> None:
        """With every script, number and absence in it."""
        assert store.put_if_newer(image_row()) is True

        assert store.image(REF) == image_row()

    def test_a_newer_row_replaces_an_older_one(self, store: ViewStore) -> None:
        """Newer is by the version of the stream, never by time."""
        store.put_if_newer(image_row(v=9))

        assert store.put_if_newer(image_row(v=10)) is True
        assert store.image(REF) == image_row(v=10)

    @pytest.mark.parametrize("late", [1, 9, 10])
    def test_a_row_as_old_as_the_stored_one_changes_nothing(
        self, store: ViewStore, late: int
    ) -> None:
        """A late or repeated delivery cannot take a view back in time."""
        store.put_if_newer(image_row(v=10))

        assert store.put_if_newer(image_row(v=late)) is False
        assert store.image(REF) == image_row(v=10)

    def test_of_many_racing_versions_the_newest_stays(self, store: ViewStore) -> None:
        """Projectors on several shards may fold the same image at once."""
        versions = list(range(1, 25))
        random.Random(7).shuffle(versions)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda v: store.put_if_newer(image_row(v=v)), versions))

        assert store.image(REF) == image_row(v=24)

    def test_an_owner_without_images_has_an_empty_page(self, store: ViewStore) -> None:
        """No rows, and no cursor."""
        page = store.images_of("main", OWNER)

        assert (page.items, page.cursor) == ((), None)

    def test_images_are_listed_newest_first(self, store: ViewStore) -> None:
        """By time of upload; in one moment, by image id."""
        rows = [gallery_row(number, second=number // 2) for number in range(6)]
        for row in rows[::2] + rows[1::2]:
            store.put_if_newer(row)

        assert store.images_of("main", OWNER).items == tuple(reversed(rows))

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
    def test_pages_add_up_to_the_whole_list(self, store: ViewStore, limit: int) -> None:
        """Each row once, no page over the limit, and no cursor after the last row."""
        rows = [gallery_row(number) for number in range(6)]
        for row in rows:
            store.put_if_newer(row)

        seen: list[GalleryRow] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = store.images_of("main", OWNER, limit=limit, cursor=cursor)
            assert 0 < len(page.items) <= limit
            seen.extend(page.items)
            cursor, pages = page.cursor, pages + 1

        assert seen == list(reversed(rows))
        assert pages == -(-len(rows) // limit)

    def test_an_upload_while_paging_moves_nothing(self, store: ViewStore) -> None:
        """A cursor is a place in time, not a count of rows."""
        for number in range(4):
            store.put_if_newer(gallery_row(number))
        first = store.images_of("main", OWNER, limit=2)
        store.put_if_newer(gallery_row(9))

        second = store.images_of("main", OWNER, limit=2, cursor=first.cursor)

        assert second.items == (gallery_row(1), gallery_row(0))

    def test_owners_and_tenants_see_only_their_own(self, store: ViewStore) -> None:
        """Not even where one name begins with the other."""
        store.put_if_newer(gallery_row(1))
        store.put_if_newer(gallery_row(2, owner=f"{OWNER}0"))
        store.put_if_newer(gallery_row(3, tenant="main2"))

        assert store.images_of("main", OWNER).items == (gallery_row(1),)

    def test_an_image_that_is_gone_is_in_no_page(self, store: ViewStore) -> None:
        """Pages are as full as without it, also where many are gone in a row."""
        for number in range(8):
            store.put_if_newer(gallery_row(number))
        for number in (1, 3, 4, 5, 7):
            store.put_if_newer(tombstone(number, v=2))

        first = store.images_of("main", OWNER, limit=2)
        second = store.images_of("main", OWNER, limit=2, cursor=first.cursor)

        assert first.items == (gallery_row(6), gallery_row(2))
        assert (second.items, second.cursor) == ((gallery_row(0),), None)

    def test_images_are_listed_by_how_they_stand(self, store: ViewStore) -> None:
        """As they stand now; pages are as full as if there were no others."""
        for number in range(8):
            store.put_if_newer(gallery_row(number))
        for number in (0, 2, 3, 7):
            failed = gallery_row(number, v=2).model_copy(update={"state": "failed"})
            store.put_if_newer(failed)
        store.put_if_newer(tombstone(2, v=3))

        first = store.images_of("main", OWNER, state="failed", limit=2)
        second = store.images_of("main", OWNER, state="failed", limit=2, cursor=first.cursor)

        shown = [row.image_id for row in first.items + second.items]
        assert shown == [another_image(number).image_id for number in (7, 3, 0)]
        assert second.cursor is None
        assert len(store.images_of("main", OWNER, state="uploaded").items) == 4
        assert store.images_of("main", OWNER, state="complete").items == ()

    @pytest.mark.parametrize("late", [1, 2])
    def test_a_late_fold_does_not_bring_an_image_back(self, store: ViewStore, late: int) -> None:
        """Its tombstone stays, with the version that it was folded from."""
        store.put_if_newer(gallery_row(1))
        store.put_if_newer(tombstone(1, v=2))

        assert store.put_if_newer(gallery_row(1, v=late)) is False
        assert store.images_of("main", OWNER).items == ()

    def test_usage_counts_what_is_there(self, store: ViewStore) -> None:
        """The newest of each row once; nothing of what is gone, or somebody else's."""
        assert store.usage_of("main", OWNER) == Usage()
        for number in range(5):
            store.put_if_newer(gallery_row(number, v=2))
            store.put_if_newer(gallery_row(number, v=1))
        store.put_if_newer(tombstone(4, v=3))
        store.put_if_newer(gallery_row(9, owner=f"{OWNER}0"))
        store.put_if_newer(gallery_row(9, tenant="main2"))

        assert store.usage_of("main", OWNER) == Usage(
            images=4, image_bytes=6000, variants=3, variant_bytes=60
        )

    @pytest.mark.parametrize("limit", [-1, 0, 101])
    def test_a_page_of_no_or_too_many_rows_is_refused(self, store: ViewStore, limit: int) -> None:
        """With the limit and what was asked."""
        with pytest.raises(InvalidRequest) as raised:
            store.images_of("main", OWNER, limit=limit)

        assert (raised.value.code, raised.value.facts["actual"]) == ("bad_limit", limit)

    @pytest.mark.parametrize("cursor", ["", "x", "é", "bm8gcGxhY2U=", "=" * 9])
    def test_a_cursor_that_we_never_gave_is_refused(self, store: ViewStore, cursor: str) -> None:
        """It comes from outside: it is read, never trusted."""
        with pytest.raises(InvalidRequest) as raised:
            store.images_of("main", OWNER, cursor=cursor)

        assert raised.value.code == "bad_cursor"
