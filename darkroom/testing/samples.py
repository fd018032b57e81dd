"""Sample facts: one image, one run of three promised variants, times a second apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from darkroom.events import (
    Applied,
    Context,
    Event,
    FactsRecorded,
    ImageUploaded,
    ImageValidated,
    LeftoversDiscarded,
    ProcessingCompleted,
    ProcessingStarted,
    Stream,
    VariantRendered,
)
from darkroom.history.store import EventStore
from darkroom.ids import ImageRef, original_key, run_id, variant_key
from darkroom.images import (
    RecordUpload,
    RecordVariant,
    RecordVariantDrop,
    RecordVariantFailure,
    StartProcessing,
)

REF = ImageRef("main", "01JDA7Q0G0ABCDEFGHJKMNPQRS")
OWNER = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
PROMISED = ("thumbnail", "medium", "large")
DIGEST = "5e" * 32
CONTEXT = Context(writer="test", correlation_id=REF.image_id)
EPOCH = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECIPE = tuple(
    Applied(step=step, uses=uses, version=1, options_digest="0d" * 32)
    for step, uses in (
        ("original", "open"),
        ("sizes", "resize"),
        ("brand", "watermark"),
        ("output", "encode"),
    )
)
RUN = run_id(REF, "v1", DIGEST, 0)


def at(second: float) -> datetime:
    """Return the time so many seconds after the samples' epoch."""
    return EPOCH + timedelta(seconds=second)


def another_image(number: int, tenant: str = "main") -> ImageRef:
    """Return an image of its own for each number below 10^4."""
    return ImageRef(tenant, f"{REF.image_id[:-4]}{number:04d}")


def upload(version_id: str = "v1") -> RecordUpload:
    """Return the command for an object version that arrived."""
    return RecordUpload(
        pipeline="photos",
        owner=OWNER,
        bucket="originals",
        key=original_key("photos", REF, OWNER),
        version_id=version_id,
        etag=f"etag-of-{version_id}",
        byte_size=4_204_816,
    )


def start(
    n: int = 0,
    variants: tuple[str, ...] = PROMISED,
    digest: str = DIGEST,
    ways: tuple[str, ...] = (),
) -> StartProcessing:
    """Return the command that begins the n-th run over the original."""
    return StartProcessing(
        run_id=run_id(REF, "v1", digest, n),
        pipeline="photos",
        pipeline_digest=digest,
        version_id="v1",
        n=n,
        variants=variants,
        ways=ways,
        deadline_at=at(60),
    )


def variant(name: str, run: str = RUN) -> RecordVariant:
    """Return the command for a variant that was resized, branded and encoded."""
    return RecordVariant(
        run_id=run,
        name=name,
        key=variant_key("photos", REF, "c3" * 16, "jpg"),
        digest="ab" * 32,
        byte_size=80_412,
        width=800,
        height=533,
        format="jpeg",
        media_type="image/jpeg",
        recipe=RECIPE,
    )


def failure(name: str, run: str = RUN) -> RecordVariantFailure:
    """Return the command for a variant whose brand could not be drawn."""
    return RecordVariantFailure(
        run_id=run, name=name, step="brand", code="no_room", facts={"limit": 400, "actual": 12}
    )


def drop(name: str, run: str = RUN) -> RecordVariantDrop:
    """Return the command for a variant that was given up, for the reason of `failure`."""
    return RecordVariantDrop(**vars(failure(name, run)))


def uploaded() -> ImageUploaded:
    """Return the first event of the image."""
    return ImageUploaded(**vars(upload()))


def started(n: int = 0, variants: tuple[str, ...] = PROMISED) -> ProcessingStarted:
    """Return the beginning of the n-th run."""
    return ProcessingStarted(**vars(start(n, variants)))


def validated() -> ImageValidated:
    """Return the opening's finding: a photo of six megapixels."""
    return ImageValidated(
        run_id=RUN, step="check", format="jpeg", width=3000, height=2000, frames=1, alpha=False
    )


def rendered(name: str) -> VariantRendered:
    """Return the event of a rendered variant."""
    return VariantRendered(**vars(variant(name)))


def found(way: str, text: str) -> FactsRecorded:
    """Return a facts step's finding, of any length."""
    return FactsRecorded(run_id=RUN, step="describe", way=way, facts={"text": text})


def discarded() -> LeftoversDiscarded:
    """Return that an object was given up which no run had told of."""
    return LeftoversDiscarded(keys=(variant_key("photos", REF, "1e" * 16, "jpg"),))


def completed() -> ProcessingCompleted:
    """Return the ending of a run that kept its promise."""
    return ProcessingCompleted(run_id=RUN, state="complete", variants=PROMISED)


def history() -> tuple[Event, ...]:
    """Return all events of a typical image: three variants, all well."""
    return uploaded(), started(), validated(), *map(rendered, PROMISED), completed()


def appended(store: EventStore, *events: Event, ref: ImageRef = REF) -> Stream:
    """Append `events` to the image's stream, a second apart, and return the stream."""
    stream = store.load(ref)
    context = replace(CONTEXT, correlation_id=ref.image_id)
    for event in events:
        stream = store.append(stream, [event], context, at=at(stream.version)).stream
    return stream
