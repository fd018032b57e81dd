"""Render: take a picture through the plan, giving results as they come about.

Bytes and facts in, results out: nothing is read or written here. Every branch runs to its end
whatever happens on another (rule 17); only a verdict ends all of them.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from darkroom.events import Applied
from darkroom.plan import Environment, Node, OnError, Plan, Task, below, evaluate, promised
from darkroom.runner.apply import AnyStep, apply, read_options
from darkroom.runner.calls import Ask, no_calls
from darkroom.runner.journey import Journey
from darkroom.runner.recipe import options_digest
from darkroom.runner.results import (
    FactsFound,
    Failed,
    Leaving,
    Rendered,
    Result,
    Validated,
    Verdict,
)
from steps import encoding, plugins
from steps.contract import Facts, Options, Rejected, StepFailed
from steps.limits import Limits
from steps.opening import Opened, open_picture

logger = logging.getLogger(__name__)

Load = Callable[[str], AnyStep]
Open = Callable[[bytes, Limits, Collection[str], Sequence[tuple[int, int]]], Opened | Rejected]


@dataclass(frozen=True)
class Means:
    """What a plan is carried out with.

    `load` gives a plugin by its name, `open` the picture of an original, `ask` makes the calls of
    steps. `found` holds the facts that are on record already, by way: a step that calls AWS is not
    asked for them again, since what stands below it has seen those.
    """

    load: Load = plugins.load
    open: Open = open_picture
    ask: Ask = no_calls
    found: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def render(
    plan: Plan, original: bytes, environment: Environment, means: Means = Means()
) -> Iterator[Result]:
    """Open the original, and yield what comes of it in the plan's first task.

    `environment` holds what is known of the image before it is opened: `image.id`, `image.owner`
    and so on. First comes Validated, or a Verdict and nothing more; then each promised output that
    the task covers comes once, as Rendered or in a Failed, and each picture that goes on to other
    tasks as Leaving. Bad input raises nothing: it is in the results.
    """
    opening = plan.opening
    opened = means.open(original, Limits.read(opening.options), opening.keep, opening.boxes)
    if isinstance(opened, Rejected):
        yield Verdict(plan.opening.step, opened.code, opened.facts)
        return
    yield Validated(plan.opening.step, opened.header)
    yield from carry(plan, plan.start, _departure(plan, opened, environment), means)


def carry(
    plan: Plan, task: Task, journey: Journey, means: Means = Means(), *, by: Failed | None = None
) -> Iterator[Result]:
    """Yield what comes of a picture in `task`, as `render` does.

    With `by`, an error that ended the step of this task from outside, the step is not tried: the
    picture goes by it, as that error's `on_error: pass` says.
    """
    walk = _Walk(plan, task, means, by)
    try:
        yield from walk.on(task.at, below(plan, task.at), journey)
    except _Rejected as rejected:
        yield rejected.verdict


class _Rejected(Exception):
    """A step gave a verdict: no branch goes on."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


@dataclass(frozen=True)
class _Walk:
    """The walk over the nodes of one task."""

    plan: Plan
    task: Task
    means: Means
    by: Failed | None

    def on(self, at: str, nodes: tuple[Node, ...], journey: Journey) -> Iterator[Result]:
        """Go on from `at`: to other tasks, and through those of `nodes` that are this task's."""
        if any(following.at == at for following in self.task.next):
            yield Leaving(at, journey)
        for node in nodes:
            if node.way in self.task.covers:
                yield from self._through(node, journey)

    def _through(self, node: Node, journey: Journey) -> Iterator[Result]:
        """Take the picture through `node`, publish it if promised, and go on below."""
        environment = journey.environment(node)
        told: FactsFound | Failed | None = None
        if self.by is not None and node.way == self.by.way:
            told = self.by
        elif node.when is None or evaluate(node.when, environment):
            try:
                told, journey = self._applied(node, journey, environment)
            except StepFailed as failure:
                told = _failed(node, failure)
        if told is not None:
            yield told
        if isinstance(told, Failed) and told.on_error != "pass":
            return
        if node.output is not None:
            yield _encoded(self.plan, node, journey)
        yield from self.on(node.way, node.next, journey)

    def _applied(
        self, node: Node, journey: Journey, environment: Environment
    ) -> tuple[FactsFound | None, Journey]:
        """Apply the node's step; return what there is to tell, and the journey behind it."""
        step = self.means.load(node.uses)
        facts = self.means.found.get(node.way) if step.calls else None
        if facts is None:
            options = read_options(step, node, environment)
            answer = apply(step, node, journey.picture, options, self.means.ask)
            if isinstance(answer, Rejected):
                raise _Rejected(Verdict(node.step, answer.code, answer.facts))
            if not isinstance(answer, Facts):
                return None, journey.having(answer, _recorded(node, options))
            facts = answer.model_dump(mode="json")
        return FactsFound(node.step, node.way, facts), journey.knowing(node.step, facts)


def _departure(plan: Plan, opened: Opened, environment: Environment) -> Journey:
    facts = asdict(opened.header)
    known = {f"image.{name}": value for name, value in facts.items()}
    if plan.opening.step is not None:
        known |= {f"{plan.opening.step}.{name}": value for name, value in facts.items()}
    version = plan.opening.version
    digest = options_digest({"keep": list(plan.opening.keep), "scale": opened.scale})
    applied = Applied(step="original", uses="open", version=version, options_digest=digest)
    return Journey(opened.picture, opened.header.format, {**environment, **known}, (applied,))


def _failed(node: Node, failure: StepFailed) -> Failed:
    names = () if node.on_error == "pass" else promised((node,))
    return Failed(names, node.step, node.way, failure.code, failure.facts, node.on_error)


def _recorded(node: Node, options: Options) -> Applied:
    digest = options_digest(
        {"options": options.model_dump(mode="json"), "assets": dict(node.assets)}
    )
    return Applied(step=node.step, uses=node.uses, version=node.version, options_digest=digest)


def _encoded(plan: Plan, node: Node, journey: Journey) -> Rendered | Failed:
    """Encode the picture as it leaves `node`; what no encoder takes is that step's failure."""
    name, picture = node.output or "", journey.picture
    on_error: OnError = "drop" if node.on_error == "drop" else "fail"
    format_ = encoding.output_format(picture, journey.format)
    applied = Applied(
        step="output",
        uses="encode",
        version=plan.encoder,
        options_digest=options_digest({**asdict(picture.carried.encoding), "format": format_}),
    )
    try:
        # Pictures are lazy: a mistake in their pixels may show only now.
        encoded = encoding.encode(picture, format_)
    except encoding.OverBudget as over:
        return Failed((name,), node.step, node.way, over.code, over.facts, on_error)
    except Exception as error:
        logger.warning("the picture of step %s cannot be encoded", node.step, exc_info=True)
        told = {"exception": type(error).__name__}
        return Failed((name,), node.step, node.way, "not_encodable", told, on_error)
    return Rendered(
        name=name,
        encoded=encoded,
        format=format_,
        width=picture.width,
        height=picture.height,
        recipe=(*journey.recipe, applied),
    )
