"""What a user does with images: upload, follow, list, fetch."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import requests

from darkroom.client.answers import (
    Event,
    Events,
    Grant,
    Image,
    Images,
    ImageSummary,
    Link,
    Noted,
    Usage,
)
from darkroom.client.api import Answer, Api
from darkroom.client.failures import Refused
from darkroom.client.sending import Source

_LOOK_EVERY_S = 0.25
_LOOK_AT_LEAST_EVERY_S = 1.0
_IGNORED = "image.reupload-ignored"

ENDINGS = frozenset(
    {
        "image.rejected",
        "image.processing-completed",
        "image.processing-failed",
        "image.processing-timed-out",
        "image.processing-cancelled",
        "image.deleted",
    }
)
"""The events after which nothing happens by itself."""


@dataclass(frozen=True)
class Client:
    """Speaks for one user of a deployment. All calls raise Refused and Unreachable."""

    api: Api

    def request_upload(
        self,
        file_name: str,
        content_type: str,
        byte_size: int,
        *,
        sha256: str | None = None,
        tags: Mapping[str, str] | None = None,
        form: bool = False,
    ) -> Grant:
        """Return a grant: an image's id, and where to send how many bytes, of which digest.

        With `form`, it has one that a browser can send as well.
        """
        body = {"file_name": file_name, "content_type": content_type, "byte_size": byte_size}
        more = {"sha256": sha256, "tags": dict(tags or {}), "form": form}
        told = body | {name: value for name, value in more.items() if value}
        # A grant whose answer was lost is worth nothing to anybody.
        return self.api.post(Grant, "/images", told, repeatable=True)

    def send(self, grant: Grant, picture: Source) -> None:
        """Send the picture that was granted. Sent twice, it is there once."""
        put = grant.put
        request = requests.Request("PUT", put.url, data=picture, headers=put.headers, auth=_nobody)
        try:
            self.api.transport.send(request, repeatable=True)
        except Refused as refused:
            # The try before this one arrived, and only its answer was lost.
            if refused.status != HTTPStatus.PRECONDITION_FAILED:
                raise

    def upload(
        self,
        file_name: str,
        content_type: str,
        picture: Source,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Upload a picture, and return the id of its image.

        Raises OSError where the picture is a file that cannot be read.
        """
        sha256 = picture.sha256()
        grant = self.request_upload(file_name, content_type, len(picture), sha256=sha256, tags=tags)
        self.send(grant, picture)
        return grant.image_id

    def page(
        self, *, state: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Images:
        """Return a page of this user's images, or of those in a state; newest first."""
        query = {"state": state, "limit": limit, "cursor": cursor}
        return self.api.get(Images, "/images", query)

    def images(self, state: str | None = None) -> Iterator[ImageSummary]:
        """Yield all images of `page`; pages are asked for as they are needed."""
        cursor: str | None = None
        while True:
            page = self.page(state=state, cursor=cursor)
            yield from page.images
            cursor = page.cursor
            if cursor is None:
                return

    def image(self, image_id: str) -> Image:
        """Return one image: its state, reason, and variants."""
        return self.api.get(Image, f"/images/{_part(image_id)}")

    def events(self, image_id: str) -> tuple[Event, ...]:
        """Return what has happened to the image so far, oldest first."""
        return self.api.get(Events, f"/images/{_part(image_id)}/events").events

    def follow(self, image_id: str, within_s: float = 120.0) -> Iterator[Event]:
        """Yield the image's events as they happen, up to the one that ends its run.

        An image that was granted and is not there yet is waited for. Raises TimeoutError where
        the ending does not come within `within_s`.
        """
        seen = 0
        for told in self._looks(Events, f"/images/{_part(image_id)}/events", image_id, within_s):
            yield from told.events[seen:]
            seen = len(told.events)
            of_runs = [event.type for event in told.events if event.type != _IGNORED]
            if of_runs and of_runs[-1] in ENDINGS:
                return

    def settled(self, image_id: str, within_s: float = 120.0, *, after: int = 0) -> Image:
        """Wait for the image's run to end, and return the image as it then is.

        What was so up to the version `after` of its history does not count: until a run that was
        asked for begins, an image stands as it did. Raises TimeoutError as `follow` does.
        """
        looks = self._looks(Image, f"/images/{_part(image_id)}", image_id, within_s)
        return next(image for image in looks if image.settled and image.version > after)

    def reprocess(self, image_id: str) -> Noted:
        """Ask for one run more, by the pipeline as it is now; Refused with 409 while one runs."""
        return self.api.post_once(Noted, f"/images/{_part(image_id)}/reprocess")

    def delete(self, image_id: str) -> None:
        """Remove an image and its variants for good; its history stays."""
        self.api.tell("DELETE", f"/images/{_part(image_id)}", repeatable=True)

    def link(self, image_id: str, name: str) -> Link:
        """Return a link to a variant."""
        return self.api.get(Link, f"/images/{_part(image_id)}/variants/{_part(name)}")

    def download(self, image_id: str, name: str) -> bytes:
        """Return a variant's bytes."""
        request = requests.Request("GET", self.link(image_id, name).url, auth=_nobody)
        return self.api.transport.send(request, repeatable=True).content

    def usage(self) -> Usage:
        """Return what this user's images amount to."""
        return self.api.get(Usage, "/usage")

    def _looks(
        self, answer: type[Answer], path: str, image_id: str, within_s: float
    ) -> Iterator[Answer]:
        """Yield what is answered about an image, whenever that changes, for so long."""
        deadline, pause, tag = time.monotonic() + within_s, _LOOK_EVERY_S, None
        while True:
            try:
                told, tag = self.api.get_if_changed(answer, path, tag)
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND:
                    raise
            else:
                if told is not None:
                    yield told
            if time.monotonic() > deadline:
                raise TimeoutError(f"image {image_id} has no ending after {within_s:.0f} s")
            time.sleep(pause)
            pause = min(pause * 1.25, _LOOK_AT_LEAST_EVERY_S)


def _part(text: str) -> str:
    """Return what a text is as one part of a path."""
    return quote(text, safe="")


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Let a signed address be all that speaks for a request, whatever a ~/.netrc says."""
    return request
