"""flow: which pictures go through which steps, and what each is called (rules 4 to 8)."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass, field, replace

from dsl.diagnostics import Report
from dsl.draft import Draft, Passage, Resolved
from dsl.model import Name, VariantEntry
from dsl.suggest import did_you_mean, nearest
from dsl.tree import Scalar

MAX_OUTPUTS = 100  # rule 8
# Steps on one way. A plan's tree may be 254 models deep, or pydantic cannot write it ("Maximum
# serialization depth exceeded", measured with pydantic-core 2.50); an expression has up to 30.
MAX_STEPS = 200


@dataclass
class _Growing:
    """A node while its picture is on the way: what is below it is not known yet."""

    step: Resolved
    variant: str | None
    way: str
    output: str | None = None
    below: list["_Growing"] = field(default_factory=list)

    def grown(self) -> Passage:
        """Return the node and all below it, now that the file has been read to its end."""
        below = tuple(node.grown() for node in self.below)
        return Passage(self.step, self.variant, self.way, self.output, below)


@dataclass(frozen=True)
class _Picture:
    """A picture on its way: its words, where it is, and the last step that made it."""

    below: list[_Growing]  # where the next node on its way goes
    at: _Growing | None = None
    words: tuple[str, ...] = ()
    made_by: str | None = None

    @property
    def name(self) -> str | None:
        """The words of its way, or the last picture step of its branch; None if untouched."""
        return "-".join(self.words) or self.made_by

    def matches(self, entry: str) -> bool:
        """Whether the picture's name contains all parts of an entry of `only`."""
        return set(entry.split("-")) <= set((self.name or "").split("-"))


def run(draft: Draft, report: Report) -> Draft:
    """Lay out the tree of the pictures' ways, with the outputs at its ends."""
    roots: list[_Growing] = []
    pictures = [_Picture(below=roots)]
    for step in draft.steps:
        _check_step(step, pictures, draft, report)
        pictures = list(_through(step, pictures, report))
        if len(pictures) > MAX_OUTPUTS:
            _refuse_width(step, len(pictures), report)
            return draft
    if len(draft.steps) > MAX_STEPS:
        _refuse_depth(draft.steps[MAX_STEPS], report)
        return draft
    outputs = tuple(_published(pictures))
    reason = f"{len(outputs)} outputs at the ends of {len(pictures)} ways"
    return replace(
        draft,
        tree=tuple(root.grown() for root in roots),
        outputs=outputs,
        decisions=draft.decided("flow", reason),
    )


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


def _published(pictures: list[_Picture]) -> Iterator[str]:
    """Name the pictures that nothing takes any more, if a picture step made them."""
    for picture in pictures:
        if picture.at is not None and picture.made_by is not None:
            picture.at.output = picture.name
            yield picture.at.output or ""


def _through(step: Resolved, pictures: list[_Picture], report: Report) -> Iterator[_Picture]:
    """Yield the pictures as they leave `step`: those it takes, and those that go by."""
    only = step.entry.only
    for picture in pictures:
        if only is not None and not any(picture.matches(entry.text) for entry in only):
            yield picture
        elif step.entry.variants:
            for variant in step.entry.variants:
                _check_variant(step, variant, picture, report)
                yield _entered(step, variant.name.text, picture)
        else:
            yield _entered(step, None, picture)


def _entered(step: Resolved, variant: str | None, picture: _Picture) -> _Picture:
    here = f"{step.name}.{variant}" if variant else step.name
    way = f"{picture.at.way} > {here}" if picture.at else here
    node = _Growing(step, variant, way)
    picture.below.append(node)
    words = (*picture.words, variant) if variant else picture.words
    made_by = picture.made_by if step.is_facts else step.name
    return _Picture(node.below, node, words, made_by)


def _check_step(step: Resolved, pictures: list[_Picture], draft: Draft, report: Report) -> None:
    """Report what the rules of the flow do not allow of this step."""
    entry = step.entry
    if entry.variants_key and entry.when:
        report.add(
            "D302",
            entry.when.key,
            f"`{step.name}` has variants, so it cannot have `when`",
            cure="put the condition on a step above or below",
            note="its pictures are promised before the run",
        )
    if entry.variants_key and step.is_facts:
        report.add(
            "D312",
            entry.variants_key,
            f"`{step.name}` tells facts and makes no pictures, so it cannot have variants",
            cure="remove them, or use a plugin that makes pictures",
        )
    if step.plugin and step.plugin.rejects and len(pictures) > 1:
        _refuse_late_verdict(step, draft, report)
    # Variants that could not be read may well have made the picture that is asked for.
    unclear = any(each.entry.garbled or each.entry.misnamed for each in draft.steps)
    if entry.only_words:
        _refuse_words(entry.only_words, entry.only or (), pictures, unclear, report)
    elif not unclear:
        for name in entry.only or ():
            _check_only(name, pictures, report)


def _refuse_late_verdict(step: Resolved, draft: Draft, report: Report) -> None:
    fork = next((each for each in draft.steps if each.forks), step)
    place = report.source.place(fork.entry.name.span.start)
    report.add(
        "D301",
        step.entry.name.span,
        f"`{step.name}` may reject the image, but its pictures fork above it, "
        f"at `{fork.name}` (line {place.line})",
        cure=f"move `{step.name}` above `{fork.name}`",
    )


def _refuse_words(
    words: Scalar, names: Items[Name], pictures: list[_Picture], unclear: bool, report: Report
) -> None:
    """Refuse a text in place of the list of `only`, and say which list was meant."""
    here = tuple(picture.name for picture in pictures if picture.name)
    known = [
        name.text
        if unclear or any(picture.matches(name.text) for picture in pictures)
        else nearest(name.text, here)
        for name in names
    ]
    meant = ", ".join(dict.fromkeys(each for each in known if each))
    otherwise = "list some of those allowed" if here else "remove `only`"
    report.add(
        "P015",
        words.span,
        '"only" is a list, this is a text',
        cure=f"write: only: [{meant}]" if meant and None not in known else otherwise,
        allowed=() if unclear else here,
        note="" if here or unclear else "nothing above has made a picture yet",
    )


def _check_only(name: Name, pictures: list[_Picture], report: Report) -> None:
    if any(picture.matches(name.text) for picture in pictures):
        return
    here = tuple(picture.name for picture in pictures if picture.name)
    report.add(
        "P019",
        name.span,
        f'no picture called "{name.text}" comes here',
        cure=did_you_mean(name.text, here, "use one of those listed" if here else "remove `only`"),
        allowed=here,
        note="" if here else "nothing above has made a picture yet",
    )


def _check_variant(
    step: Resolved, variant: VariantEntry, picture: _Picture, report: Report
) -> None:
    """Refuse a variant's name that the picture's way has already."""
    if variant.name.text in picture.words:
        report.add(
            "P027",
            variant.name.span,
            f'"{variant.name.text}" is part of the name of a picture that comes to `{step.name}`',
            cure="give the variant another name",
            note=f"the picture would be called {picture.name}-{variant.name.text}",
        )


def _refuse_width(step: Resolved, number: int, report: Report) -> None:
    report.add(
        "P028",
        step.entry.variants_key or step.entry.name.span,
        f"`{step.name}` makes {number} pictures of an image, the most is {MAX_OUTPUTS}",
        cure="use fewer variants, or a second pipeline",
    )


def _refuse_depth(step: Resolved, report: Report) -> None:
    report.add(
        "P028",
        step.entry.name.span,
        f"`{step.name}` is the step after {MAX_STEPS} others, the most a picture goes through",
        cure="make one plugin of several steps",
    )
