"""`history`: all that happened to an image, in the terminal or as JSON; or how it stood then."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from darkroom.cli.deployment import find, image_of, told
from darkroom.cli.failure import CommandFailed
from darkroom.cli.state import head, state, state_json
from darkroom.events import Stream, instant
from darkroom.local import timeline
from darkroom.operations.chronicle import Entry, RunTaken, as_of, entries, runs
from darkroom.operations.words import clock_time, span

# What takes longer than any stage's own work: somebody waited, or tried again.
_LONG_S = 10.0


@told
def run(options: argparse.Namespace, console: Console) -> int:
    """Print the image's history, or with `--at` its state then; 0."""
    whole = find(options).stream(image_of(options))
    shown = _as_of(whole, options.at) if options.at else whole
    if options.format == "json":
        facts = state_json(shown) if options.at else _history_json(shown)
        console.print_json(json.dumps(facts), indent=2)
        return 0
    lines = state(shown, whole.version) if options.at else _timeline(shown)
    for line in lines:
        console.print(line, soft_wrap=True)
    return 0


def _as_of(stream: Stream, at: str) -> Stream:
    """Return the stream as `--at` asks for it; raises CommandFailed for what is no moment in it."""
    try:
        shown = as_of(stream, int(at) if at.isdecimal() else _moment(at))
    except ValueError as error:
        raise CommandFailed(f"--at {at}: {error}.") from error
    if not shown.version:
        uploaded = clock_time(stream.events[0].recorded_at)
        raise CommandFailed(f"--at {at}: the image was not there yet, it arrived {uploaded}.")
    return shown


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            "that is neither a version nor a time such as 2026-11-23T12:00:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _timeline(stream: Stream) -> Iterator[Text]:
    yield head(stream)
    yield Text("  #       since        after  cause  event", style="dim")
    for entry in entries(stream):
        yield _line(entry)
    for number, taken in enumerate(runs(stream), start=1):
        yield Text(_run_words(number, taken), style="dim")


def _line(entry: Entry) -> Text:
    recorded, cause = entry.recorded, entry.cause
    pause = entry.since_previous
    after = f"+{span(pause)}" if recorded.version > 1 else ""
    return Text.assemble(
        (f"{recorded.version:>3}  ", "dim"),
        (f"{span(entry.since_first):>10}  ", "dim"),
        (f"{after:>11}  ", "yellow" if pause.total_seconds() >= _LONG_S else "dim"),
        (f"{f'← {cause}' if cause else '':<5}  ", "dim"),
        timeline.said(recorded.type, recorded.event.model_dump(mode="json")),
        (f"  by {recorded.writer}" + (f" for {recorded.actor}" if recorded.actor else ""), "dim"),
    )


def _run_words(number: int, taken: RunTaken) -> str:
    began = f"run {number}: {taken.pipeline}, began with event {taken.began.recorded.version}"
    if taken.ended is None or taken.took is None:
        return f"{began}, not ended"
    return (
        f"{began}, {taken.state.replace('_', ' ')} with event {taken.ended.recorded.version}"
        f" after {span(taken.took)}"
    )


def _history_json(stream: Stream) -> dict[str, Any]:
    return {
        "tenant": stream.ref.tenant,
        "image_id": stream.ref.image_id,
        "version": stream.version,
        "state": state_json(stream)["state"],
        "events": [_event_json(entry) for entry in entries(stream)],
    }


def _event_json(entry: Entry) -> dict[str, Any]:
    recorded = entry.recorded
    return {
        "version": recorded.version,
        "id": recorded.id,
        "type": recorded.type,
        "schema_version": recorded.schema_version,
        "at": instant(recorded.recorded_at),
        "since_first_ms": round(entry.since_first.total_seconds() * 1e3),
        "since_previous_ms": round(entry.since_previous.total_seconds() * 1e3),
        "cause": entry.cause,
        "correlation_id": recorded.correlation_id,
        "causation_id": recorded.causation_id,
        "writer": recorded.writer,
        "actor": recorded.actor,
        "facts": recorded.event.model_dump(mode="json"),
    }
