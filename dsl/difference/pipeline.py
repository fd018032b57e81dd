"""Pipeline: all changes between two plans, those that clients notice first."""

from collections.abc import Iterator

from darkroom.plan import Plan, nodes_of
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
        *_order_changes(old, new),
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
    if set(old.opening.tags) != set(new.opening.tags):
        tags = (", ".join(plan.opening.tags) or None for plan in (old, new))
        yield Change("accepted", "whole", "", from_to("tags", *tags))
    if old.opening.boxes != new.opening.boxes:
        scale = (_scale(plan) for plan in (old, new))
        yield Change("steps", "control", "", from_to("the decode covers", *scale))
    if old.opening.step != new.opening.step:
        yield Change("steps", "whole", "", from_to("opening", old.opening.step, new.opening.step))
    if old.opening.version != new.opening.version:
        versions = (f"v{plan.opening.version}" for plan in (old, new))
        yield Change("steps", "code", "", from_to("opening", *versions))


def _order_changes(old: Plan, new: Plan) -> Iterator[Change]:
    """Yield the order of what is there in both, if it is another."""
    for what, before, after in (
        ("order of tags", old.opening.tags, new.opening.tags),
        ("order of steps", _steps(old), _steps(new)),
        ("order of ways", _ways(old), _ways(new)),
    ):
        same = set(before) & set(after)
        was, now = ([each for each in order if each in same] for order in (before, after))
        moved = [pair for pair in zip(was, now, strict=True) if pair[0] != pair[1]]
        if moved:
            text = f"{what}: {moved[0][1]} comes before {moved[0][0]} now"
            yield Change("steps", "control", "", text)


def _steps(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.step for node in nodes_of(plan.nodes)))


def _ways(plan: Plan) -> tuple[str, ...]:
    return tuple(node.way for node in nodes_of(plan.nodes))


def _scale(plan: Plan) -> str:
    boxes = (f"{width} x {height}" for width, height in plan.opening.boxes)
    return ", ".join(boxes) or "every pixel"
