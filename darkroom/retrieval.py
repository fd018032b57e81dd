"""Retrieval: what a user may see of their own images. A foreign image is an unknown image."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from darkroom.errors import NotFound
from darkroom.history import EventStore, Recorded
from darkroom.ids import ImageRef, valid_image_id
from darkroom.images import ImageState, fold
from darkroom.projections import ImageRow, Page, Usage, VariantRow, ViewStore, image_row

LINK_LIFE = timedelta(minutes=5)
PAGE_SIZE = 50

Disposition = Literal["inline", "attachment"]
"""Whether a browser shows what a link leads to, or saves it."""


class Links(Protocol):
    """What signs a link to a variant."""

    def get(
        self,
        key: str,
        *,
        media_type: str,
        file_name: str,
        disposition: Disposition,
        life: timedelta,
    ) -> str:
        """Return a link to the object that serves it as `media_type`, for `life`."""
        ...


@dataclass(frozen=True)
class Retrieval:
    """Answers a user's questions, from the views and, for the events, from the history."""

    tenant: str
    views: ViewStore
    history: EventStore
    links: Links

    def images(
        self,
        owner: str,
        limit: int = PAGE_SIZE,
        cursor: str | None = None,
        state: ImageState | None = None,
    ) -> Page:
        """Return a page of the owner's images, newest first, or of those that stand as `state`."""
        return self.views.images_of(self.tenant, owner, state=state, limit=limit, cursor=cursor)

    def usage(self, owner: str) -> Usage:
        """Return what the owner's images amount to: as of the views, as `images` is."""
        return self.views.usage_of(self.tenant, owner)

    def image(self, owner: str, image_id: str) -> ImageRow:
        """Return the image as its view shows it; until there is one, as its history tells.

        Raises NotFound for an unknown image and a foreign one, and for one that was granted but
        has not arrived.
        """
        row = self.any_image(image_id)
        if row.owner != owner:
            raise NotFound(image_id=image_id)
        return row

    def any_image(self, image_id: str) -> ImageRow:
        """Return the image as `image` does, whoever its owner is: for admins only."""
        ref = self._ref(image_id)
        row = self.views.image(ref) or image_row(self.history.load(ref))
        if row is None:
            raise NotFound(image_id=image_id)
        return row

    def events(self, owner: str, image_id: str) -> tuple[Recorded, ...]:
        """Return the image's whole history, oldest first; NotFound as for `image`."""
        stream = self.history.load(self._ref(image_id))
        image = fold(stream)
        if image is None or image.owner != owner:
            raise NotFound(image_id=image_id)
        return stream.events

    def any_events(self, image_id: str) -> tuple[Recorded, ...]:
        """Return the history as `events` does, whoever the image's owner is: for admins only."""
        stream = self.history.load(self._ref(image_id))
        if not stream.events:
            raise NotFound(image_id=image_id)
        return stream.events

    def link(
        self, owner: str, image_id: str, name: str, disposition: Disposition = "inline"
    ) -> tuple[str, VariantRow]:
        """Return a short-lived link to a variant, and the variant.

        Raises NotFound for an image as above, for a name that was not promised, and for a
        variant that does not exist (yet).
        """
        variant = self.image(owner, image_id).variants.get(name)
        if variant is None:
            raise NotFound(image_id=image_id, variant=name)
        return self._link(image_id, name, variant, disposition), variant

    def links_to_all(self, owner: str, image_id: str) -> Mapping[str, tuple[str, VariantRow]]:
        """Return a link to each variant that exists, and the variant; NotFound as for `image`."""
        variants = self.image(owner, image_id).variants
        return {
            name: (self._link(image_id, name, variant, "inline"), variant)
            for name, variant in variants.items()
        }

    def _link(self, image_id: str, name: str, variant: VariantRow, disposition: Disposition) -> str:
        extension = variant.key.rsplit(".", 1)[-1]
        return self.links.get(
            variant.key,
            media_type=variant.media_type,
            file_name=f"{image_id}-{name}.{extension}",
            disposition=disposition,
            life=LINK_LIFE,
        )

    def _ref(self, image_id: str) -> ImageRef:
        if not valid_image_id(image_id):
            raise NotFound(image_id=image_id)
        return ImageRef(self.tenant, image_id)
