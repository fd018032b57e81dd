"""The page of codes, made of the code: docs/codes.md."""

import re
from collections.abc import Iterator, Mapping

from darkroom.operations.reasons import FAILURES, REJECTIONS, Reason
from steps.plugins import AnyStep

_INTRO = """\
An image that is rejected, and a variant that is lost, have a code, and facts that go with it: in
the events, in what the API answers, and in what `make process` prints. `python -m darkroom why
IMAGE` says them in the words below."""
_VERDICTS = """\
Nothing is tried again, and `on_error` has no say. [What each fact is](hostile-input.md#codes)."""
_ERRORS = """\
With these any step can end, whatever it declares, and a run. Of a step's error `on_error` decides
what follows; what goes wrong as an output's file is written is one of the last step before it."""
_OWN = "What a single step declares besides; its page says when."


def page(steps: Mapping[str, AnyStep]) -> str:
    """Return the page, as Markdown."""
    declared = {code for step in steps.values() for code in (*step.rejects, *step.fails)}
    own = {code for code in declared if code not in REJECTIONS}
    anywhere = {code: reason for code, reason in FAILURES.items() if code not in own}
    parts = [
        "# Codes: how an image ends, and why",
        _INTRO,
        "## Rejected: the image is not acceptable",
        _VERDICTS,
        _table(REJECTIONS),
        "## Failed, or a variant lost",
        _ERRORS,
        _table(anywhere),
        "## Codes of steps",
        _OWN,
        "\n".join(["| step | code |", "|---|---|", *_rows(steps, own)]),
    ]
    return "\n\n".join(parts) + "\n"


def _table(reasons: Mapping[str, Reason]) -> str:
    rows = [
        f"| `{code}` | {_said(each.what)} | {_said(each.cure)} |" for code, each in reasons.items()
    ]
    return "\n".join(["| code | what is the matter | what can be done |", "|---|---|---|", *rows])


def _rows(steps: Mapping[str, AnyStep], own: set[str]) -> Iterator[str]:
    for name, step in steps.items():
        codes = [code for code in (*step.rejects, *step.fails) if code in own]
        if codes:
            yield f"| [{name}](steps/{name}.md) | {', '.join(f'`{code}`' for code in codes)} |"


def _said(words: str) -> str:
    """Return the words with each fact by its name, as the events call it."""
    return re.sub(r"\{(\w+)\}", r"*\1*", words)
