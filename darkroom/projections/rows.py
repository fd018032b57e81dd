"""The rows of the views: each is a function of one stream, and says of which version of it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from darkroom.events import Facts, Instant, instant
from darkroom.ids import ImageRef
from darkroom.images import ImageState


class _Model(BaseModel):
    # A row may have been written by newer code than reads it; rows are made anew from the events.
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Reason(_Model):
    """Why something was refused, or could not be made."""

    step: str | None
    code: str
    facts: Facts


class OriginalRow(_Model):
    """The original; its format and size are known once it has been opened."""

    byte_size: int
    format: str | None = None
    width: int | None = None  # pixels, upright
    height: int | None = None
    frames: int | None = None
    alpha: bool | None = None


class VariantRow(_Model):
    """A variant that can be fetched."""

    key: str
    digest: str  # hex sha256 of the bytes
    byte_size: int
    width: int
    height: int
    format: str
    media_type: str


class ImageRow(_Model):
    """All that a user can ask of one image."""

    v: int  # the version of the stream that this row was folded from
    tenant: str
    image_id: str
    owner: str
    pipeline: str
    state: ImageState
    uploaded_at: Instant
    updated_at: Instant
    run_id: str | None
    original: OriginalRow
    promised: tuple[str, ...]
    variants: Mapping[str, VariantRow]  # those that exist; none of an image that ended without
    missing: Mapping[str, Reason]  # promised variants that could not be made
    reason: Reason | None  # why the image was rejected or failed

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key of the row."""
        return image_key(ImageRef(self.tenant, self.image_id))


class GalleryRow(_Model):
    """One image in the list of its owner's images."""

    v: int
    tenant: str
    image_id: str
    owner: str
    state: ImageState
    uploaded_at: Instant
    variants: tuple[str, ...]  # the names that can be fetched
    # Rows of before these were told count nothing, until they are folded anew.
    byte_size: int = 0  # of the original
    variant_bytes: int = 0  # of the variants that can be fetched
    gone: bool = False  # a tombstone: no list shows it, and no late fold brings the image back

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key of the row: within an owner, by time of upload."""
        partition = gallery_partition(self.tenant, self.owner)
        return partition, f"{instant(self.uploaded_at)}#{self.image_id}"


Row = ImageRow | GalleryRow


def image_key(ref: ImageRef) -> tuple[str, str]:
    """Return partition and sort key of an image's row."""
    return ref.stream, "view"


def gallery_partition(tenant: str, owner: str) -> str:
    """Return the partition of an owner's images."""
    return f"{tenant}#owner#{owner}"
