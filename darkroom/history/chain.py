"""The hash chain of a stream: each event carries the hash of the one before it.

It shows an edit, a swap, an insertion and a removal, but not that the newest events were cut off
or that all was written anew: that takes a witness outside the table.
"""

import hashlib
from dataclasses import dataclass, replace

from darkroom.errors import BrokenStream
from darkroom.events import Recorded, Stream, canonical, instant
from darkroom.ids import ImageRef


def genesis(ref: ImageRef) -> str:
    """Return what the first event of a stream carries as the hash before it."""
    return _sha256(ref.stream)


def head(stream: Stream) -> str:
    """Return the hash that the stream's next event must carry as the one before it."""
    return stream.events[-1].hash if stream.events else genesis(stream.ref)


def sealed(ref: ImageRef, recorded: Recorded) -> Recorded:
    """Return `recorded` with its hash, which covers all else that is stored of it.

    A JSON list keeps the parts apart: plain concatenation would let text move between them.
    """
    parts = (
        recorded.previous_hash,
        ref.stream,
        recorded.version,
        recorded.id,
        recorded.type,
        recorded.schema_version,
        instant(recorded.recorded_at),
        recorded.data,
        recorded.correlation_id,
        recorded.causation_id,
        recorded.writer,
        recorded.actor,
    )
    return replace(recorded, hash=_sha256(canonical(parts)))


@dataclass(frozen=True)
class Witness:
    """That somebody outside the table has seen a stream at this version: a view, or a note.

    `hash` is that of the event at this version, where it was noted. A view tells the version only.
    """

    version: int
    hash: str | None = None


def witness(stream: Stream) -> Witness:
    """Return what to note of a stream now, so that nothing up to here can change unseen."""
    return Witness(stream.version, head(stream))


def verify(stream: Stream, *witnesses: Witness) -> None:
    """Check every link of the chain, and that nothing is gone or changed that was seen.

    Raises BrokenStream for the first event that is wrong: "link" where it does not follow on the
    one before, "hash" where it is not what was hashed; "cut" for the first that is missing at the
    end, "rewritten" for one that is not what a witness has seen.
    """
    previous = genesis(stream.ref)
    for recorded in stream.events:
        if recorded.previous_hash != previous:
            raise BrokenStream("link", stream=stream.ref.stream, version=recorded.version)
        if sealed(stream.ref, recorded).hash != recorded.hash:
            raise BrokenStream("hash", stream=stream.ref.stream, version=recorded.version)
        previous = recorded.hash
    for seen in witnesses:
        if seen.version > stream.version:
            raise BrokenStream("cut", stream=stream.ref.stream, version=stream.version + 1)
        if seen.hash not in (None, head(Stream(stream.ref, stream.events[: seen.version]))):
            raise BrokenStream("rewritten", stream=stream.ref.stream, version=seen.version)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
