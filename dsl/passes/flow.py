"""flow: which pictures go through which steps, and what each is called (rules 4 to 8)."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import replace

from dsl import endings, flow_messages
from dsl.diagnostics import Report
from dsl.draft import Draft, Passage, Resolved
from dsl.keys import MAX_OUTPUTS
from dsl.pictures import Growing, Picture

# Steps on one way. A plan's tree may be 254 models deep, or pydantic cannot write it ("Maximum
# serialization depth exceeded", measured with pydantic-core 2.50); an expression has up to 30.
MAX_STEPS = 200
# Pictures times the steps that each goes through. The plan lies in every function, and names the
# way of each: with so many it has a few megabytes.
MAX_PASSAGES = 5_000


def run(draft: Draft, report: Report) -> Draft:
    """Lay out the tree of the pictures' ways, with the outputs where they leave it."""
    roots: list[Growing] = []
    published: list[Picture] = []
    pictures: tuple[Picture, ...] = (Picture(below=roots),)
    left: dict[str | None, tuple[Picture, ...]] = {None: pictures}
    passed = 0
    for step in draft.steps:
        if step.entry.begins_branch:
            published += _made_here(pictures)
            pictures = _source(step, left)
        flow_messages.check_step(step, pictures, draft, report)
        pictures = left[step.name] = tuple(_through(step, pictures))
        passed += len(pictures)
        if _is_too_large(step, pictures, published, passed, report):
            return draft
    published += _made_here(pictures)
    outputs = _promised(published, report)
    tree = tuple(root.grown() for root in roots)
    if all(step.is_clear for step in draft.steps):
        endings.check(tree, outputs, draft, report)
    reason = f"{len(outputs)} outputs of {sum(1 for _ in passages_of(tree))} passages"
    return replace(draft, tree=tree, outputs=outputs, decisions=draft.decided("flow", reason))


def broken(draft: Draft) -> str | None:
    """Ways and outputs are unique, and each output stands at one place of the tree."""
    passages = list(passages_of(draft.tree))
    ways = [passage.way for passage in passages]
    placed = [passage.output for passage in passages if passage.output]
    if len(set(ways)) < len(ways):
        return "two nodes have one way"
    return None if sorted(placed) == sorted(set(draft.outputs)) else "outputs without a place"


def passages_of(tree: tuple[Passage, ...]) -> Iterator[Passage]:
    """Yield every passage of `tree`, each before those below it."""
    for passage in tree:
        yield passage
        yield from passages_of(passage.next)


def _source(step: Resolved, left: dict[str | None, tuple[Picture, ...]]) -> tuple[Picture, ...]:
    """Return the pictures that `from` means, not copied yet."""
    origin = step.origin
    pictures = left[origin.step]
    if origin.step is None or origin.variant is None:
        return pictures
    return tuple(each for each in pictures if each.is_of(origin.step, origin.variant))


def _through(step: Resolved, pictures: Items[Picture]) -> Iterator[Picture]:
    """Yield the pictures as they leave `step`: those it takes, and those that go by.

    All that come to the first step of a branch are copies, and bear its name from here on.
    """
    only = step.entry.only
    for picture in pictures:
        here = picture.copied(step.name) if step.entry.begins_branch else picture
        if only is not None and not any(picture.matches(entry.text) for entry in only):
            yield here
        elif step.entry.variants:
            for variant in step.entry.variants:
                yield here.entered(step, variant.name.text)
        else:
            yield here.entered(step, None)


def _made_here(pictures: Items[Picture]) -> Iterator[Picture]:
    """Yield those pictures at the end of a branch that a picture step of it has made."""
    return (each for each in pictures if each.at is not None and each.made_by is not None)


def _promised(published: Items[Picture], report: Report) -> tuple[str, ...]:
    """Name the outputs, in the order of the file, and mark where each leaves the tree."""
    seen: dict[str, Growing] = {}
    clashes: dict[tuple[str, str], tuple[Resolved, Resolved, list[str]]] = {}
    for picture in published:
        name, at = picture.name, picture.at
        if name is None or at is None:
            continue
        at.output = name
        if first := seen.get(name):
            makers = first.step, at.step
            clash = clashes.setdefault((makers[0].name, makers[1].name), (*makers, []))
            clash[2].append(name)
        else:
            seen[name] = at
    for one, other, names in clashes.values():
        flow_messages.refuse_names(names, one, other, report)
    return tuple(seen)


def _is_too_large(
    step: Resolved,
    pictures: Items[Picture],
    published: Items[Picture],
    passed: int,
    report: Report,
) -> bool:
    """Whether the plan grows beyond what it may be at `step`, which is reported."""
    total = len(published) + len(list(_made_here(pictures)))
    if len(pictures) > MAX_OUTPUTS:
        flow_messages.refuse_width(step, len(pictures), MAX_OUTPUTS, report)
    elif total > MAX_OUTPUTS:
        flow_messages.refuse_outputs(step, total, MAX_OUTPUTS, report)
    elif any(each.at and each.at.depth > MAX_STEPS for each in pictures):
        flow_messages.refuse_depth(step, MAX_STEPS, report)
    elif passed > MAX_PASSAGES:
        flow_messages.refuse_passages(step, passed, MAX_PASSAGES, report)
    else:
        return False
    return True
