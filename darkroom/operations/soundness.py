"""Whether a history is what was appended: its chain, its versions, and what its view has seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.errors import BrokenStream, UnknownEvent
from darkroom.events import Stream
from darkroom.history import EventStore, Witness, verify
from darkroom.ids import ImageRef
from darkroom.images import fold
from darkroom.projections import ViewStore

_WRONG: Mapping[str, str] = {
    "gap": "event {version} is not there",
    "link": "event {version} does not follow from the one before it",
    "hash": "event {version} was changed after it was written",
    "unreadable": "event {version} cannot be read as what its type says",
    "begins_without_upload": "it does not begin with an upload",
    "cut": "event {version} was seen, and is not there: the newest are gone",
    "rewritten": "event {version} is another than the one that was seen",
}


@dataclass(frozen=True)
class Checked:
    """A history that was looked at: `wrong` says what is not as it was appended.

    `unknown` names an event that newer code wrote, which keeps this code from looking further.
    """

    ref: ImageRef
    version: int = 0
    head: str | None = None  # the hash of the newest event, which stands for all
    wrong: str | None = None
    unknown: str | None = None


def check(ref: ImageRef, history: EventStore, views: ViewStore, *seen: Witness) -> Checked:
    """Check the image's whole history, strongly consistent.

    The chain cannot show that the newest events were cut off. The view can, which says of which
    version it was folded, and so can what else was `seen` of the history.
    """
    # First, since the history may grow in between.
    row = views.image(ref)
    witnesses = (*seen, Witness(row.v)) if row else seen
    try:
        stream = history.load(ref)
        verify(stream, *witnesses)
        fold(stream)
    except BrokenStream as broken:
        return Checked(ref, wrong=_said(broken))
    except UnknownEvent as unknown:
        return Checked(ref, unknown=f"{unknown.type} of version {unknown.schema_version}")
    return Checked(ref, stream.version, _head(stream))


def _head(stream: Stream) -> str | None:
    return stream.events[-1].hash if stream.events else None


def _said(broken: BrokenStream) -> str:
    reason = str(broken.facts["reason"])
    return _WRONG.get(reason, f"{reason}, at event {{version}}").format(version=broken.version)
