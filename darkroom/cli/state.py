"""How an image stands: as a head over other lines, in full, and as JSON."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from darkroom.errors import NotFound
from darkroom.events import Stream
from darkroom.images import Run, fold
from darkroom.local import timeline
from darkroom.operations.words import byte_size, clock_time
from darkroom.projections import ImageRow, image_row

_COLOURS: dict[str, str] = {
    "complete": "green",
    "partial": "yellow",
    "rejected": "red",
    "failed": "red",
    "timed_out": "red",
}


def head(stream: Stream) -> Text:
    """Return which image it is, how it stands, whose it is and when it came, as one line."""
    row = _row(stream)
    return Text.assemble(
        (row.image_id, "bold"),
        "  ",
        coloured(row.state),
        f"  of {row.owner}, {clock_time(row.uploaded_at)}",
    )


def coloured(state: str) -> Text:
    """Return a state in words, and in the colour that it has everywhere."""
    return Text(state.replace("_", " "), _COLOURS.get(state, "cyan"))


def state(stream: Stream, versions: int) -> Iterator[Text]:
    """Yield how the image stands by this stream, which has had so many `versions` since."""
    row, last = _row(stream), stream.events[-1]
    yield head(stream)
    said = f"as of event {last.version} of {versions}, {clock_time(last.recorded_at)}"
    yield Text(said, style="dim")
    yield fact("original", _original(row))
    image = fold(stream)
    run = image.run if image else None
    if run is None:
        yield fact("run", "none has begun")
        return
    yield fact("run", f"{run.started.pipeline}, {run.run_id}")
    yield fact("deadline", clock_time(run.started.deadline_at))
    for name in run.promised:
        yield fact(name, _variant(run, name))
    if row.reason:
        yield fact("reason", timeline.reason(row.reason.model_dump(mode="json")))


def state_json(stream: Stream) -> dict[str, Any]:
    """Return the row that the views would have of the image by this stream."""
    return _row(stream).model_dump(mode="json")


def _row(stream: Stream) -> ImageRow:
    row = image_row(stream)
    if row is None:
        raise NotFound(image_id=stream.ref.image_id)
    return row


def fact(name: str, told: str) -> Text:
    """Return a line below the head: what it is about, and what is told of it."""
    return Text.assemble((f"  {name:<12} ", "cyan"), told)


def _original(row: ImageRow) -> str:
    size = byte_size(row.original.byte_size)
    if row.original.format is None:
        return f"{size}, not opened yet" if row.reason is None else size
    return f"{row.original.format} {row.original.width} x {row.original.height}, {size}"


def _variant(run: Run, name: str) -> str:
    """Say what came of a promised variant."""
    if name in run.rendered:
        made = run.rendered[name]
        size = byte_size(made.byte_size)
        return f"{made.width} x {made.height} {made.format}, {size}, {made.key}"
    lost = run.failed.get(name) or run.dropped.get(name)
    if lost is not None:
        what = "failed" if name in run.failed else "given up"
        return f"{what}: {timeline.reason(lost.model_dump(mode='json'))}"
    return "never came" if run.ended else "not there yet"
