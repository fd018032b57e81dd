"""The projector: keeps the views equal to the fold of the streams.

A record of the events table's stream is only a hint that an image has changed. The image's
stream is read anew, whole and strongly consistent, and folded; a row is put only over an older
one. So order, repetition and loss of records do not matter while the newest of an image arrives.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from darkroom.history import EventStore
from darkroom.ids import ImageRef
from darkroom.projections.store import ViewStore
from darkroom.projections.views import rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class NotProjected:
    """An image whose views could not be brought up to date, and why."""

    ref: ImageRef
    error: Exception


def project(
    refs: Iterable[ImageRef], events: EventStore, views: ViewStore
) -> tuple[NotProjected, ...]:
    """Bring the views of each image up to date; return those for which that failed.

    An image is folded once however often it is named, and one that fails stops no other.
    """
    failed = []
    for ref in dict.fromkeys(refs):
        try:
            for row in rows(events.load(ref)):
                views.put_if_newer(row)
        except Exception as error:
            # Whatever one image raises, the others go on.
            logger.warning("image %s was not projected", ref.image_id, exc_info=True)
            failed.append(NotProjected(ref, error))
    return tuple(failed)


def refs_in(records: Iterable[Mapping[str, Any]]) -> tuple[ImageRef, ...]:
    """Return the images that records of the events table's stream are about, each once.

    A key that is no image's is logged and left out: it would block its shard for a day.
    """
    refs: dict[ImageRef, None] = {}
    for record in records:
        stream = record["dynamodb"]["Keys"]["pk"]["S"]
        try:
            refs[ImageRef.of_stream(stream)] = None
        except ValueError:
            logger.warning("the events table has a key that is no image's: %s", stream)
    return tuple(refs)
