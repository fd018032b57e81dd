"""What the rules say of a pipeline's pictures, worked out from the file without the compiler."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml


@dataclass(frozen=True)
class Told:
    """A picture: the words of its way (rule 7), the last step of its branch to make it, its way."""

    words: tuple[str, ...] = ()
    maker: str = ""
    way: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Rule 7; the picture that nothing has made or named yet is the original."""
        return "-".join(self.words) or self.maker or "original"


@dataclass
class Flow:
    """Every passage by its way, with the name of what enters; and the outputs, with their ways."""

    passages: dict[str, str] = field(default_factory=dict)
    outputs: list[tuple[str, str]] = field(default_factory=list)


def flow_of(text: str, facts: Collection[str]) -> Flow:
    """Return the flow of a well-formed pipeline; `facts` are the plugins that make no pictures."""
    steps: dict[str, dict[str, Any]] = yaml.safe_load(text)["steps"]
    flow, here = Flow(), [Told()]
    left = {"original": here}
    for name, step in steps.items():
        if step["uses"] == "validate":
            left[name] = here
            continue
        if "from" in step:
            _promise(flow, here)
            here = [replace(each, words=(*each.words, name), maker="") for each in _of(step, left)]
        makes = "" if step["uses"] in facts else name
        here = left[name] = [
            after for before in here for after in _after(before, name, step, makes, flow)
        ]
    _promise(flow, here)
    return flow


def _of(step: dict[str, Any], left: dict[str, list[Told]]) -> list[Told]:
    """Rule 4: all that a step leaves, or those of one variant."""
    source, point, _ = step["from"].partition(".")
    return [each for each in left[source] if not point or each.way[-1] == step["from"]]


def _after(before: Told, name: str, step: dict[str, Any], makes: str, flow: Flow) -> Iterator[Told]:
    """Rules 5 and 6: what comes of a picture; what goes by is as it was."""
    parts = set(before.name.split("-"))
    if "only" in step and not any(set(each.split("-")) <= parts for each in step["only"]):
        yield before
        return
    for variant in step.get("variants", ("",)):
        way = (*before.way, f"{name}.{variant}" if variant else name)
        flow.passages[" > ".join(way)] = before.name
        words = (*before.words, variant) if variant else before.words
        yield Told(words, makes or before.maker, way)


def _promise(flow: Flow, pictures: list[Told]) -> None:
    """Rule 8: what a branch ends with is published, if a picture step of it has made that."""
    flow.outputs += [(each.name, " > ".join(each.way)) for each in pictures if each.maker]
