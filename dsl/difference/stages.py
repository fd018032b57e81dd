"""Stages: what changes in the functions that carry a plan out, in their rights and their engine."""

from collections.abc import Iterator

from darkroom.plan import Plan, Retry, Stage
from dsl.difference.change import Change, from_to, pairs
from dsl.passes.effects import Effects, effects_of


def stage_changes(old: Plan, new: Plan) -> Iterator[Change]:
    """Yield the changes of the engine, and of all stages in the order of the new plan."""
    yield from _engine_changes(old, new)
    stages = ({stage.id: stage for stage in plan.stages} for plan in (old, new))
    for name, before, after in pairs(*stages):
        if before is None or after is None:
            yield from _whole(name, before, after)
        else:
            yield from _changes(name, before, after)
    effects = ({each.stage: each for each in _effects(plan)} for plan in (old, new))
    for name, had, has in pairs(*effects):
        yield from _permission_changes(name, had, has)


def _engine_changes(old: Plan, new: Plan) -> Iterator[Change]:
    if old.engine != new.engine:
        text = (
            f"{from_to('engine', old.engine, new.engine)}: another state machine, since AWS cannot"
            " change the type of one; runs under way end on the old one"
        )
        yield Change("engine", "whole", "", text, breaking=True)
    if old.worst_case_s != new.worst_case_s:
        seconds = (f"{plan.worst_case_s} s" for plan in (old, new))
        yield Change("engine", "whole", "", from_to("a run takes at most", *seconds))


def _whole(name: str, old: Stage | None, new: Stage | None) -> Iterator[Change]:
    """Yield that a stage came or went."""
    for stage, told in ((old, "is gone"), (new, "is new")):
        if stage is not None:
            yield Change("functions", "whole", name, f"{told}: {' + '.join(stage.steps)}")


def _changes(name: str, old: Stage, new: Stage) -> Iterator[Change]:
    if old.steps != new.steps:
        steps = (" + ".join(stage.steps) for stage in (old, new))
        yield Change("functions", "size", name, from_to("steps", *steps))
    if old.memory_mb != new.memory_mb:
        yield Change(
            "functions",
            "size",
            name,
            from_to("memory", f"{old.memory_mb} MB", f"{new.memory_mb} MB"),
        )
    if old.timeout_s != new.timeout_s:
        yield Change(
            "functions",
            "size",
            name,
            from_to("timeout", f"{old.timeout_s} s", f"{new.timeout_s} s"),
        )
    if old.retry != new.retry:
        yield Change(
            "functions", "control", name, from_to("retry", _retry(old.retry), _retry(new.retry))
        )
    if old.requires != new.requires:
        packages = (", ".join(stage.requires) or None for stage in (old, new))
        yield Change("functions", "code", name, from_to("packages", *packages))


def _retry(retry: Retry) -> str:
    return f"{retry.attempts} attempts, {retry.wait_s:g} s"


def _effects(plan: Plan) -> tuple[Effects, ...]:
    return effects_of(plan.nodes, plan.stages, plan.start)


def _permission_changes(name: str, old: Effects | None, new: Effects | None) -> Iterator[Change]:
    before, after = (set(_rights(each)) if each else set() for each in (old, new))
    for right in sorted(after - before):
        yield Change("functions", "permissions", name, f"may {right}")
    for right in sorted(before - after):
        yield Change("functions", "permissions", name, f"may {right} no more")


def _rights(effects: Effects) -> Iterator[str]:
    if effects.opens:
        yield "read originals"
    if effects.takes:
        yield "read intermediates"
    if effects.leaves:
        yield "write intermediates"
    if effects.publishes:
        yield "write variants"
    yield from (f"call {action}" for action in effects.calls)
