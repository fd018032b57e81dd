"""Steps: what changes in each of them, told once however many pictures go through it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from darkroom.plan import Node, Plan
from dsl.difference.change import Change, from_to, pairs
from dsl.expressions.text import text
from dsl.spelling import filled, value


@dataclass(frozen=True)
class _Step:
    """A step as a plan has it: all of its nodes, which differ by variant and by picture only.

    `takes` are the pictures that enter it, by the picture steps that they have passed.
    """

    nodes: tuple[Node, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def first(self) -> Node:
        """One of the nodes, for what all have in common."""
        return self.nodes[0]

    def taking(self, picture: str, node: Node) -> "_Step":
        """Return the step with one more node, and the picture that enters it."""
        return _Step((*self.nodes, node), tuple(dict.fromkeys((*self.takes, picture))))

    def options(self) -> Mapping[str | None, Mapping[str, str]]:
        """Return the options by variant, as their author would write them."""
        return {node.variant: _options(node) for node in self.nodes}


def step_changes(old: Plan, new: Plan) -> Iterator[Change]:
    """Yield the changes of all steps, in the order of the new plan."""
    for name, before, after in pairs(_steps(old), _steps(new)):
        if before is None and after is not None:
            yield Change("steps", "whole", name, f"is new: {_plugin(after.first)}")
        elif after is None and before is not None:
            yield Change("steps", "whole", name, f"is gone: {_plugin(before.first)}")
        elif before is not None and after is not None:
            yield from _changes(name, before, after)


def _steps(plan: Plan) -> Mapping[str, _Step]:
    found: dict[str, _Step] = {}
    for picture, node in _entering(plan.nodes, ""):
        found[node.step] = found.get(node.step, _Step()).taking(picture or "original", node)
    return found


def _entering(nodes: tuple[Node, ...], picture: str) -> Iterator[tuple[str, Node]]:
    """Yield each node with the picture that enters it: facts steps leave pictures as they are."""
    for node in nodes:
        yield picture, node
        name = f"{node.step}.{node.variant}" if node.variant else node.step
        made = f"{picture} > {name}" if picture else name
        yield from _entering(node.next, made if node.kind == "picture" else picture)


def _changes(name: str, old: _Step, new: _Step) -> Iterator[Change]:
    yield from (Change("steps", "options", name, told) for told in _option_changes(old, new))
    yield from (Change("steps", "control", name, told) for told in _control_changes(old, new))
    yield from (Change("steps", "code", name, told) for told in _code_changes(old.first, new.first))


def _option_changes(old: _Step, new: _Step) -> Iterator[str]:
    """Yield variants that came, went or have another name, and options that have another value."""
    before, after = old.options(), new.options()
    lost = {name: before[name] for name in before if name not in after}
    for variant, options in after.items():
        if variant in before:
            yield from _of_variant(variant, before[variant], options)
            continue
        was = next((name for name in lost if lost[name] == options), None)
        if was is None:
            yield f"{_variant(variant)} is new: {_said(options)}"
        else:
            del lost[was]
            yield f"{_variant(was)} is now called {variant}"
    yield from (f"{_variant(variant)} is gone: {_said(lost[variant])}" for variant in lost)


def _of_variant(
    variant: str | None, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[str]:
    of = f"{variant}: " if variant else ""
    for option, before, after in pairs(old, new):
        if before != after:
            yield f"{of}{from_to(option, before, after)}"


def _variant(name: str | None) -> str:
    return f"variant {name}" if name else "a picture without variants"


def _said(options: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {each}" for name, each in options.items())


def _control_changes(old: _Step, new: _Step) -> Iterator[str]:
    conditions = [text(each.first.when) if each.first.when else None for each in (old, new)]
    if conditions[0] != conditions[1]:
        yield from_to("when", *conditions)
    if old.first.on_error != new.first.on_error:
        yield from_to("on_error", old.first.on_error, new.first.on_error)
    if old.first.alone != new.first.alone:
        yield from_to("alone", *(value(each.first.alone) for each in (old, new)))
    yield from (f"takes {name}" for name in new.takes if name not in old.takes)
    yield from (f"takes {name} no more" for name in old.takes if name not in new.takes)


def _code_changes(old: Node, new: Node) -> Iterator[str]:
    if (old.uses, old.version) != (new.uses, new.version):
        yield from_to("plugin", _plugin(old), _plugin(new))
    for asset, before, after in pairs(old.assets, new.assets):
        if before != after:
            yield from_to(f"asset {asset}", before and before[:8], after and after[:8])


def _plugin(node: Node) -> str:
    return f"{node.uses} v{node.version}"


def _options(node: Node) -> Mapping[str, str]:
    given = {name: value(each) for name, each in node.options.items() if each is not None}
    return {**given, **{name: filled(each) for name, each in node.templates.items()}}
