"""Retrieval: a user sees their own images, and of others' not even that they exist."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from darkroom.adapters.memory import MemoryEventStore, MemoryViewStore
from darkroom.errors import InvalidRequest, NotFound
from darkroom.events import Event
from darkroom.ids import ImageRef
from darkroom.projections import project
from darkroom.retrieval import LINK_LIFE, Retrieval
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, another_image, appended

ELSE = "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1"  # another user
UNKNOWN = another_image(1).image_id


@dataclass
class FakeLinks:
    """Remembers what it was asked to sign."""

    asked: list[tuple[str, str, str, str, timedelta]] = field(default_factory=list)

    def get(
        self, key: str, *, media_type: str, file_name: str, disposition: str, life: timedelta
    ) -> str:
        self.asked.append((key, media_type, file_name, disposition, life))
        return f"https://variants.example/{key}"


@pytest.fixture
def links() -> FakeLinks:
    return FakeLinks()


@pytest.fixture
def history() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def views() -> MemoryViewStore:
    return MemoryViewStore()


@pytest.fixture
def retrieval(history: MemoryEventStore, views: MemoryViewStore, links: FakeLinks) -> Retrieval:
    return Retrieval("main", views, history, links)


@pytest.fixture
def happened(history: MemoryEventStore, views: MemoryViewStore) -> Callable[..., None]:
    """Let events happen to an image, and the views follow."""

    def happen(*events: Event, ref: ImageRef = REF) -> None:
        appended(history, *events, ref=ref)
        project([ref], history, views)

    return happen


def test_an_owner_sees_their_image_its_events_and_links(
    retrieval: Retrieval, happened: Callable[..., None], links: FakeLinks
) -> None:
    """The link serves the variant under its media type and a telling name, for five minutes."""
    happened(*samples.history())

    assert retrieval.image(OWNER, REF.image_id).state == "complete"
    assert [each.event for each in retrieval.events(OWNER, REF.image_id)] == [*samples.history()]
    url, variant = retrieval.link(OWNER, REF.image_id, "medium")
    assert url == f"https://variants.example/{variant.key}"
    assert links.asked == [
        (variant.key, "image/jpeg", f"{REF.image_id}-medium.jpg", "inline", LINK_LIFE),
    ]


def test_all_variants_are_linked_to_at_once(
    retrieval: Retrieval, happened: Callable[..., None], links: FakeLinks
) -> None:
    """Each as the view has it; none of an image that offers none."""
    happened(*samples.history()[:1])
    assert retrieval.links_to_all(OWNER, REF.image_id) == {}
    happened(*samples.history()[1:])

    linked = retrieval.links_to_all(OWNER, REF.image_id)

    assert {name: row for name, (_, row) in linked.items()} == dict(
        retrieval.image(OWNER, REF.image_id).variants
    )
    assert [file_name for _, _, file_name, *_ in links.asked] == [
        f"{REF.image_id}-{name}.jpg" for name in samples.PROMISED
    ]


def test_an_admin_sees_anybodys(retrieval: Retrieval, happened: Callable[..., None]) -> None:
    """The image and its history; of one that never was, nothing either."""
    happened(*samples.history())

    assert retrieval.any_image(REF.image_id) == retrieval.image(OWNER, REF.image_id)
    assert retrieval.any_events(REF.image_id) == retrieval.events(OWNER, REF.image_id)
    for unknown in (UNKNOWN, "x"):
        with pytest.raises(NotFound):
            retrieval.any_image(unknown)
        with pytest.raises(NotFound):
            retrieval.any_events(unknown)


@pytest.mark.parametrize("image_id", [REF.image_id, UNKNOWN, "", "x", REF.image_id.lower(), "../x"])
def test_a_foreign_image_is_an_unknown_image(
    retrieval: Retrieval, happened: Callable[..., None], links: FakeLinks, image_id: str
) -> None:
    """One error, that tells nothing but what was asked; so for text that is no id at all."""
    happened(*samples.history())
    questions: tuple[Callable[[], object], ...] = (
        lambda: retrieval.image(ELSE, image_id),
        lambda: retrieval.events(ELSE, image_id),
        lambda: retrieval.link(ELSE, image_id, "medium"),
        lambda: retrieval.link(ELSE, image_id, "no-such-variant"),
        lambda: retrieval.links_to_all(ELSE, image_id),
    )

    for question in questions:
        with pytest.raises(NotFound) as raised:
            question()
        assert raised.value.facts == {"image_id": image_id}
    assert links.asked == []


def test_an_image_of_another_tenant_is_unknown(
    history: MemoryEventStore, views: MemoryViewStore, links: FakeLinks
) -> None:
    """Even to its owner: deployments are apart."""
    appended(history, *samples.history())
    project([REF], history, views)
    elsewhere = Retrieval("main2", views, history, links)

    with pytest.raises(NotFound):
        elsewhere.image(OWNER, REF.image_id)
    with pytest.raises(NotFound):
        elsewhere.events(OWNER, REF.image_id)
    assert elsewhere.images(OWNER).items == ()


@pytest.mark.parametrize("name", ["medium", "brand", "", "photos/main/x.jpg"])
def test_there_is_no_link_to_a_variant_that_does_not_exist_yet(
    retrieval: Retrieval, happened: Callable[..., None], name: str
) -> None:
    """Nor to one that was never promised."""
    happened(*samples.history()[:4])

    assert retrieval.link(OWNER, REF.image_id, "thumbnail")
    with pytest.raises(NotFound) as raised:
        retrieval.link(OWNER, REF.image_id, name)
    assert raised.value.facts == {"image_id": REF.image_id, "variant": name}


def test_an_image_and_its_events_are_there_before_the_view_is(
    retrieval: Retrieval, history: MemoryEventStore
) -> None:
    """Nobody waits for a projection to see what they have uploaded; nobody else sees it."""
    appended(history, samples.uploaded())

    assert len(retrieval.events(OWNER, REF.image_id)) == 1
    assert retrieval.image(OWNER, REF.image_id).state == "uploaded"
    with pytest.raises(NotFound):
        retrieval.image("somebody", REF.image_id)


def test_images_come_in_pages_newest_first(
    retrieval: Retrieval, happened: Callable[..., None]
) -> None:
    """The cursor leads on; a limit or cursor that cannot be is refused."""
    refs = [another_image(number) for number in range(3)]
    for ref in refs:
        happened(samples.uploaded(), ref=ref)

    first = retrieval.images(OWNER, limit=2)
    second = retrieval.images(OWNER, limit=2, cursor=first.cursor)

    assert [row.image_id for row in (*first.items, *second.items)] == [
        ref.image_id for ref in reversed(refs)
    ]
    assert second.cursor is None
    assert retrieval.images(ELSE).items == ()
    with pytest.raises(InvalidRequest):
        retrieval.images(OWNER, limit=0)
    with pytest.raises(InvalidRequest):
        retrieval.images(OWNER, cursor="no place")
