"""The timeline: an image's events as lines for people, each said once in words."""

from collections.abc import Callable, Mapping
from typing import Any

from rich.text import Text

from darkroom.operations import reasons
from darkroom.operations.words import byte_size, counted

_COLOURS = {
    "image.processing-completed": "green",
    "image.rejected": "red",
    "image.processing-failed": "red",
    "image.processing-timed-out": "red",
    "image.variant-failed": "yellow",
    "image.variant-dropped": "yellow",
    "image.error-recorded": "yellow",
    "image.processing-cancelled": "yellow",
    "image.deleted": "yellow",
    "image.reupload-ignored": "yellow",
}


def line(version: int, kind: str, elapsed_ms: int, facts: Mapping[str, Any]) -> Text:
    """Return one event as a line: its version, the time since the first, what it says."""
    since = (f"{elapsed_ms:>7,} ms  ", "dim")
    return Text.assemble((f"{version:>3} ", "dim"), since, said(kind, facts))


def said(kind: str, facts: Mapping[str, Any]) -> Text:
    """Return what an event says: its name, of one width, and its facts in words."""
    return Text.assemble(
        (f"{kind.removeprefix('image.'):<22} ", _COLOURS.get(kind, "cyan")),
        _SAYS[kind](facts) if kind in _SAYS else "",
    )


def reason(facts: Mapping[str, Any]) -> str:
    """Return why something was refused or failed: its code, step, limit and actual value."""
    step = f" by {facts['step']}" if facts.get("step") else ""
    known = {name: value for name, value in facts["facts"].items() if value is not None}
    told = ", ".join(f"{name} {value}" for name, value in sorted(known.items(), reverse=True))
    return f"{facts['code']}{step}" + (f" ({told})" if told else "")


def cure(facts: Mapping[str, Any]) -> str:
    """Return what can be done about that."""
    return reasons.reason(facts["code"], facts.get("step"), facts["facts"]).cure


def _upload(facts: Mapping[str, Any]) -> str:
    return f"{byte_size(facts['byte_size'])}, version {facts['version_id'][:12]}"


def _promise(facts: Mapping[str, Any]) -> str:
    return f"{facts['pipeline']} promises {', '.join(facts['variants']) or 'no pictures'}"


def _variant(facts: Mapping[str, Any]) -> str:
    size = f"{facts['width']} x {facts['height']} {facts['format']}"
    return (
        f"{facts['name']}: {size}, {byte_size(facts['byte_size'])}, by {_recipe(facts['recipe'])}"
    )


def _found(facts: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in facts["facts"].items())
    return f"{facts['step']}: {told}"


def _recipe(recipe: list[Mapping[str, Any]]) -> str:
    return " > ".join(f"{applied['uses']} v{applied['version']}" for applied in recipe)


_SAYS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "image.uploaded": _upload,
    "image.reupload-ignored": _upload,
    "image.leftovers-discarded": lambda facts: (
        counted(len(facts["keys"]), "object") if "keys" in facts else ""  # the API keeps them back
    ),
    "image.processing-started": _promise,
    "image.validated": lambda facts: f"{facts['format']} {facts['width']} x {facts['height']}",
    "image.facts-recorded": _found,
    "image.variant-rendered": _variant,
    "image.variant-failed": lambda facts: f"{facts['name']}: {reason(facts)}",
    "image.variant-dropped": lambda facts: f"{facts['name']}: {reason(facts)}",
    "image.error-recorded": lambda facts: (
        reason(facts) + ("; the picture went on as it came" if facts["on_error"] == "pass" else "")
    ),
    "image.rejected": reason,
    "image.processing-failed": reason,
    "image.processing-timed-out": lambda facts: f"its deadline was {facts['deadline_at']}",
    "image.processing-superseded": lambda facts: f"{facts['by']} follows",
    "image.processing-completed": lambda facts: (
        f"{facts['state']}: {', '.join(facts['variants']) or 'no pictures'}"
    ),
}
