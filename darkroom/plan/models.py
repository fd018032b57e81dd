"""The plan's models: a tree of what is applied to what, and the stages that carry it out.

A plan is engine-neutral and complete: the runner needs nothing else, the backends read nothing
else. It is a tree because pictures fork and never join. The opening is the root; a node is one
plugin applied to one picture, after `variants`, `from`, `only` and names have been worked out.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from darkroom.plan.expressions import Expression, Template


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


OnError = Literal["fail", "drop", "pass"]
Kept = Literal["icc", "copyright", "capture", "gps"]


class Opening(_Model):
    """How a run begins: which step tells of it, the limits it enforces, the metadata it keeps.

    `options` are those of `validate`, the pipeline's `accept` and the first step's `with` merged.
    `step` is None where the pipeline has no `validate` step: the opening is implied. `tags` are
    the names of what an upload may bring for expressions to read. `boxes` are what a decode at a
    smaller scale would have to cover, width and height in pixels; where there are none, every pixel
    counts. A decode at full scale serves them all.
    """

    step: str | None
    version: int  # of the opening's code
    options: dict[str, Any]
    keep: tuple[Kept, ...] = ()
    tags: tuple[str, ...] = ()
    boxes: tuple[tuple[int, int], ...] = ()


class Node(_Model):
    """One plugin applied to one picture.

    The picture, called `takes`, enters `way` after its parent. Where `when` is given and false, the
    picture goes by untouched. `output` is the promised name under which the picture is published as
    it leaves this node (also when it went by); None if it only goes on. `facts` nodes leave pixels
    alone.
    """

    step: str
    variant: str | None = None
    way: str  # all that was passed, this node last: "sizes.large > brand"; unique in the plan
    takes: str = "original"  # the name of the picture that enters (rule 7)
    uses: str
    version: int
    kind: Literal["picture", "facts"]
    options: dict[str, Any]  # JSON values as the plugin's model takes them
    templates: dict[str, Template] = {}  # options still to be filled, by option name
    assets: dict[str, str] = {}  # hex sha256 of each file that the plugin reads, by its name
    when: Expression | None = None
    on_error: OnError = "fail"  # what an error of the step comes to (rule 14)
    alone: bool = False  # whether `on_error` covers a kill as well (rule 15)
    output: str | None = None
    next: tuple["Node", ...] = ()


class Retry(_Model):
    """How often a stage is tried after a kill or an AWS failure: `attempts` counts tries."""

    attempts: int = 3
    wait_s: float = 2.0  # before the second try; doubles after each, with full jitter


class Stage(_Model):
    """Steps that run together in one Lambda function: one download, one decode."""

    id: str
    steps: tuple[str, ...]
    memory_mb: int
    timeout_s: int
    retry: Retry = Retry()
    calls: tuple[str, ...] = ()  # AWS actions that its steps ask the runner for
    requires: tuple[str, ...] = ()  # pins of packages that its steps need, beyond every stage's
    required_by: tuple[str, ...] = ()  # plugins that need them; each has a lock of its own


class Task(_Model):
    """One invocation of a stage, and the invocations that take what it leaves.

    The picture left at `at` (a way, "" for the original) goes through the nodes at the ways
    `covers`. Below them, and below `at`, pictures leave for the tasks `next`. Fused or not, a plan
    has the same nodes; only its tasks differ.

    `when` is the condition of its one node, where the state machine can ask it and there is nothing
    to do if it is false: the picture then goes by without an invocation.
    """

    stage: str  # its id
    at: str
    covers: tuple[str, ...]
    when: Expression | None = None
    next: tuple["Task", ...] = ()


class Plan(_Model):
    """A compiled pipeline.

    `digest` covers all that decides pixels, events or endings, and nothing else: two plans with
    one digest give every image the same history. `outputs` are promised before a run, in order.
    """

    pipeline: str
    digest: str  # hex sha256
    opening: Opening
    nodes: tuple[Node, ...]  # what takes the opened original, in the order of the file
    outputs: tuple[str, ...]
    encoder: int  # the version of the code that encodes outputs
    stages: tuple[Stage, ...]
    start: Task  # opens the original; its `at` is ""
    engine: Literal["express", "standard"]
    worst_case_s: int  # of one run, retries and waits included
