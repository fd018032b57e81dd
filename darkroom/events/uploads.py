"""Events of the upload: an image's stream begins with the first object under its key."""

from typing import Annotated, ClassVar

from annotated_types import MinLen

from darkroom.events.base import Count, Event, Text


class ImageUploaded(Event):
    """The original arrived in the input bucket; from now on the image exists."""

    type: ClassVar[str] = "image.uploaded"

    pipeline: Text  # what it was uploaded for
    owner: Text  # the Cognito sub, never a name
    bucket: Text
    key: Text
    version_id: Text  # the object version that every run is pinned to
    etag: Text
    byte_size: Count

    def dedup_key(self) -> str:
        """One fact for each object version, whichever way it is announced."""
        return f"upload:{self.version_id}"


class ReuploadIgnored(Event):
    """A second object version arrived under the same grant; the image stays the first one."""

    type: ClassVar[str] = "image.reupload-ignored"

    version_id: Text
    etag: Text
    byte_size: Count

    def dedup_key(self) -> str:
        """As for ImageUploaded: an object version is either the image or ignored."""
        return f"upload:{self.version_id}"


class LeftoversDiscarded(Event):
    """Objects that runs had written, and ended before an event could name them, were given up.

    They are removed next. No variant will ever have one of these keys.
    """

    type: ClassVar[str] = "image.leftovers-discarded"

    keys: Annotated[tuple[Text, ...], MinLen(1)]  # of objects in the bucket of variants

    def dedup_key(self) -> str:
        """Once for these keys."""
        return f"discarded:{' '.join(self.keys)}"


class ImageDeleted(Event):
    """The image was deleted: it offers nothing any more, and nothing is done with it."""

    type: ClassVar[str] = "image.deleted"

    def dedup_key(self) -> str:
        """Once an image."""
        return "deleted"
