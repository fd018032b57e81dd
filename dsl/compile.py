"""Compile: the text of a pipeline file to its plan, or to all mistakes that are in it."""

import hashlib
from dataclasses import dataclass, replace

from darkroom.plan.models import Plan
from dsl import overlays, passes, reading, source
from dsl.backends.asl import state_machine
from dsl.canonical import digest, pretty
from dsl.diagnostics import Diagnostic, Report
from dsl.draft import Decision, Draft, Plugins
from dsl.outline import outline
from dsl.passes import engine, fuse, room
from dsl.passes.stages import staged
from dsl.text import SourceText
from steps.encoding import ENCODER_VERSION


@dataclass(frozen=True)
class Compiled:
    """A pipeline without mistakes: its plan, and what the lock and the author want to know."""

    plan: Plan
    unfused: Plan  # the same with every node in an invocation of its own: what fusing is held to
    tree: str  # the steps and outputs, drawn
    source_sha256: str
    decisions: tuple[Decision, ...]
    notes: tuple[Diagnostic, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The promised pictures, in order."""
        return self.plan.outputs


def compile_source(
    text: str, path: str, plugins: Plugins, overlay: SourceText | None = None
) -> Compiled:
    """Return the compiled pipeline; `path` is what messages call it, and nothing is read from it.

    An `overlay` is laid over it first. Raises PipelineRefused with every mistake of the two,
    whatever they hold, and BrokenPlugin for a plugin whose assets cannot be read, or that calls
    what is not reviewed; nothing else.
    """
    report = Report(SourceText(path, text), overlay)
    tree = source.read(report)
    if overlay:
        tree = overlays.laid_over(tree, overlay, report)
    if tree is None:
        report.refuse()
        raise AssertionError("a file that cannot be read has a mistake")
    file = reading.read_file(tree, report)
    draft = passes.run(Draft(file, plugins), report)
    plan = _plan(draft)
    room.check_definition(pretty(state_machine(plan)), draft, report)
    report.refuse()
    return Compiled(
        plan=plan,
        unfused=_plan(_unfused(draft)),
        tree=outline(plan),
        source_sha256=_sha256(text, overlay),
        decisions=draft.decisions,
        notes=report.notes,
    )


def _sha256(text: str, overlay: SourceText | None) -> str:
    """Return the digest of all that was read; no YAML holds the byte that parts the two."""
    read = f"{text}\0{overlay.content}" if overlay else text
    return hashlib.sha256(read.encode()).hexdigest()


def _unfused(draft: Draft) -> Draft:
    """Return the draft with all fusing undone."""
    sized, start = staged(draft, fuse.unfused(draft))
    apart = replace(draft, sized=sized, start=start)
    return replace(apart, worst_case_s=engine.longest_s(apart))


def _plan(draft: Draft) -> Plan:
    """Return the plan of a finished draft, with its digest."""
    if draft.opening is None or draft.start is None or draft.file.name is None:
        raise AssertionError("a draft behind the last pass is whole")
    plan = Plan(
        pipeline=draft.file.name.text,
        digest="",
        opening=draft.opening,
        nodes=draft.nodes,
        outputs=draft.outputs,
        encoder=ENCODER_VERSION,
        stages=draft.stages,
        start=draft.start,
        engine=draft.engine,
        worst_case_s=draft.worst_case_s,
    )
    return plan.model_copy(update={"digest": _digest(plan)})


# All that decides pixels, events and endings.
_DECISIVE = {"pipeline", "opening", "nodes", "outputs", "encoder"}


def _digest(plan: Plan) -> str:
    """Digest what decides pixels, events and endings: not how much memory or time it may take."""
    decisive = plan.model_dump(mode="json", include=_DECISIVE)
    return digest(decisive)
