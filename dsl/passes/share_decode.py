"""share_decode: what the one decode of the original has to serve (rule 19).

All ways share it, in every form of the plan. It may be smaller than the original only if every way
begins with a step that says which box of pixels it makes, whatever the picture.
"""

from dataclasses import replace

from dsl.diagnostics import Report
from dsl.draft import Draft, Passage

Box = tuple[int, int]


def run(draft: Draft, _: Report) -> Draft:
    """Fill in the boxes that a smaller decode must cover, or say who needs every pixel."""
    if draft.opening is None:
        raise AssertionError("a draft behind the pass `lower` has an opening")
    needing = [passage.way for passage in draft.tree if _box(passage, draft) is None]
    boxes = tuple(dict.fromkeys(_boxes(draft))) if not needing else ()
    opening = draft.opening.model_copy(update={"boxes": boxes})
    ways = f"one decode for {len(draft.tree)} {'way' if len(draft.tree) == 1 else 'ways'}"
    reason = f"{ways}, covering {', '.join(f'{width} x {height}' for width, height in boxes)}"
    if not boxes:
        needs = f"`{needing[0]}` counts every pixel" if needing else "nothing is made of it"
        reason = f"{ways}, at full scale: {needs}"
    return replace(draft, opening=opening, decisions=draft.decided("share_decode", reason))


def broken(draft: Draft) -> str | None:
    """A smaller decode serves every way, or there is none."""
    boxes = draft.opening.boxes if draft.opening else ()
    if boxes and set(boxes) != set(_boxes(draft)):
        return "a way begins with a box that the decode need not cover"
    return None if not boxes or all(_box(each, draft) for each in draft.tree) else "a way has none"


def _boxes(draft: Draft) -> list[Box]:
    return [box for passage in draft.tree if (box := _box(passage, draft)) is not None]


def _box(passage: Passage, draft: Draft) -> Box | None:
    """Return the box that the first step of a way makes of any picture, if it says one.

    A step that a picture may pass by, by its condition or on an error, makes it of none.
    """
    options, step = draft.options_of(passage), passage.step
    if options is None or step.entry.when is not None or step.on_error == "pass":
        return None
    return options.box()
