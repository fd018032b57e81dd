"""Pipelines that hypothesis makes: well formed, small, and of every key that steps the flow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Options = st.SearchStrategy[dict[str, Any]]

# Variants, in the order in which they are given; one bears the name that a step may bear.
_WORDS = ("tiny", "s2", "soft", "dark", "flat", "late", "bare", "thin")
_CONDITIONS = ("picture.width >= 300", "not picture.alpha", "picture.name == 'tiny'")


@dataclass(frozen=True)
class _Left:
    """What a step leaves: the words that its pictures may bear, and its variants."""

    words: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()


@st.composite
def pipelines(
    draw: st.DrawFn, picture_steps: Mapping[str, Options], facts_steps: Mapping[str, Options]
) -> str:
    """Return the text of a pipeline of one to six steps, most of which the compiler accepts.

    The steps are those given, by the names of their plugins: each with what may stand in its
    `with`. It shrinks to one picture step without any other key.
    """
    spare = list(_WORDS)
    left = {"original": _Left()}
    lines = ["pipeline: made", "accept: { max_pixels: 1MP, formats: [jpeg, png] }", "steps:"]
    if draw(st.booleans()):
        left["check"] = _Left()
        lines.append("  check: { uses: validate }")
    for index in range(draw(st.integers(1, 6))):
        name = f"s{index}"
        of_facts = bool(facts_steps) and index > 0 and draw(_seldom())
        known = facts_steps if of_facts else picture_steps
        plugin = draw(st.sampled_from(sorted(known)))
        step: dict[str, Any] = {"uses": plugin}
        origin = left[list(left)[-1]]
        if index > 0 and draw(_seldom()):
            step["from"], origin = draw(st.sampled_from(_sources(left)))
            origin = _Left((*origin.words, name))
        if options := draw(known[plugin]):
            step["with"] = options
        left[name] = draw(_flowing(step, origin, spare, of_facts))
        lines.append(f"  {name}: {{ {', '.join(_written(step))} }}")
    return "\n".join(lines) + "\n"


@st.composite
def _flowing(
    draw: st.DrawFn, step: dict[str, Any], origin: _Left, spare: list[str], of_facts: bool
) -> _Left:
    """Draw the keys that decide what goes through `step`, and return what it leaves."""
    variants: tuple[str, ...] = ()
    if origin.words and draw(_seldom()):
        step["only"] = [draw(st.sampled_from(origin.words))]
    if not of_facts and len(spare) > 1 and draw(_seldom()):
        variants = tuple(spare.pop(0) for _ in range(draw(st.integers(1, 2))))
        step["variants"] = {variant: {} for variant in variants}
    elif draw(_seldom()):
        step["when"] = draw(st.sampled_from(_CONDITIONS))
    policies = [*(() if variants else ("pass",)), *(("drop",) if origin.words else ())]
    if policies and draw(_seldom()):
        step["on_error"] = draw(st.sampled_from(policies))
    if draw(_seldom()):
        step["alone"] = True
    return _Left((*origin.words, *variants), variants)


def _seldom() -> st.SearchStrategy[bool]:
    """Draw true about once in three times; it shrinks to false."""
    return st.sampled_from([False, False, True])


def _sources(left: Mapping[str, _Left]) -> list[tuple[str, _Left]]:
    """Return what `from` may name, with the words that pictures of it bear."""
    whole = list(left.items())
    parts = [
        (f"{name}.{variant}", _Left(tuple({*each.words} - {*each.variants} | {variant})))
        for name, each in whole
        for variant in each.variants
    ]
    return [*whole, *((name, _Left(tuple(sorted(each.words)))) for name, each in parts)]


def _written(step: Mapping[str, Any]) -> list[str]:
    """Return the keys of a step as YAML; JSON's values are YAML's too."""
    return [
        f"{key}: {value if key in ('uses', 'from', 'when') else json.dumps(value)}"
        for key, value in step.items()
    ]
