"""Leftovers: objects among the variants that no event names, put on record and removed.

A stage writes an object before its event. A run that ends in between, because it was called off,
replaced or killed on its last try, leaves an object that nobody will ever name:

    nobody works on the image any more, for longer than `grace`  -> its folder is listed
    keys in it that no event names                               -> LeftoversDiscarded
    what is on record as discarded, and lies there               -> removed

The order is what makes it safe, whatever happens at the same time. While a run is open the event
is refused; a run that begins after it has read it, and writes to other keys (runner/stage.py).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from darkroom.events import Stream
from darkroom.history import Clock, Context, EventStore, handle
from darkroom.ids import ImageRef, variants_folder
from darkroom.images import Discard, Image, fold
from darkroom.objects import Folders, Removal

# An event has room for no more; what is beyond comes with the next sweep.
_AT_ONCE = 100
_TIDY = frozenset({"complete", "rejected"})


def untidy(stream: Stream, now: datetime, grace: timedelta) -> bool:
    """Whether leftovers may lie in the image's folder, and nobody should still be writing there.

    A run that is complete has named all it wrote, and one that was rejected has written nothing
    (rule 16). A stage that is at work when its run ends may write for as long as `grace`.
    """
    image = fold(stream)
    if image is None or not image.at_rest or now - stream.events[-1].recorded_at <= grace:
        return False
    return image.deleted or any(run.state not in _TIDY for run in image.runs.values())


@dataclass(frozen=True)
class Sweeper:
    """Finds leftovers, and removes them, image by image."""

    history: EventStore
    folders: Folders
    originals: Removal
    clock: Clock
    grace: timedelta

    def leftovers(self, ref: ImageRef) -> tuple[str, ...]:
        """Return the keys of the image's leftovers, of a deleted image all; and do nothing."""
        image = self._untidy(ref)
        return self._found(image) if image else ()

    def sweep(self, ref: ImageRef) -> int:
        """Remove the image's leftovers, and return how many. Safe to repeat, and to break off.

        Of a deleted image the original goes as well, and last: as long as it lies there, whoever
        goes through the originals meets the image.
        """
        image = self._untidy(ref)
        if image is None:
            return 0
        gone = self._given_up(image, self._found(image))
        for key in gone:
            self.folders.discard(key)
        if image.deleted:
            for version_id in (image.original.version_id, *sorted(image.ignored)):
                self.originals.remove(image.original.key, version_id)
        return len(gone)

    def _untidy(self, ref: ImageRef) -> Image | None:
        stream = self.history.load(ref)
        return fold(stream) if untidy(stream, self.clock(), self.grace) else None

    def _found(self, image: Image) -> tuple[str, ...]:
        pipelines = {image.original.pipeline, *(r.started.pipeline for r in image.runs.values())}
        folders = (variants_folder(pipeline, image.ref) for pipeline in sorted(pipelines))
        found = {key for folder in folders for key in self.folders.keys(folder)}
        return tuple(sorted(found if image.deleted else found - image.named))

    def _given_up(self, image: Image, found: tuple[str, ...]) -> tuple[str, ...]:
        """Return what of `found` no variant will ever have, having put it on record."""
        if image.deleted or not found:
            return found
        context = Context(writer="reconcile", correlation_id=image.ref.image_id)
        discard = Discard(keys=found[:_AT_ONCE])
        now = handle(self.history, image.ref, discard, context, self.clock)
        return tuple(key for key in found if key in now.discarded)
