"""lower: the tree of passages becomes the plan's nodes and its opening."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, get_args

from darkroom.plan.models import Kept, Node, Opening
from darkroom.plan.tree import ways as ways_of
from dsl.diagnostics import Report
from dsl.draft import Draft, Passage, Plugin
from dsl.passes.flow import passages_of
from steps.annotations import folders
from steps.opening import OPENING_VERSION
from steps.plugins import BrokenPlugin


def run(draft: Draft, _: Report) -> Draft:
    """Fill in each passage's plugin, options and condition.

    Raises BrokenPlugin for a plugin whose assets cannot be read.
    """
    step = draft.opening_step
    opening = Opening(
        step=step.name if step else None,
        version=OPENING_VERSION,
        options=draft.limits.model_dump(mode="json"),
        keep=_kept(draft),
        tags=draft.tags,
    )
    nodes = tuple(_node(passage, draft) for passage in draft.tree)
    reason = f"{len(list(passages_of(draft.tree)))} nodes"
    return replace(draft, opening=opening, nodes=nodes, decisions=draft.decided("lower", reason))


def _kept(draft: Draft) -> tuple[Kept, ...]:
    """Return what metadata the opening keeps, in one order whatever order the file has."""
    asked = {name.text for name in draft.file.keep or ()}
    return tuple(each for each in get_args(Kept) if each in asked)


def broken(draft: Draft) -> str | None:
    """The nodes are the passages, in the same order."""
    ways = tuple(passage.way for passage in passages_of(draft.tree))
    return None if ways == ways_of(draft.nodes) else "nodes are lost"


def _node(passage: Passage, draft: Draft) -> Node:
    step, plugin = passage.step, passage.step.plugin
    if plugin is None:
        raise LookupError(step.name)
    checked = draft.options[step.name, passage.variant]
    return Node(
        step=step.name,
        variant=passage.variant,
        way=passage.way,
        takes=passage.takes,
        uses=plugin.name,
        version=plugin.version,
        kind=plugin.kind,
        options=dict(checked.values),
        templates=dict(checked.templates),
        assets=_digests(plugin, checked.values),
        when=draft.conditions.get(step.name),
        on_error=step.on_error,
        alone=step.is_alone,
        output=passage.output,
        next=tuple(_node(below, draft) for below in passage.next),
    )


def _digests(plugin: Plugin, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the sha256 (hex) of each asset: the plan is pinned to what lies there now."""
    place = f"{plugin.function.__module__.replace('.', '/')}.py"
    folder_of = folders(plugin.options_model)
    chosen = [f"{folder}/{values[name]}" for name, folder in folder_of.items() if values.get(name)]
    found = {}
    for name in sorted((*plugin.assets, *chosen)):
        try:
            found[name] = sha256(plugin.asset(name)).hexdigest()
        except OSError as error:
            cause = f"its asset {name} cannot be read: {error.strerror}"
            raise BrokenPlugin(plugin.name, place, cause) from error
    return found
