"""Control: what an owner may want done with an image. A foreign image is an unknown image."""

from collections.abc import Iterable
from dataclasses import dataclass

from darkroom.errors import NotFound
from darkroom.events import Stream
from darkroom.history import Clock, Context, EventStore, handle_on
from darkroom.ids import ImageRef, valid_image_id, variants_folder
from darkroom.images import Cancel, Command, Delete, Image, Reprocess, Run, fold
from darkroom.ingest import Message, Queue
from darkroom.objects import Folders, Removal

_WRITER = "images"
# How a run ends without its stages knowing of it.
_CUT_SHORT = frozenset({"cancelled", "superseded", "timed_out"})


@dataclass(frozen=True)
class Control:
    """Puts what an owner wants on record, and sees to it that it is done. All is safe to repeat."""

    tenant: str
    history: EventStore
    queue: Queue
    originals: Removal
    variants: Folders
    clock: Clock

    def reprocess(self, owner: str, image_id: str, request_id: str) -> int:
        """Ask for another run, and return the version of the history that tells of it.

        Asking again with the same `request_id` asks for nothing more, and one run serves all who
        ask before it begins; the message is sent again, which does no harm. Whoever is killed
        between the event and the message is made good by the reconciler. Raises NotFound for an
        image that is deleted, unknown or another's, and InvalidRequest("still_processing").
        """
        stream = self._asked(owner, image_id, Reprocess(request_id=request_id), request_id)
        image = _image(stream)
        if image.waiting:
            version_id = image.original.version_id
            self.queue.send(Message(tenant=self.tenant, image_id=image_id, version_id=version_id))
        return stream.version

    def cancel(self, owner: str, image_id: str, request_id: str) -> int:
        """Call the run off, and return the version of the history that tells of it.

        What its stages still do is not recorded. Of a run that has ended nothing follows. Raises
        NotFound for an image that is unknown or another's, InvalidRequest("not_processing") for
        a run that has not begun.
        """
        return self._asked(owner, image_id, Cancel(), request_id).version

    def delete(self, owner: str, image_id: str, request_id: str) -> None:
        """Delete the image: it offers nothing any more, and its objects are removed.

        The event comes first, so nothing is ever removed of an image that is not deleted; then
        the variants, and the original last: whoever is killed in between leaves an original, which
        the rounds of the reconciler meet. Asking again removes what is left. Raises NotFound for
        an image that is unknown or another's; one that is deleted is still its owner's.
        """
        image = _image(self._asked(owner, image_id, Delete(), request_id))
        for pipeline in {image.original.pipeline, *(run.started.pipeline for run in _runs(image))}:
            for key in self.variants.keys(variants_folder(pipeline, image.ref)):
                self.variants.discard(key)
        if self._may_be_written_to(image):
            return
        for version_id in (image.original.version_id, *sorted(image.ignored)):
            self.originals.remove(image.original.key, version_id)

    def _may_be_written_to(self, image: Image) -> bool:
        """Whether a stage may be at work that has not heard that nobody wants its pictures.

        The original then stays for the reconciler, which removes what is written by then.
        """
        return any(
            run.state in _CUT_SHORT and self.clock() <= run.started.deadline_at
            for run in _runs(image)
        )

    def _asked(self, owner: str, image_id: str, request: Command, request_id: str) -> Stream:
        """Return the stream once what follows from the owner's `request` is in it."""
        stream = self._stream(owner, image_id)
        context = Context(
            writer=_WRITER, correlation_id=image_id, causation_id=request_id, actor=owner
        )
        return handle_on(self.history, stream, request, context, self.clock)

    def _stream(self, owner: str, image_id: str) -> Stream:
        if not valid_image_id(image_id):
            raise NotFound(image_id=image_id)
        stream = self.history.load(ImageRef(self.tenant, image_id))
        image = fold(stream)
        if image is None or image.owner != owner:
            raise NotFound(image_id=image_id)
        return stream


def _image(stream: Stream) -> Image:
    image = fold(stream)
    if image is None:
        raise NotFound(image_id=stream.ref.image_id)
    return image


def _runs(image: Image) -> Iterable[Run]:
    return image.runs.values()
