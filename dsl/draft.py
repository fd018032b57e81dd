"""The draft: what the passes hand on, from the file as written to all that the plan holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from darkroom.plan.expressions import Expression
from darkroom.plan.models import Node, OnError, Opening, Stage, Task
from dsl.keys import STEP_KEYS
from dsl.model import PipelineFile, StepEntry
from dsl.options import Checked
from dsl.suggest import nearest
from dsl.tree import Entry, Scalar
from dsl.visits import Visit
from steps.contract import Cost, Options, Step
from steps.formats import Encoding
from steps.limits import Limits

Plugin = Step[Any, Any, Any]
Plugins = Mapping[str, Plugin]
Engine = Literal["express", "standard"]


@dataclass(frozen=True)
class Origin:
    """Where a step's pictures come from: all that a step leaves, or those of one variant."""

    step: str | None = None  # None: the opened original
    variant: str | None = None
    known: bool = True  # whether `from` names something; what it does not was reported


@dataclass(frozen=True)
class Resolved:
    """A step and its plugin; None if there is none of that name, which was reported."""

    entry: StepEntry
    plugin: Plugin | None
    origin: Origin = Origin()

    @property
    def name(self) -> str:
        """The step's name."""
        return self.entry.name.text

    @property
    def is_facts(self) -> bool:
        """Whether the step leaves pictures as they are; a step without plugin does not."""
        return self.plugin is not None and self.plugin.kind == "facts"

    @property
    def is_alone(self) -> bool:
        """Whether the step has a stage of its own, so that `on_error` covers kills (rule 15)."""
        return self.entry.alone or (self.plugin is not None and bool(self.plugin.calls))

    @property
    def on_error(self) -> OnError:
        """What an error of the step comes to (rule 14)."""
        return self.entry.on_error.policy if self.entry.on_error else "fail"

    @property
    def is_clear(self) -> bool:
        """Whether names and source of its pictures are known: nothing of them was reported."""
        return self.origin.known and not self.entry.garbled and not self.entry.misnamed

    @property
    def misplaced(self) -> tuple[Entry, ...]:
        """Options of the plugin that stand beside `with`, not in it; reported, but not lost."""
        meant = ((each, self.option_meant(each)) for each in self.entry.strays)
        return tuple(replace(entry, key=option) for entry, option in meant if option)

    def option_meant(self, stray: Entry) -> str | None:
        """Return the option of the plugin that a key beside `with` is meant as, mistyped or not."""
        names = tuple(self.plugin.options_model.model_fields) if self.plugin else ()
        if stray.key in names:
            return stray.key
        meant = nearest(stray.key, (*names, *STEP_KEYS))
        return meant if meant in names and isinstance(stray.value, Scalar) else None

    @property
    def forks(self) -> bool:
        """Whether the step makes several pictures of one."""
        return len(self.entry.variants) > 1


@dataclass(frozen=True)
class Passage:
    """A picture going through a step: the tree before its nodes are filled in."""

    step: Resolved
    variant: str | None
    way: str
    takes: str  # the name of the picture that enters
    output: str | None
    next: tuple["Passage", ...]


@dataclass(frozen=True)
class Writing:
    """What is known of a picture that leaves a passage: how it may be encoded if it is an output.

    The encodings name a format each; which of several it is depends on the picture.
    """

    encodings: tuple[Encoding, ...]
    frames: int  # at the most


@dataclass(frozen=True)
class Part:
    """What a step, or the opening, adds to its stage: seconds in all, megabytes at its peak."""

    name: str
    seconds: float  # with one vCPU
    memory_mb: float
    fixed_s: float = 0.0  # of the seconds, those that no vCPU shortens: waits, and what was said


@dataclass(frozen=True)
class Sized:
    """A stage, and what the longest of its tasks is made of."""

    stage: Stage
    parts: tuple[Part, ...]
    lacks: Part | None = None  # what is estimated to need more memory than the stage was given


@dataclass(frozen=True)
class Decision:
    """What a pass did, or declined to do, and why. The lock keeps it."""

    made_by: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """What is known so far. Each pass fills in its part and leaves the rest as it was."""

    file: PipelineFile
    plugins: Plugins
    opening_step: Resolved | None = None  # the first step, if it uses validate
    steps: tuple[Resolved, ...] = ()  # all others
    limits: Limits = field(default_factory=Limits)
    tags: tuple[str, ...] = ()  # what an upload may bring: `accept.tags`
    options: Mapping[tuple[str, str | None], Checked] = field(default_factory=dict)
    conditions: Mapping[str, Expression] = field(default_factory=dict)
    tree: tuple[Passage, ...] = ()
    writing: Mapping[str, Writing] = field(default_factory=dict)  # behind each passage, by its way
    opening: Opening | None = None
    nodes: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()
    sized: tuple[Sized, ...] = ()  # the stages, and what they are sized by
    start: Task | None = None
    first_visit: Visit | None = None  # how the tasks are run, from the first on
    names: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # of visits
    engine: Engine = "express"
    worst_case_s: int = 0
    decisions: tuple[Decision, ...] = ()

    def options_of(self, passage: Passage) -> Options | None:
        """Return a passage's options; None where they are wrong, or are filled in at run time."""
        plugin = passage.step.plugin
        checked = self.options.get((passage.step.name, passage.variant))
        if plugin is None or checked is None or checked.templates:
            return None
        options: Options = plugin.read_options(checked.values)
        return options

    def cost_of(self, passage: Passage) -> Cost:
        """Return what a passage's step takes of a megapixel, by the options that are known."""
        plugin = passage.step.plugin
        checked = self.options.get((passage.step.name, passage.variant))
        if plugin is None:
            return Cost()
        if checked is None:
            return plugin.cost
        options: Options = plugin.options_model.model_construct(**checked.values)
        return options.costs(plugin.cost)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, in the order in which their first tasks come."""
        return tuple(each.stage for each in self.sized)

    @property
    def first_task(self) -> Task:
        """The task that opens the original; there is one behind the pass `fuse`."""
        if self.start is None:
            raise AssertionError("nothing divides the nodes into tasks before `fuse`")
        return self.start

    def decided(self, made_by: str, reason: str) -> tuple[Decision, ...]:
        """Return the decisions so far and one more."""
        return (*self.decisions, Decision(made_by, reason))
