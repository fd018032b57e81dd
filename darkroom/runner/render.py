"""Render: walk the plan's tree with one image, giving results as they come about.

Bytes and facts in, results out: nothing is read or written here. Every branch runs to its end
whatever happens on another (rule 17); only a verdict ends the walk.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from darkroom.events import Applied
from darkroom.plan import Environment, Node, Plan, evaluate
from darkroom.runner.apply import AnyStep, apply, read_options
from darkroom.runner.recipe import options_digest
from steps import encoding, plugins
from steps.contract import Facts, Options, Picture, Rejected, StepFailed
from steps.formats import Format
from steps.limits import Limits
from steps.opening import Header, Opened, open_picture

logger = logging.getLogger(__name__)

Scalars = Mapping[str, str | int | float | bool | None]
Load = Callable[[str], AnyStep]


@dataclass(frozen=True)
class Validated:
    """The original was opened: it is what `accept` admits, whole, and upright from here on."""

    step: str | None
    header: Header


@dataclass(frozen=True)
class Verdict:
    """The image is not acceptable; nothing comes after this."""

    step: str | None
    code: str
    facts: Scalars


@dataclass(frozen=True)
class FactsFound:
    """A facts step answered; `way` tells the picture it looked at."""

    step: str
    way: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A promised picture, encoded."""

    name: str
    encoded: bytes
    format: Format
    width: int  # pixels
    height: int  # pixels
    recipe: tuple[Applied, ...]


@dataclass(frozen=True)
class Failed:
    """A step could not do its work, so the promised pictures `names` do not come about."""

    names: tuple[str, ...]
    step: str
    code: str
    facts: Scalars


Result = Validated | Verdict | FactsFound | Rendered | Failed


@dataclass(frozen=True)
class _Way:
    """A picture and what it has gone through so far."""

    picture: Picture
    format: str  # the original's
    encoder: int  # its version
    environment: Environment
    recipe: tuple[Applied, ...]

    def about_to_enter(self) -> "_Way":
        """Return the same way with `picture.*` telling of the picture as it is now."""
        picture: Environment = {
            "picture.format": self.format,
            "picture.width": self.picture.width,
            "picture.height": self.picture.height,
            "picture.frames": self.picture.frames,
            "picture.alpha": self.picture.alpha,
        }
        return replace(self, environment={**self.environment, **picture})


def render(
    plan: Plan, original: bytes, environment: Environment, *, load: Load = plugins.load
) -> Iterator[Result]:
    """Yield what comes of `original` under `plan`, in the order in which it comes about.

    `environment` holds what is known of the image before it is opened: `image.id`, `image.owner`
    and so on; `load` gives a plugin by its name. First comes Validated, or a Verdict and nothing
    more; then each promised output comes once, as Rendered or in a Failed. Bad input raises
    nothing: it is in the results.
    """
    opened = open_picture(original, Limits.read(plan.opening.options), plan.opening.keep)
    if isinstance(opened, Rejected):
        yield Verdict(plan.opening.step, opened.code, opened.facts)
        return
    yield Validated(plan.opening.step, opened.header)
    way = _opened_way(plan, opened, environment)
    for node in plan.nodes:
        for result in _walk(node, way, load):
            yield result
            if isinstance(result, Verdict):
                return


def _opened_way(plan: Plan, opened: Opened, environment: Environment) -> _Way:
    facts = asdict(opened.header)
    known = {f"image.{name}": value for name, value in facts.items()}
    if plan.opening.step is not None:
        known |= {f"{plan.opening.step}.{name}": value for name, value in facts.items()}
    keep = options_digest({"keep": list(plan.opening.keep)})
    version = plan.opening.version
    applied = Applied(step="original", uses="open", version=version, options_digest=keep)
    return _Way(
        opened.picture, opened.header.format, plan.encoder, {**environment, **known}, (applied,)
    )


def _walk(node: Node, way: _Way, load: Load) -> Iterator[Result]:
    """Take the picture of `way` through `node`, publish it if promised, and go on below."""
    way = way.about_to_enter()
    if node.when is None or evaluate(node.when, way.environment):
        step = load(node.uses)
        try:
            options = read_options(step, node, way.environment)
            answer = apply(step, node, way.picture, options)
        except StepFailed as failure:
            yield Failed(_promised(node), node.step, failure.code, failure.facts)
            return
        if isinstance(answer, Rejected):
            yield Verdict(node.step, answer.code, answer.facts)
            return
        if isinstance(answer, Facts):
            facts = answer.model_dump(mode="json")
            yield FactsFound(node.step, node.way, facts)
            way = _knowing(way, node.step, facts)
        else:
            way = _having(way, node, answer, options)
    if node.output is not None:
        yield _encoded(node.output, node.step, way)
    for below in node.next:
        yield from _walk(below, way, load)


def _knowing(way: _Way, step: str, facts: Mapping[str, Any]) -> _Way:
    # A fact that was not found is absent, so that `else` and `exists` see it so.
    named = {f"{step}.{name}": value for name, value in facts.items() if value is not None}
    return replace(way, environment={**way.environment, **named})


def _having(way: _Way, node: Node, picture: Picture, options: Options) -> _Way:
    digest = options_digest(
        {"options": options.model_dump(mode="json"), "assets": dict(node.assets)}
    )
    applied = Applied(step=node.step, uses=node.uses, version=node.version, options_digest=digest)
    return replace(way, picture=picture, recipe=(*way.recipe, applied))


def _encoded(name: str, step: str, way: _Way) -> Rendered | Failed:
    """Encode the picture as it leaves `step`; what no encoder takes is that step's failure."""
    format_ = encoding.output_format(way.format, alpha=way.picture.alpha)
    applied = Applied(
        step="output",
        uses="encode",
        version=way.encoder,
        options_digest=options_digest({"format": format_}),
    )
    try:
        # Pictures are lazy: a mistake in their pixels may show only now.
        encoded = encoding.encode(way.picture, format_)
    except Exception as error:
        logger.warning("the picture of step %s cannot be encoded", step, exc_info=True)
        return Failed((name,), step, "not_encodable", {"exception": type(error).__name__})
    return Rendered(
        name=name,
        encoded=encoded,
        format=format_,
        width=way.picture.width,
        height=way.picture.height,
        recipe=(*way.recipe, applied),
    )


def _promised(node: Node) -> tuple[str, ...]:
    """Return the outputs at and below `node`."""
    own = () if node.output is None else (node.output,)
    return own + tuple(name for below in node.next for name in _promised(below))
