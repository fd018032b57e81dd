"""A user leaves: every image of theirs is deleted first, and nobody else's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from darkroom.adapters.memory import MemoryViewStore
from darkroom.errors import NotFound
from darkroom.leaving import Leaving, Left
from darkroom.testing.samples import OWNER
from darkroom.testing.view_store import gallery_row

ELSE = "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1"  # another user


@dataclass
class Deletions:
    """Remembers what was deleted, for whom, and whose account was."""

    images: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)

    def delete(self, owner: str, image_id: str, request_id: str) -> None:
        if owner != OWNER:
            raise NotFound(image_id=image_id)
        self.images.append(image_id)


@dataclass
class Directory:
    """The directory, as far as leaving goes."""

    deleted: list[str]

    def delete(self, token: str) -> None:
        self.deleted.append(token)


@pytest.fixture
def views() -> MemoryViewStore:
    """The images 1 to 120 of one user, and another's."""
    views = MemoryViewStore()
    for number in range(1, 121):
        views.put_if_newer(gallery_row(number))
    views.put_if_newer(gallery_row(200, owner=ELSE))
    return views


@pytest.fixture
def deletions() -> Deletions:
    return Deletions()


def leave(
    views: MemoryViewStore,
    deletions: Deletions,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Left:
    accounts: Any = Directory(deletions.accounts)
    leaving = Leaving("main", views, deletions, accounts)
    return leaving.leave(OWNER, "token", "request", may_go_on=may_go_on)


def followed(views: MemoryViewStore, deletions: Deletions) -> None:
    """Let the views follow the histories."""
    for number in range(1, 121):
        row = gallery_row(number, v=2)
        if row.image_id in deletions.images:
            views.put_if_newer(row.model_copy(update={"gone": True}))


def test_the_account_goes_once_no_image_is_listed_any_more(
    views: MemoryViewStore, deletions: Deletions
) -> None:
    """All pages of the list are gone through; the images of others stay."""
    first = leave(views, deletions)
    followed(views, deletions)
    second = leave(views, deletions)

    assert first == Left(images_deleted=120, done=False)
    assert second == Left(images_deleted=0, done=True)
    assert len(set(deletions.images)) == 120
    assert deletions.accounts == ["token"]


def test_while_views_lag_the_account_stays(views: MemoryViewStore, deletions: Deletions) -> None:
    """What is deleted twice does no harm; who is still there can ask again."""
    again = [leave(views, deletions) for _ in range(2)]

    assert [left.done for left in again] == [False, False]
    assert deletions.accounts == []


def test_when_time_is_up_the_rest_waits_for_the_next_request(
    views: MemoryViewStore, deletions: Deletions
) -> None:
    """Each call gets further, and the last one deletes the account."""
    told: list[Left] = []
    while not told or not told[-1].done:
        told.append(leave(views, deletions, partial(next, iter([True] * 50), False)))
        followed(views, deletions)

    assert [each.images_deleted for each in told] == [50, 50, 20, 0]
    assert deletions.accounts == ["token"]


def test_a_call_without_time_deletes_nothing(views: MemoryViewStore, deletions: Deletions) -> None:
    """Least of all the account."""
    assert leave(views, deletions, lambda: False) == Left(images_deleted=0, done=False)
    assert deletions.accounts == []
