"""The rules of the language: each is shown by a pipeline that keeps it and one that breaks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsl.codes import CODES

FIXTURES = Path(__file__).parent / "fixtures"
LANGUAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text("utf-8")


@dataclass(frozen=True)
class Shown:
    """Where a rule is shown: pipelines that keep it, and those that break it, or why none can."""

    good: tuple[str, ...]
    bad: tuple[str, ...] = ()
    unbreakable: str = ""


RULES: Mapping[int, Shown] = {
    1: Shown(("smallest", "photos"), ("P003-keep",)),
    2: Shown(("smallest", "facts-on-the-way"), ("P025-looser", "P031-conditional-opening")),
    3: Shown(("facts-on-the-way", "facts-only"), ("D312-variants-of-facts",)),
    4: Shown(("branches",), ("P033-unknown", "P033-below", "P015-from-is-a-list")),
    5: Shown(("names",), ("D302-when-and-variants", "D308-passed-on", "D312-variants-of-facts")),
    6: Shown(("names", "passing-by"), ("P019-unknown-picture",)),
    7: Shown(("branches", "names"), ("D306-variant-and-branch", "P027-variant-twice")),
    8: Shown(("branches", "facts-only"), ("P028-too-many-outputs",)),
    9: Shown(("photos",), ("D309-frames-lost",)),
    10: Shown(("facts-on-the-way",), ("D303-conditional-fact", "D304-another-branch")),
    11: Shown(("tags", "picture-names"), ("D303-owner-name", "P005-unlisted-tag")),
    12: Shown(("expressions",), ("P020-two-values", "P021-order-of-texts", "D303-owner-name")),
    13: Shown(("expressions", "units"), ("P021-yes-no-in-a-text", "P022-text-for-a-number")),
    14: Shown(("policies",), ("D307-only-output", "D307-all-below", "P003-on-error")),
    15: Shown(("policies", "moderated"), ("P015-alone-is-a-text",)),
    16: Shown(("moderated",), ("D301-late-verdict", "D301-branch-below", "D301-published")),
    17: Shown(("policies",), unbreakable="the ending is worked out by the run"),
    18: Shown(("limits", "units"), ("P003-attempts", "P009-defaults", "P029-memory")),
    19: Shown(("policies", "moderated"), unbreakable="it binds the compiler and the runner"),
    21: Shown(
        ("units", "expressions"), ("Y003-anchor-and-alias", "Y006-no-value", "P026-no-such-unit")
    ),
}
# Shown by pairs of files, a pipeline and its overlay.
BY_PAIRS = {20}


def test_every_rule_of_the_language_is_shown() -> None:
    """The numbers are those of docs/language.md."""
    lines = LANGUAGE.partition("## Rules")[2].splitlines()
    numbers = {int(line.partition(".")[0]) for line in lines if line[:1].isdigit()}

    assert set(RULES) | BY_PAIRS == numbers


@pytest.mark.parametrize("number", RULES)
def test_what_shows_a_rule_is_there(number: int) -> None:
    """Good and bad fixtures by name; without a bad one, the table says why none can be."""
    shown = RULES[number]

    assert all((FIXTURES / "good" / f"{name}.yaml").is_file() for name in shown.good)
    assert all((FIXTURES / "errors" / f"{name}.yaml").is_file() for name in shown.bad)
    assert shown.good
    assert bool(shown.bad) != bool(shown.unbreakable)


# What authors get wrong most often, and what a message has to say of it.
LIKELY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "a plugin mistyped": ("P001-unknown-plugin", ('did you mean "watermark"?', "allowed: ")),
    "an option mistyped": (
        "P002-unknown-option",
        ('step "small" (resize)', 'did you mean "width"?', "declared in stubs/"),
    ),
    "a variant named below its step": (
        "P006-variants-by-name",
        ('only defined inside step "sizes"', "write picture.width, and only: [medium]"),
    ),
    "a value out of bounds": ("P003-too-small", ("cannot be 0", "at least 1 and at most")),
    "an option left out": (
        "P004-missing-option",
        ('step "mark" (watermark) is missing "text"', "declared in stubs/"),
    ),
    "a step mistyped in an expression": ("P005-unknown-step", ('did you mean "look.count"?',)),
    "a fact of another way": ("D304-another-branch", ("original > full > again", "from: look")),
    "a number for a condition": (
        "P007-number",
        ("yes/no value", "did you mean `picture.width > 0`?"),
    ),
    "a name given twice": ("P008-step-twice", ("first defined at", "silently drop the first")),
    "a number without its unit": ("P009-timeout", ("has no unit", "write 30s", "ms, s, min")),
    "more time than there is": ("P010-attempts", ("5 attempts x", "= 560 s", "write retry:")),
    "two outputs of one name": ("D306-variant-and-branch", ("called `mono`", "rename")),
}


@pytest.mark.parametrize("mistake", LIKELY)
def test_a_likely_mistake_is_told_with_its_cause_and_its_cure(mistake: str) -> None:
    """The twelfth, files that were edited by hand, is P012: see test_generate."""
    fixture, phrases = LIKELY[mistake]
    text = (FIXTURES / "errors" / f"{fixture}.txt").read_text("utf-8")

    assert text.startswith(f"error[{fixture.partition('-')[0]}]: ")
    assert fixture.partition("-")[0] in CODES
    assert [phrase for phrase in phrases if phrase not in text] == []
