"""The views of an image: pure folds of its stream."""

from darkroom.events import (
    ImageRejected,
    ProcessingCancelled,
    ProcessingFailed,
    ProcessingTimedOut,
    Stream,
    VariantDropped,
    VariantFailed,
)
from darkroom.images import Image, Run, fold
from darkroom.projections.rows import (
    GalleryRow,
    ImageRow,
    OriginalRow,
    Reason,
    Row,
    VariantRow,
)


def rows(stream: Stream) -> tuple[Row, ...]:
    """Return all rows that follow from the stream; none for a stream that nobody has begun."""
    row = image_row(stream)
    return (row, _gallery_row(row)) if row else ()


def image_row(stream: Stream) -> ImageRow | None:
    """Return the row of the image itself; None for a stream that nobody has begun."""
    image = fold(stream)
    if image is None:
        return None
    run, shown = (None, None) if image.deleted else (image.run, image.shown)
    return ImageRow(
        v=stream.version,
        tenant=image.ref.tenant,
        image_id=image.ref.image_id,
        owner=image.owner,
        pipeline=image.original.pipeline,
        state=image.state,
        uploaded_at=stream.events[0].recorded_at,
        updated_at=stream.events[-1].recorded_at,
        run_id=run.run_id if run else None,
        original=_original_row(image),
        promised=run.promised if run else (),
        variants=_variants(shown) if shown else {},
        missing=_missing(run) if run else {},
        reason=_reason(run) if run else None,
    )


def _gallery_row(row: ImageRow) -> GalleryRow:
    return GalleryRow(
        v=row.v,
        tenant=row.tenant,
        image_id=row.image_id,
        owner=row.owner,
        state=row.state,
        uploaded_at=row.uploaded_at,
        variants=tuple(row.variants),
        byte_size=row.original.byte_size,
        variant_bytes=sum(variant.byte_size for variant in row.variants.values()),
        gone=row.state == "deleted",
    )


def _original_row(image: Image) -> OriginalRow:
    validated = image.run.validated if image.run else None
    opened = (
        validated.model_dump(include={"format", "width", "height", "frames", "alpha"})
        if validated
        else {}
    )
    return OriginalRow(byte_size=image.original.byte_size, **opened)


def _variants(run: Run) -> dict[str, VariantRow]:
    fields = set(VariantRow.model_fields)
    return {
        name: VariantRow(**run.rendered[name].model_dump(include=fields)) for name in run.offered
    }


def _missing(run: Run) -> dict[str, Reason]:
    missing: dict[str, VariantFailed | VariantDropped] = {**run.failed, **run.dropped}
    return {
        name: Reason(step=lost.step, code=lost.code, facts=lost.facts)
        for name, lost in missing.items()
    }


def _reason(run: Run) -> Reason | None:
    match run.ending:
        case ImageRejected() | ProcessingFailed() as ending:
            return Reason(step=ending.step, code=ending.code, facts=ending.facts)
        case ProcessingTimedOut():
            return Reason(step=None, code="timed_out", facts={})
        case ProcessingCancelled():
            return Reason(step=None, code="cancelled", facts={})
        case _:
            return None
