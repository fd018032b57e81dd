"""The whole path in one process: the same plan, stages and history, with nothing but memory.

What a step author runs a dozen times an hour. Everything but the stores and the engine is the
code that runs in the cloud.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from types import MappingProxyType

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import NotFound
from darkroom.events import Stream
from darkroom.ids import ImageRef, new_image_id, original_key
from darkroom.images import Image
from darkroom.ingest import Arrival, Message, record_upload
from darkroom.local.replies import RecordedReplies
from darkroom.objects import Original, Stored
from darkroom.outcome import Outcome
from darkroom.plan import Plan, whole
from darkroom.runner.calls import Ask
from darkroom.runner.stage import Stage, Stores
from darkroom.runs import Orchestrator

TENANT = "local"
OWNER = "you"
ANSWERED: Ask = RecordedReplies()


@dataclass
class MemoryBucket:
    """Original, intermediates and variants of one image, in memory."""

    original: Original
    version_id: str
    written: dict[str, bytes] = field(default_factory=dict)
    between: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str, version_id: str, etag: str) -> Original:  # noqa: ARG002 - the protocol
        """Return the original; raises NotFound for another version."""
        if version_id != self.version_id:
            raise NotFound(key=key, version_id=version_id)
        return self.original

    def remove(self, key: str, version_id: str) -> None:
        """Remove nothing: the one original is the image."""

    def write(self, key: str, content: bytes, media_type: str) -> Stored:  # noqa: ARG002
        """Keep `content` at `key`, unless something is there."""
        return Stored.of(self.written.setdefault(key, content))

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` at `key`."""
        self.between[key] = content

    def get(self, key: str) -> bytes:
        """Return what is kept at `key`; raises NotFound where there is nothing."""
        if key not in self.between:
            raise NotFound(key=key)
        return self.between[key]


@dataclass
class MemoryQueue:
    """Messages in the order of their arrival."""

    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message, *, after_s: int = 0) -> None:  # noqa: ARG002
        """Keep `message`; nobody waits here."""
        self.messages.append(message)


@dataclass(frozen=True)
class InProcessEngine:
    """Runs a plan here and now, all of it in one stage."""

    stage: Stage

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:  # noqa: ARG002
        """Run the stage and return its outcome."""
        return self.stage.run(ref, run_id)


@dataclass(frozen=True)
class Processed:
    """What came of one file: the image, its history, and its variants by name."""

    image: Image
    history: Stream
    variants: dict[str, bytes]


def process(
    photo: Path,
    plan: Plan,
    owner_name: str | None = None,
    ask: Ask = ANSWERED,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
) -> Processed:
    """Take one file through the plan, from its upload to its ending, in this process.

    However the plan divides its steps among stages, they all run in one here: it means the same
    (rule 19). `ask` answers the calls of steps; `tags` are those that the upload brings.

    Raises OSError for a file that cannot be read. A bad picture raises nothing: it ends as
    rejected or failed, like in the cloud.
    """
    content = photo.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    bucket = MemoryBucket(Original(content, owner_name, photo.name, tags), version_id=digest)
    history, queue = MemoryEventStore(), MemoryQueue()
    ref = ImageRef(TENANT, new_image_id(_now(), token_bytes))
    arrival = Arrival(
        bucket="local",
        key=original_key(plan.pipeline, ref, OWNER),
        version_id=digest,
        etag=digest,
        byte_size=len(content),
    )
    record_upload(arrival, history=history, queue=queue, originals=bucket, clock=_now)
    stores = Stores(originals=bucket, intermediates=bucket, variants=bucket)
    stage = Stage(plan.start.stage, whole(plan), history, stores, _now, ask)
    patience = timedelta(seconds=plan.worst_case_s)
    orchestrator = Orchestrator(plan, history, InProcessEngine(stage), queue, _now, patience)
    for message in queue.messages:
        image = orchestrator.process(message, attempt="local", last=True)
    return Processed(image, history.load(ref), _named(image, bucket.written))


def _named(image: Image, written: dict[str, bytes]) -> dict[str, bytes]:
    """Return the variants that the image offers: none of one that was rejected or failed."""
    run = image.run
    return {name: written[run.rendered[name].key] for name in run.offered} if run else {}


def _now() -> datetime:
    return datetime.now(UTC)
