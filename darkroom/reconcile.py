"""Reconciling: what nobody works on any more, or never heard of, is brought to its ending.

    a run behind its deadline, without an ending              -> its ending
    an image that waits for its run, for longer than `grace`  -> its message, once more
    an object version that no event tells of                  -> ImageUploaded, and its message
    a second object version that is still there               -> on record, and removed

Each follows from the history alone, and whatever others do at the same time makes no difference:
the first ending stands, a repeated message meets its run, an object version is put on record once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from darkroom.events import Stream
from darkroom.history import Clock, Context, EventStore, handle
from darkroom.ids import ImageRef, parse_original_key
from darkroom.images import Image, TimeOut, fold
from darkroom.ingest import Arrival, Message, Queue, record_upload
from darkroom.objects import Removal

Due = TimeOut | Message
"""What is to be done for an image: the ending of its run, or its message once more."""


def due(stream: Stream, now: datetime, grace: timedelta) -> Due | None:
    """Return what is to be done for the image at `now`; None where somebody may still see to it."""
    image = fold(stream)
    if image is None:
        return None
    if image.waiting:
        waited = now - stream.events[-1].recorded_at
        return _message(image) if waited > grace else None
    run = image.run
    if run is None or run.ended or now <= run.started.deadline_at:
        return None
    return TimeOut(run_id=run.run_id, at=now)


def _message(image: Image) -> Message:
    ref, version_id = image.ref, image.original.version_id
    return Message(tenant=ref.tenant, image_id=ref.image_id, version_id=version_id)


def unannounced(stream: Stream, version_id: str) -> bool:
    """Whether this object version should not lie there as it does, told of or not.

    No event tells of it; or one says that it is ignored, and whoever was to remove it did not.
    """
    image = fold(stream)
    return image is None or version_id != image.original.version_id


@dataclass(frozen=True)
class Reconciler:
    """Does what is due. `grace` is how long messages and announcements may take."""

    history: EventStore
    queue: Queue
    originals: Removal
    clock: Clock
    grace: timedelta

    def due(self, ref: ImageRef) -> Due | None:
        """Return what is to be done for the image, and do nothing."""
        return due(self.history.load(ref), self.clock(), self.grace)

    def settle(self, ref: ImageRef, *, resend: bool = True) -> Due | None:
        """Do what is due for the image, and return it. Safe to repeat.

        With `resend` off no message is sent, for a queue in which it may still be waiting.
        """
        found = self.due(ref)
        match found:
            case Message() if not resend:
                return None
            case Message():
                self.queue.send(found)
            case TimeOut():
                context = Context(
                    writer="reconcile", correlation_id=ref.image_id, causation_id=found.run_id
                )
                handle(self.history, ref, found, context, self.clock)
        return found

    def is_unannounced(self, arrival: Arrival, arrived_at: datetime) -> bool:
        """Whether the object version has been there for longer than `grace`, and is not the image.

        Raises InvalidKey for an object that no grant of ours can have made.
        """
        ref = parse_original_key(arrival.key).ref
        waited = self.clock() - arrived_at
        return waited > self.grace and unannounced(self.history.load(ref), arrival.version_id)

    def announce(self, arrival: Arrival) -> Image:
        """Put the object version on record and ask for its run, as S3's word would have done."""
        return record_upload(
            arrival,
            history=self.history,
            queue=self.queue,
            originals=self.originals,
            clock=self.clock,
        )
