"""Ingest: an object arrived in the originals bucket; record it and ask for its processing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict

from darkroom.history import Clock, Context, EventStore, handle
from darkroom.ids import ImageRef, parse_original_key
from darkroom.images import Image, RecordUpload
from darkroom.objects import Removal
from darkroom.quotas import Counters


class Message(BaseModel):
    """What waits in the queue: process this version of this image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    image_id: str
    version_id: str

    @property
    def ref(self) -> ImageRef:
        """The image that the message is about."""
        return ImageRef(tenant=self.tenant, image_id=self.image_id)


class Queue(Protocol):
    """Where messages wait for the orchestrator."""

    def send(self, message: Message, *, after_s: int = 0) -> None:
        """Enqueue `message`, at least once, to be received after so many seconds (at most 900)."""
        ...


@dataclass(frozen=True)
class Arrival:
    """An object version that S3 announced."""

    bucket: str
    key: str
    version_id: str
    etag: str
    byte_size: int
    by_form: bool = False  # and so of any size up to what was granted, as far as S3 told


def arrivals(notification: Mapping[str, Any]) -> tuple[Arrival, ...]:
    """Return the object versions that an S3 event notification announces.

    S3 encodes keys as a form does: `+` for a blank, `%xx` for the rest; decoded here, once.
    """
    return tuple(
        Arrival(
            bucket=record["s3"]["bucket"]["name"],
            key=unquote_plus(record["s3"]["object"]["key"]),
            version_id=record["s3"]["object"]["versionId"],
            etag=record["s3"]["object"]["eTag"],
            byte_size=record["s3"]["object"].get("size", 0),
            by_form=record["eventName"] == "ObjectCreated:Post",
        )
        for record in notification.get("Records", ())
        if record.get("eventName", "").startswith("ObjectCreated:")
    )


def record_upload(
    arrival: Arrival, *, history: EventStore, queue: Queue, originals: Removal, clock: Clock
) -> Image:
    """Append ImageUploaded for `arrival`, enqueue its processing, and return the image.

    Safe to repeat: the event is appended once whatever the number of announcements, and a
    repeated message meets a run that has been started or ended. A second object under the same
    grant is recorded as ignored, not processed, and removed from `originals`. Raises InvalidKey
    for an object that no grant of ours can have made.
    """
    pipeline, ref, owner = parse_original_key(arrival.key)
    upload = RecordUpload(
        pipeline=pipeline,
        owner=owner,
        bucket=arrival.bucket,
        key=arrival.key,
        version_id=arrival.version_id,
        etag=arrival.etag,
        byte_size=arrival.byte_size,
    )
    context = Context(
        writer="s3_event", correlation_id=ref.image_id, causation_id=arrival.version_id
    )
    image = handle(history, ref, upload, context, clock)
    if image.original.version_id == arrival.version_id:
        queue.send(Message(tenant=ref.tenant, image_id=ref.image_id, version_id=arrival.version_id))
    elif arrival.version_id in image.ignored:
        originals.remove(arrival.key, arrival.version_id)
    return image


def settle_upload(image: Image, arrival: Arrival, counters: Counters) -> None:
    """Count for the image's owner the bytes that arrived by a form, and not those granted.

    Safe to repeat. What was PUT has as many bytes as were granted; an object that came second
    counts nothing, and changes nothing.
    """
    if arrival.by_form and image.original.version_id == arrival.version_id:
        counters.settle(image.owner, image.ref.image_id, arrival.byte_size)
