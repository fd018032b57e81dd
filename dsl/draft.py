"""The draft: what the passes hand on, from the file as written to all that the plan holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from darkroom.plan.expressions import Expression
from darkroom.plan.models import Node, Opening, Stage, Task
from dsl.model import PipelineFile, StepEntry
from dsl.options import Checked
from dsl.tree import Entry
from steps.contract import Step
from steps.limits import Limits

Plugin = Step[Any, Any, Any]
Plugins = Mapping[str, Plugin]


@dataclass(frozen=True)
class Resolved:
    """A step and its plugin; None if there is none of that name, which was reported."""

    entry: StepEntry
    plugin: Plugin | None

    @property
    def name(self) -> str:
        """The step's name."""
        return self.entry.name.text

    @property
    def is_facts(self) -> bool:
        """Whether the step leaves pictures as they are; a step without plugin does not."""
        return self.plugin is not None and self.plugin.kind == "facts"

    @property
    def misplaced(self) -> tuple[Entry, ...]:
        """Options of the plugin that stand beside `with`, not in it; reported, but not lost."""
        names = self.plugin.options_model.model_fields if self.plugin else {}
        return tuple(entry for entry in self.entry.strays if entry.key in names)

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
    output: str | None
    next: tuple["Passage", ...]


@dataclass(frozen=True)
class Part:
    """What a step, or the opening, adds to its stage: seconds in all, megabytes at its peak."""

    name: str
    seconds: float
    memory_mb: float


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
    options: Mapping[tuple[str, str | None], Checked] = field(default_factory=dict)
    conditions: Mapping[str, Expression] = field(default_factory=dict)
    tree: tuple[Passage, ...] = ()
    opening: Opening | None = None
    nodes: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()  # what the stages are sized by
    stages: tuple[Stage, ...] = ()
    start: Task | None = None
    worst_case_s: int = 0
    decisions: tuple[Decision, ...] = ()

    def decided(self, made_by: str, reason: str) -> tuple[Decision, ...]:
        """Return the decisions so far and one more."""
        return (*self.decisions, Decision(made_by, reason))
