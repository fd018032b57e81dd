"""The page of all events, made of their classes: docs/events.md."""

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator, Mapping
from textwrap import dedent

from darkroom.events import EVENTS, Applied, Event, Recorded

WRITERS: Mapping[str, str] = {
    "ImageUploaded": "`s3_event`",
    "ReuploadIgnored": "`s3_event`",
    "ProcessingStarted": "`orchestrator`",
    "ImageValidated": "`stage:NAME`",
    "FactsRecorded": "`stage:NAME`",
    "VariantRendered": "`stage:NAME`",
    "VariantFailed": "`stage:NAME`",
    "VariantDropped": "`stage:NAME`; `finish` for a stage that was killed on every try",
    "ErrorRecorded": "`stage:NAME`; `finish` for a stage that was killed on every try",
    "ImageRejected": "`finish`",
    "ProcessingCompleted": "`finish`; `reconcile` where only the reply was lost",
    "ProcessingFailed": "`finish`; `reconcile` where only the reply was lost",
    "ProcessingTimedOut": "`reconcile`; `orchestrator` for a run that was throttled for so long",
    "ProcessingCancelled": "`images`, as the owner asks",
    "ProcessingSuperseded": "`orchestrator`, together with the start of the run that follows",
    "ReprocessingRequested": "`images`, as the owner asks",
    "LeftoversDiscarded": "`reconcile`",
    "ImageDeleted": "`images`, as the owner asks",
}
"""Who appends each event, as its envelope names them."""

ATTRIBUTES: Mapping[str, str] = {
    "version": "sk",
    "id": "id",
    "type": "t",
    "schema_version": "sv",
    "data": "d",
    "recorded_at": "at",
    "correlation_id": "cor",
    "causation_id": "cau",
    "writer": "by",
    "actor": "act",
    "previous_hash": "ph",
    "hash": "h",
}
"""The envelope's fields, and the attributes of the item that they are stored as."""

MEANINGS: Mapping[str, str] = {
    "alpha": "whether any pixel is not opaque",
    "actor": "the user who asked for it, as a Cognito sub; none for what the platform did itself",
    "bucket": "where the original lies",
    "byte_size": "in bytes",
    "causation_id": "the message, event or object version that led to it",
    "code": "why, for machines: the opening's, a step's, or the platform's own",
    "correlation_id": "one for all that follows from an upload: the image id; all logs carry it",
    "deadline_at": "the run's, as it was promised",
    "etag": "of the object version",
    "facts": "what explains the code: `limit`, `actual`, …",
    "format": "`jpeg`, `png`, …",
    "frames": "1 for a still picture",
    "hash": "sha256 of all else that is stored of the event, `ph` included",
    "height": "in pixels",
    "id": "uuid5 of tenant, image and what makes the fact one fact: never of an attempt or a clock",
    "key": "the object's",
    "media_type": "what it is served as",
    "name": "of the variant",
    "on_error": "what followed: `fail`, `drop` or `pass`",
    "pipeline": "its name",
    "previous_hash": "the hash of the event before; of the first, that of the stream's key",
    "run_id": "which run",
    "schema_version": "of the type: an older one is read as the newest",
    "state": "whether all that was promised exists, or some of it",
    "step": "its name in the pipeline",
    "type": "what happened",
    "version_id": "the object version",
    "width": "in pixels",
    "writer": "the part of the platform that appended it",
}
"""What a field means wherever its class does not say more."""

_TYPES: Mapping[str, str] = {
    "Annotated[int, Gt(0)]": "whole number",
    "Count": "whole number",
    "Facts": "texts, numbers, truths",
    "Instant": "time, UTC",
    "Literal['complete', 'partial']": "`complete`, `partial`",
    "Mapping[str, JsonValue]": "JSON",
    "OnError": "text",
    "Pixels": "whole number",
    "Text": "text",
    "Text | None": "text, or none",
    "bool": "truth",
    "datetime": "time, UTC",
    "int": "whole number",
    "str": "text",
    "str | None": "text, or none",
    "tuple[Applied, ...]": "list of steps",
    "tuple[Text, ...]": "list of texts",
    "Annotated[tuple[Text, ...], MinLen(1)]": "list of texts",
}


def page() -> str:
    """Return the page, as Markdown."""
    parts = [
        "# Events",
        _INTRODUCTION,
        "\n".join(f"- {_link(event)}: {_first_line(event)}" for event in EVENTS),
        "## The envelope",
        _ENVELOPE,
        _table(("attribute", "field", "type", "meaning"), _envelope()),
        *(part for event in EVENTS for part in _section(event)),
        "## A step of a recipe",
        inspect.getdoc(Applied) or "",
        _table(("field", "type", "meaning"), fields(Applied)),
        "This page is made of `darkroom/events/` by `make docs`.",
    ]
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = (
    "All that is known of an image is the list of its events, oldest first: its *stream*. An event"
    " is a fact in the past tense; it is never changed and never removed, and all that is shown of"
    " an image is folded from its events. [Guarantees](guarantees.md) says what is promised of"
    " them; `python -m darkroom history IMAGE` shows them."
)

_ENVELOPE = (
    "Every event is one item of the table `events`, with the key `pk`, which is"
    " `TENANT#image#IMAGE_ID`, and `sk`. Around its payload it has:"
)


def _link(event: type[Event]) -> str:
    anchor = event.type.replace(".", "")
    return f"[`{event.type}`](#{anchor})"


def _section(event: type[Event]) -> Iterator[str]:
    yield f"## {event.type}"
    yield from (" ".join(part.split()) for part in (inspect.getdoc(event) or "").split("\n\n"))
    told = (
        f"`{event.__name__}`, version {event.schema_version}. Written by {WRITERS[event.__name__]}."
    )
    once = f"How often: {_once(event)}"
    varies = ", ".join(f"`{name}`" for name in sorted(event.varies))
    may = f" Told again, it may differ in {varies}: the first telling stands." if varies else ""
    yield f"{told} {once}{may}"
    yield _table(("field", "type", "meaning"), fields(event))


def _once(event: type[Event]) -> str:
    said = _sentence(inspect.getdoc(event.dedup_key) or "")
    return said[0].lower() + said[1:]


def _first_line(event: type[Event]) -> str:
    return _sentence(inspect.getdoc(event) or "")


def _sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _envelope() -> Iterator[tuple[str, ...]]:
    for name, kind, meaning in fields(Recorded):
        if name.strip("`") in ATTRIBUTES:
            yield f"`{ATTRIBUTES[name.strip('`')]}`", name, kind, meaning


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fields(kind: type) -> Iterator[tuple[str, str, str]]:
    """Yield each field of a class: its name, its type in words, and what it means.

    The comment behind it tells the meaning, else MEANINGS; raises KeyError for one with neither,
    and for a type that has no words.
    """
    source = dedent(inspect.getsource(kind))
    said = _comments(source)
    (body,) = (found.body for found in ast.parse(source).body if isinstance(found, ast.ClassDef))
    for found in body:
        match found:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                written = ast.unparse(annotation)
                if not written.startswith("ClassVar") and written != "Event":
                    meaning = said.get(found.lineno) or MEANINGS[name]
                    yield f"`{name}`", _TYPES[written], meaning


def _comments(source: str) -> Mapping[int, str]:
    """Return the comment of each line that has one, without what is for the linter."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }
