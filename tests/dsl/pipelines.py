"""Pipelines that hypothesis makes: well formed, small, and of every key that steps the flow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

Options = st.SearchStrategy[dict[str, Any]]

# Variants, in the order in which they are given; one bears the name that a step may bear.
_WORDS = ("tiny", "s2", "soft", "dark", "flat", "late", "bare", "thin")
_CONDITIONS = ("picture.width >= 300", "not picture.alpha", "picture.name == 'tiny'")
_RETRIES = ({"attempts": 2, "wait": "1s"}, {"attempts": 4})
STILL = st.just("accept: { max_pixels: 1MP, formats: [jpeg, png] }")


@dataclass(frozen=True)
class _Left:
    """What a step leaves: the words that its pictures may bear, its variants, and what is known.

    `conditions` may be asked of its pictures: by facts steps on their way.
    """

    words: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    conditions: tuple[str, ...] = _CONDITIONS


@st.composite
def pipelines(
    draw: st.DrawFn,
    picture_steps: Mapping[str, Options],
    facts_steps: Mapping[str, Options],
    *,
    heads: st.SearchStrategy[str] = STILL,
    asked: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the text of a pipeline of one to six steps, most of which the compiler accepts.

    The steps are those given, by the names of their plugins: each with what may stand in its
    `with`. `heads` are what stands above the steps; `asked` is what may be asked of the facts of
    a step, by its plugin, with `{}` for its name. It shrinks to one picture step without any
    other key.
    """
    spare = list(_WORDS)
    left = {"original": _Left()}
    lines = ["pipeline: made", draw(heads), "steps:"]
    if draw(st.booleans()):
        left["check"] = _Left()
        lines.append("  check: { uses: validate }")
    for index in range(draw(st.integers(1, 6))):
        of_facts = bool(facts_steps) and index > 0 and draw(_seldom())
        known = facts_steps if of_facts else picture_steps
        step, origin = draw(_begun(f"s{index}", known, left))
        told = (asked[step["uses"]].format(f"s{index}"),) if step["uses"] in asked else ()
        left[f"s{index}"] = draw(_flowing(step, origin, spare, told=told, of_facts=of_facts))
        lines.append(f"  s{index}: {{ {', '.join(_written(step))} }}")
    return "\n".join(lines) + "\n"


@st.composite
def _begun(
    draw: st.DrawFn, name: str, known: Mapping[str, Options], left: Mapping[str, _Left]
) -> tuple[dict[str, Any], _Left]:
    """Draw what a step uses, with which options and from where; return what it takes as well."""
    plugin = draw(st.sampled_from(sorted(known)))
    step: dict[str, Any] = {"uses": plugin}
    origin = left[list(left)[-1]]
    if name != "s0" and draw(_seldom()):
        step["from"], origin = draw(st.sampled_from(_sources(left)))
        origin = replace(origin, words=(*origin.words, name))
    if options := draw(known[plugin]):
        step["with"] = options
    return step, origin


@st.composite
def _flowing(
    draw: st.DrawFn,
    step: dict[str, Any],
    origin: _Left,
    spare: list[str],
    *,
    told: tuple[str, ...],
    of_facts: bool,
) -> _Left:
    """Draw the keys that decide what goes through `step`, and return what it leaves."""
    variants: tuple[str, ...] = ()
    if origin.words and draw(_seldom()):
        step["only"] = [draw(st.sampled_from(origin.words))]
    if not of_facts and len(spare) > 1 and draw(_seldom()):
        variants = tuple(spare.pop(0) for _ in range(draw(st.integers(1, 2))))
        step["variants"] = {variant: {} for variant in variants}
    elif draw(_seldom()) or (origin.conditions != _CONDITIONS and draw(st.booleans())):
        step["when"] = draw(st.sampled_from(origin.conditions))
    policies = [*(() if variants else ("pass",)), *(("drop",) if origin.words else ())]
    if policies and draw(_seldom()):
        step["on_error"] = draw(st.sampled_from(policies))
    if draw(_seldom()):
        step["alone"] = True
    if draw(_seldom()):
        step["retry"] = draw(st.sampled_from(_RETRIES))
    sure = not step.keys() & {"when", "only", "on_error"}
    conditions = told if sure and told else origin.conditions
    return _Left((*origin.words, *variants), variants, conditions)


def _seldom() -> st.SearchStrategy[bool]:
    """Draw true about once in three times; it shrinks to false."""
    return st.sampled_from([False, False, True])


def _sources(left: Mapping[str, _Left]) -> list[tuple[str, _Left]]:
    """Return what `from` may name, with the words that pictures of it bear."""
    whole = list(left.items())
    parts = [
        (
            f"{name}.{variant}",
            replace(each, words=tuple(sorted({*each.words} - {*each.variants} | {variant}))),
        )
        for name, each in whole
        for variant in each.variants
    ]
    return [*whole, *((name, replace(each, variants=())) for name, each in parts)]


def _written(step: Mapping[str, Any]) -> list[str]:
    """Return the keys of a step as YAML; JSON's values are YAML's too."""
    return [
        f"{key}: {value if key in ('uses', 'from', 'when') else json.dumps(value)}"
        for key, value in step.items()
    ]
