"""encodings: how each picture may be encoded at its output, and whether its frames fit (rule 9).

The last step passed that chooses has its way. What is chosen its options say, by `encoding` and
`frames_left`; no plugin is known here by its name.
"""

from collections.abc import Iterator
from dataclasses import replace

from darkroom.plan.expressions import names
from dsl.diagnostics import Report
from dsl.draft import Draft, Passage, Writing
from dsl.option_types import choices
from dsl.passes.flow import passages_of
from dsl.text import Span
from dsl.tree import Entry, Scalar
from steps.contract import Options
from steps.encoding import formats_from
from steps.formats import ANIMATED, FORMATS, TRAITS, Encoding

_ANY = tuple(Encoding(each) for each in FORMATS)


def run(draft: Draft, report: Report) -> Draft:
    """Follow what steps choose down each way; refuse frames that what they choose cannot hold."""
    formats, frames = draft.limits.formats, draft.limits.max_frames
    written = dict.fromkeys(each for original in formats for each in formats_from(original))
    origin = Writing(tuple(map(Encoding, written)), 1 if ANIMATED.isdisjoint(formats) else frames)
    draft = replace(draft, writing=dict(_below(draft.tree, origin, draft, report)))
    return replace(draft, decisions=draft.decided("encodings", _told(draft)))


def broken(draft: Draft) -> str | None:
    """Of every picture a format is known that it may have."""
    for passage in passages_of(draft.tree):
        known = draft.writing.get(passage.way)
        if not known or not known.encodings or not all(each.format for each in known.encodings):
            return f"no format is known behind {passage.way}"
    return None


def _below(
    tree: tuple[Passage, ...], before: Writing, draft: Draft, report: Report
) -> Iterator[tuple[str, Writing]]:
    for passage in tree:
        options = draft.options_of(passage)
        _check(passage, options, before, draft, report)
        after = _after(passage, options, before, draft)
        yield passage.way, after
        yield from _below(passage.next, after, draft, report)


def _after(passage: Passage, options: Options | None, before: Writing, draft: Draft) -> Writing:
    """Return what is known of the picture as it leaves the passage."""
    step, plugin = passage.step, passage.step.plugin
    if plugin is None or (step.name, passage.variant) not in draft.options:
        return replace(before, frames=1)  # that was refused: nothing is said of what follows
    if options is None:
        chooses = plugin.options_model.encoding is not Options.encoding
        return replace(before, encodings=_ANY if chooses else before.encodings)
    chosen = options.encoding()
    after = Writing(
        tuple(replace(chosen, format=chosen.format or each.format) for each in before.encodings)
        if chosen
        else before.encodings,
        1 if plugin.frames == "one" else options.frames_left(before.frames),
    )
    if step.entry.when or step.on_error == "pass":
        after = Writing((*before.encodings, *after.encodings), max(before.frames, after.frames))
    return replace(after, encodings=tuple(dict.fromkeys(after.encodings)))


def _check(
    passage: Passage, options: Options | None, before: Writing, draft: Draft, report: Report
) -> None:
    """Refuse a step that takes one frame, or a format that holds one, where more may come."""
    plugin = passage.step.plugin
    if before.frames == 1 or plugin is None or _asks_for_frames(passage, draft):
        return
    chosen = options.encoding() if options else None
    if plugin.frames == "one":
        _refuse(passage, before, f"{plugin.name} takes", "", report)
    elif options and chosen and options.frames_left(before.frames) > 1 and not _holds(chosen):
        _refuse(passage, before, f"{chosen.format} holds", _stilling(options), report)


def _asks_for_frames(passage: Passage, draft: Draft) -> bool:
    """Whether the step's condition looks at the number of frames: it is taken to know why.

    So is one that was refused, since it may have been meant to.
    """
    condition = draft.conditions.get(passage.step.name)
    if condition is None:
        return passage.step.entry.when is not None
    return any(each.endswith(".frames") for each in names(condition))


def _holds(encoding: Encoding) -> bool:
    return encoding.format is None or TRAITS[encoding.format].animated


def _stilling(options: Options) -> str:
    """Return the option and its value that would take the first frame, or nothing."""
    model = type(options)
    return next(
        (
            f"{name}: {word}"
            for name in model.model_fields
            for word in choices(model, name)
            if options.model_copy(update={name: word}).frames_left(2) == 1
        ),
        "",
    )


def _refuse(passage: Passage, before: Writing, holder: str, cure: str, report: Report) -> None:
    report.add(
        "D309",
        _place(passage, holder.split(maxsplit=1)[0]),
        f"this picture may have {before.frames} frames (max_frames), {holder} one",
        cure=f"add {cure or 'when: picture.frames == 1'}, or accept no animations: max_frames: 1",
    )


def _place(passage: Passage, word: str) -> Span:
    """Return where the step says `word`: as the value of an option, else what it uses."""
    entry = passage.step.entry
    written: list[Entry] = []
    for variant in entry.variants:
        if variant.name.text == passage.variant:
            written += variant.options.entries
    written += entry.given.options.entries if entry.given else ()
    for option in written:
        if isinstance(option.value, Scalar) and option.value.value == word:
            return option.value.span
    return entry.uses.span if entry.uses else entry.name.span


def _told(draft: Draft) -> str:
    """Name the formats of the outputs; those of one kind together."""
    outputs: dict[str, list[str]] = {}
    for passage in passages_of(draft.tree):
        known = draft.writing[passage.way]
        if passage.output:
            formats = dict.fromkeys(each.format or "" for each in known.encodings)
            outputs.setdefault(" or ".join(formats), []).append(passage.output)
    told = (f"{', '.join(named)} as {formats}" for formats, named in outputs.items())
    return "; ".join(told) or "no outputs"
