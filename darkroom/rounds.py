"""Rounds: originals are looked at again and again, at each call as many as there is time for.

Every image is an object in the bucket of originals, on record or not, so whoever goes through the
bucket meets all that can have been lost. A call begins where the one before left off, and at the
bucket's end the next round begins at its beginning.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from darkroom.errors import InvalidKey
from darkroom.ids import parse_original_key
from darkroom.ingest import Arrival
from darkroom.leftovers import Sweeper
from darkroom.reconcile import Reconciler

logger = logging.getLogger(__name__)

Arrived = tuple[Arrival, datetime]


class Bookmark(Protocol):
    """Keeps how far a round has come."""

    def read(self) -> str:
        """Return the last key that was looked at; empty at the beginning of a round."""
        ...

    def keep(self, place: str) -> None:
        """Keep `place`, whatever was kept before."""
        ...


class Originals(Protocol):
    """Lists the bucket of originals."""

    def all(self, *, after: str = "") -> Iterator[Arrived]:
        """Yield every object version of the keys behind `after`, and when it came, by key."""
        ...


@dataclass(frozen=True)
class Part:
    """What came of one part of a round, in numbers."""

    looked_at: int = 0  # images whose history was read
    settled: int = 0  # endings given, and messages sent once more
    announced: int = 0
    swept: int = 0  # objects that no event named
    failed: int = 0  # the next round meets them again
    whole: bool = False  # the end of the bucket was reached


@dataclass(frozen=True)
class Rounds:
    """Looks after images for `watch` since their upload, at most `most` a call."""

    reconciler: Reconciler
    sweeper: Sweeper
    originals: Originals
    bookmark: Bookmark
    watch: timedelta
    most: int

    def go_on(self, has_time: Callable[[], bool], *, resend: bool = True) -> Part:
        """Do what is due from the bookmark on, as long as `has_time`; say what was done.

        `resend` as in Reconciler.settle: off where the queue is not empty, or each call in a burst
        would put all that waits into it once more.

        The bookmark is kept at the end: a call that is killed has done its part, and the next
        does it again, which changes nothing.
        """
        place = self.bookmark.read()
        part = Part()
        for key, versions in groupby(self.originals.all(after=place), key=_key):
            if part.looked_at >= self.most or not has_time():
                break
            part = self._visited(part, versions, resend)
            place = key
        else:
            place, part = "", replace(part, whole=True)
        self.bookmark.keep(place)
        return part

    def _visited(self, part: Part, versions: Iterable[Arrived], resend: bool) -> Part:
        """See to one image; whatever it raises, the others are seen to."""
        found = tuple(versions)
        now = self.reconciler.clock()
        if all(now - arrived_at > self.watch for _, arrived_at in found):
            return part
        try:
            return self._done(part, found, resend)
        except InvalidKey:
            return part  # no grant made it: nobody waits for it
        except Exception:
            logger.warning("%s was not reconciled", found[0][0].key, exc_info=True)
            return replace(part, looked_at=part.looked_at + 1, failed=part.failed + 1)

    def _done(self, part: Part, versions: tuple[Arrived, ...], resend: bool) -> Part:
        """Do what is due for one image, and count it."""
        ref = parse_original_key(versions[0][0].key).ref
        due = self.reconciler.settle(ref, resend=resend)
        if due is not None:
            logger.info("image %s was settled: %s", ref.image_id, type(due).__name__)
        announced = 0
        for arrival, arrived_at in versions:
            if self.reconciler.is_unannounced(arrival, arrived_at):
                self.reconciler.announce(arrival)
                logger.info("image %s: %s was announced", ref.image_id, arrival.version_id)
                announced += 1
        swept = self.sweeper.sweep(ref)
        if swept:
            logger.info("image %s: %d leftovers were removed", ref.image_id, swept)
        return replace(
            part,
            looked_at=part.looked_at + 1,
            settled=part.settled + int(due is not None),
            announced=part.announced + announced,
            swept=part.swept + swept,
        )


def _key(arrived: Arrived) -> str:
    return arrived[0].key
