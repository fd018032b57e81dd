"""Leaving: a user goes, and all of their images with them. Their histories stay, and say so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from darkroom.identity import Accounts
from darkroom.projections import MAX_LIMIT, ViewStore


class Deletion(Protocol):
    """What deletes an image, as its owner may have it done: darkroom.control does."""

    def delete(self, owner: str, image_id: str, request_id: str) -> None:
        """Delete the image and all that lies of it; asking again does no harm."""
        ...


@dataclass(frozen=True)
class Left:
    """How far it has come; until it is `done`, ask again."""

    images_deleted: int
    done: bool


@dataclass(frozen=True)
class Leaving:
    """Deletes what a user has, and the account last: until then they can ask again."""

    tenant: str
    views: ViewStore
    images: Deletion
    accounts: Accounts

    def leave(
        self, owner: str, token: str, request_id: str, *, may_go_on: Callable[[], bool]
    ) -> Left:
        """Delete the owner's images while `may_go_on`, and the account once none is listed.

        Views follow the history within seconds. So a call that has found images leaves the account
        alone: the next one may find those that had not been listed yet. Raises what `delete` does,
        and NotSignedIn for a token that is good no more.
        """
        deleted = 0
        for image_id in self._listed(owner):
            if not may_go_on():
                break
            self.images.delete(owner, image_id, request_id)
            deleted += 1
        else:
            if not deleted:
                self.accounts.delete(token)
                return Left(images_deleted=0, done=True)
        return Left(images_deleted=deleted, done=False)

    def _listed(self, owner: str) -> Iterator[str]:
        cursor: str | None = None
        while True:
            page = self.views.images_of(self.tenant, owner, limit=MAX_LIMIT, cursor=cursor)
            yield from (row.image_id for row in page.items)
            cursor = page.cursor
            if cursor is None:
                return
