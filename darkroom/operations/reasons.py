"""Reasons: each code that an image can be rejected or fail with, in words and with its cure.

A code that is not here is a step's own: docs/steps says what it means.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.events import Facts, Scalar
from darkroom.operations.words import byte_size


@dataclass(frozen=True)
class Reason:
    """What is the matter, with the facts filled in, and what can be done about it."""

    what: str
    cure: str


_SMALLER = "Upload a smaller one, or raise accept.{option} in the pipeline."
_SOUND = "Open it in another program, save it anew, and upload that."
_AGAIN = "Reprocess it, or upload it again: an ended run is not taken up."
_BOUNDS = "A file that costs a decoder so much is refused on purpose. " + _SOUND
_LOOK = "The functions' logs of that time say why. " + _AGAIN

_BYTES = frozenset({"too_many_bytes", "metadata_too_large", "truncated", "over_budget"})


def _over(what: str, option: str) -> Reason:
    return Reason(what, _SMALLER.format(option=option))


REJECTIONS: Mapping[str, Reason] = {
    "empty": Reason("the upload has no bytes", "Upload it again."),
    "too_many_bytes": _over("it has {actual}, and {limit} are taken", "max_bytes"),
    "digest_mismatch": Reason(
        "its bytes are others than the uploader announced (SHA-256 {actual}, and not {limit})",
        "Upload it again: the bytes were changed on the way, or are of another file.",
    ),
    "unsupported_format": Reason(
        "the format that its first bytes show is {actual}, and taken are {limit}",
        "Convert it to one of these, or add its format to accept.formats in the pipeline.",
    ),
    "too_many_frames": _over(
        "it has {actual} frames or pages, and {limit} are taken", "max_frames"
    ),
    "too_many_pixels": _over("it has {actual} pixels, and {limit} are taken", "max_pixels"),
    "side_too_long": _over("a side has {actual} pixels, and {limit} are taken", "max_side"),
    "too_many_scans": _over("it has {actual} scans, and {limit} are taken", "max_scans"),
    "metadata_too_large": _over("it has {actual} of metadata, {limit} are taken", "max_metadata"),
    "too_many_parts": Reason("it is cut into more than {limit} {actual}", _BOUNDS),
    "truncated": Reason(
        "its end is missing: {actual} are there",
        "Upload the whole file; where that is all there is, save it anew in another program.",
    ),
    "corrupt": Reason("its bytes are no sound picture ({actual})", _SOUND),
    "decoder_timeout": Reason("its decoder took more than {limit} s", _BOUNDS),
    "decoder_out_of_memory": Reason("its decoder took more memory than it may", _BOUNDS),
    "decoder_crashed": Reason("its decoder crashed ({actual})", _BOUNDS),
    "refused": Reason(
        "the pipeline has a step that refuses such images ({reason})",
        "The step's `when` says which; the facts in the history say what was found.",
    ),
}
"""The verdicts of the stage that opens, of the opening itself, and of `reject`."""

FAILURES: Mapping[str, Reason] = {
    "crashed": Reason(
        "the step raised what it does not declare ({exception})",
        "That is a mistake in the step: the stage's log has the traceback. " + _AGAIN,
    ),
    "bad_option": Reason(
        "an option was filled with a value that it does not take ({options})",
        "Give the reference another `else`, or a `when` to the step.",
    ),
    "animated": Reason(
        "the step takes no animations, and the picture has {frames} frames",
        "Take its first frame before the step, or lower accept.max_frames.",
    ),
    "call_refused": Reason(
        "AWS refused the step's call {action} ({error})",
        "The request was wrong: the step's options or its code have to change.",
    ),
    "killed": Reason(
        "the stage was ended on every try ({error})",
        "Raise the step's `timeout` or `memory` in the pipeline. " + _AGAIN,
    ),
    "original_gone": Reason("the original is not in its bucket any more", "Upload it again."),
    "intermediate_gone": Reason(
        "a picture between two stages is not there any more: it is kept for a day", _AGAIN
    ),
    "nothing_rendered": Reason("the run ended and had rendered nothing of its promise", _LOOK),
    "execution_broke_off": Reason("the execution broke off on every try ({error})", _LOOK),
    "execution_refused": Reason("the execution could not be started ({error})", _LOOK),
    "execution_lost": Reason("the execution did not answer ({error})", _LOOK),
    "stage_of_another_pipeline": Reason(
        "the machine and the orchestrator were of two deployments", _AGAIN
    ),
    "over_budget": Reason(
        "even at the lowest quality the file has {actual}, and `max_bytes` is {limit}",
        "Give convert a larger max_bytes, or make the picture smaller before it.",
    ),
    "not_encodable": Reason(
        "the picture that the step made could not be written ({exception})",
        "That is a mistake in the step: the stage's log has the traceback. " + _AGAIN,
    ),
    "unsupported_text": Reason(
        "no font has {characters} of the text's characters", "Write a text in the fonts' scripts."
    ),
}
"""What fails a run or loses a variant, but for codes of single steps."""


def reason(code: str, step: str | None, facts: Facts) -> Reason:
    """Return what a code means with these facts, and its cure."""
    by = f" by step '{step}'" if step else ""
    known = REJECTIONS.get(code) or FAILURES.get(code)
    if known is None:
        told = ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
        return Reason(
            f"'{code}'{by}" + (f" ({told})" if told else ""),
            "docs/steps tells what the codes of a step mean.",
        )
    filled = _Filled({name: _said(code, value) for name, value in facts.items()})
    return Reason(f"'{code}'{by}, that is, {known.what.format_map(filled)}", known.cure)


class _Filled(dict[str, str]):
    """Facts by name; one that is not told is said to be unknown."""

    def __missing__(self, name: str) -> str:
        return f"{name} unknown"


def _said(code: str, value: Scalar) -> str:
    if value is None:
        return "not told"
    if isinstance(value, int) and code in _BYTES:
        return byte_size(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
