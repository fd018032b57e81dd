"""frames: how many frames a picture may have at each place, and that none is lost unsaid (D309)."""

from collections.abc import Iterator
from dataclasses import replace

from darkroom.plan.expressions import names
from dsl.diagnostics import Report
from dsl.draft import Draft, Passage
from dsl.model import Given
from dsl.text import Span
from steps.formats import TRAITS, Encoding

_ASKED = {"picture.frames", "image.frames"}


def run(draft: Draft, report: Report) -> Draft:
    """Refuse a format of one frame where an animation may come."""
    most = accepted(draft)
    lost = list(_lost(draft.tree, most, draft))
    for passage, encoding, frames in lost:
        _refuse(passage, encoding, frames, report)
    reason = f"at most {most} {'frame' if most == 1 else 'frames'} a picture"
    return replace(draft, decisions=draft.decided("frames", reason))


def broken(draft: Draft) -> str | None:
    """No way leads an animation into a format that holds one frame."""
    lost = next(iter(_lost(draft.tree, accepted(draft), draft)), None)
    return None if lost is None else f"{lost[0].way} loses frames"


def accepted(draft: Draft) -> int:
    """Return how many frames an original may have: one where no accepted format holds more."""
    animated = any(TRAITS[each].animated for each in draft.limits.formats)
    return draft.limits.max_frames if animated else 1


def _lost(
    tree: tuple[Passage, ...], frames: int, draft: Draft
) -> Iterator[tuple[Passage, Encoding, int]]:
    for passage in tree:
        options = draft.options_of(passage)
        encoding = options.encoding() if options else None
        left = options.frames_left(frames) if options else frames
        if encoding and left > 1 and not (_holds(encoding) or _is_careful(passage, draft)):
            yield passage, encoding, left
        yield from _lost(passage.next, left, draft)


def _holds(encoding: Encoding) -> bool:
    """Whether an animation can be written so."""
    return encoding.format is None or TRAITS[encoding.format].animated


def _is_careful(passage: Passage, draft: Draft) -> bool:
    """Whether the step's condition asks for the number of frames."""
    condition = draft.conditions.get(passage.step.name)
    return condition is not None and bool(_ASKED & set(names(condition)))


def _refuse(passage: Passage, encoding: Encoding, frames: int, report: Report) -> None:
    report.add(
        "D309",
        _place(passage),
        f"this picture may have {frames} frames (accept.max_frames), {encoding.format} holds one",
        cure="add frames: first, or write accept: { max_frames: 1 }",
    )


def _place(passage: Passage) -> Span:
    """Return where the format is written: of the variant, or shared in `with`."""
    entry = passage.step.entry
    own = [each for each in entry.variants if each.name.text == passage.variant]
    given = [Given(each.name.span, each.options) for each in own] + [entry.given]
    for each in given:
        found = each.options.get("format") if each else None
        if found is not None:
            return found.value.span
    return entry.name.span
