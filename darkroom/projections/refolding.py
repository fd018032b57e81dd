"""Refolding: an image that could not be folded waits in a queue of its own, and holds up nobody."""

from pydantic import BaseModel, ConfigDict

from darkroom.ids import ImageRef
from darkroom.projections.projector import NotProjected

_REASON = 500  # characters: for people, and in a queue


class Refold(BaseModel):
    """What waits in the queue: fold this image again, whatever its history is by then.

    It names no event and no place in a stream, so it can be sent again at any time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    image_id: str
    reason: str  # why it could not be folded, for people

    @property
    def ref(self) -> ImageRef:
        """The image to be folded."""
        return ImageRef(tenant=self.tenant, image_id=self.image_id)

    @classmethod
    def of(cls, failed: NotProjected) -> "Refold":
        """Return the message about an image whose views could not be brought up to date."""
        ref, error = failed.ref, failed.error
        reason = f"{type(error).__name__}: {error}"[:_REASON]
        return cls(tenant=ref.tenant, image_id=ref.image_id, reason=reason)
