"""Pipeline: all changes between two plans, those that clients notice first."""

from collections.abc import Iterator

from darkroom.plan import Plan
from dsl.changes import changes
from dsl.difference.change import Change, from_to, pairs
from dsl.difference.stages import stage_changes
from dsl.difference.steps import step_changes
from dsl.spelling import limit


def plan_changes(old: Plan, new: Plan) -> tuple[Change, ...]:
    """Return what changes, in the order in which it is told; nothing for equal plans."""
    return (
        *_output_changes(old, new),
        *_opening_changes(old, new),
        *step_changes(old, new),
        *stage_changes(old, new),
    )


def _output_changes(old: Plan, new: Plan) -> Iterator[Change]:
    if old.pipeline != new.pipeline:
        text = f"{from_to('name', old.pipeline, new.pipeline)}: keys of objects begin with it"
        yield Change("outputs", "whole", "", text, breaking=True)
    for line in changes(old, new):
        # Clients ask for a variant by its name: one that is gone, or has another, is not found.
        yield Change("outputs", "whole", "", line, breaking=not line.startswith("+"))
    if old.encoder != new.encoder:
        yield Change("steps", "code", "", from_to("encoder", f"v{old.encoder}", f"v{new.encoder}"))


def _opening_changes(old: Plan, new: Plan) -> Iterator[Change]:
    for name, before, after in pairs(old.opening.options, new.opening.options):
        if before != after:
            yield Change(
                "accepted", "whole", "", from_to(name, limit(name, before), limit(name, after))
            )
    if old.opening.keep != new.opening.keep:
        kept = (", ".join(plan.opening.keep) or None for plan in (old, new))
        yield Change("accepted", "whole", "", from_to("keep", *kept))
    if old.opening.step != new.opening.step:
        yield Change("steps", "whole", "", from_to("opening", old.opening.step, new.opening.step))
    if old.opening.version != new.opening.version:
        versions = (f"v{plan.opening.version}" for plan in (old, new))
        yield Change("steps", "code", "", from_to("opening", *versions))
