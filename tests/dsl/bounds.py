"""What the compiler says of a plan's runs, in both of its forms."""

from dataclasses import replace
from typing import NamedTuple

from darkroom.plan import Plan, tasks_of
from dsl import passes, reading, source
from dsl.compile import compile_source
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugins
from dsl.passes import budgets, fuse
from dsl.passes.shape import shape
from dsl.passes.stages import staged
from dsl.text import SourceText


class Form(NamedTuple):
    """A form of a plan, and what no run of it exceeds."""

    plan: Plan
    events: int
    left_bytes: int  # what one stage hands on
    joined_bytes: int  # what comes together where branches meet


def forms(text: str, plugins: Plugins) -> tuple[Form, Form]:
    """Return the plan as it is deployed, and unfused. Raises PipelineRefused for mistakes."""
    compiled = compile_source(text, "pipeline.yaml", plugins)
    report = Report(SourceText("pipeline.yaml", text))
    tree = source.read(report)
    assert tree is not None
    fused = passes.run(Draft(reading.read_file(tree, report), plugins), report)
    sized, start = staged(fused, fuse.unfused(fused))
    apart = replace(fused, sized=sized, start=start)
    return _form(compiled.plan, fused), _form(compiled.unfused, apart)


def _form(plan: Plan, draft: Draft) -> Form:
    first = shape(draft.nodes, draft.first_task)
    left = max(budgets.payload_bytes(draft, task) for task in tasks_of(draft.first_task))
    joined = budgets.joined_bytes(first)
    return Form(plan, budgets.history_events(draft, first), left, joined)
