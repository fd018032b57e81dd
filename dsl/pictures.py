"""Pictures on their way through the steps: what each is called, and the tree that they leave."""

from collections.abc import Sequence as Items
from dataclasses import dataclass, field, replace

from dsl.draft import Passage, Resolved
from dsl.keys import ORIGINAL


@dataclass
class Growing:
    """A node while its picture is on the way: what is below it is not known yet."""

    step: Resolved
    variant: str | None
    way: str
    takes: str  # the name of the picture that enters
    depth: int = 1  # nodes on the way, this one included
    output: str | None = None
    below: list["Growing"] = field(default_factory=list)

    def grown(self) -> Passage:
        """Return the node and all below it, now that the file has been read to its end."""
        below = tuple(node.grown() for node in self.below)
        return Passage(self.step, self.variant, self.way, self.takes, self.output, below)


@dataclass(frozen=True)
class Picture:
    """A picture on its way: its words, where it is, and the last step of its branch to make it."""

    below: list[Growing]  # where the next node on its way goes
    at: Growing | None = None
    words: tuple[str, ...] = ()
    made_by: str | None = None

    @property
    def name(self) -> str | None:
        """The words of its way, or the last picture step of its branch; None if untouched."""
        return "-".join(self.words) or self.made_by

    def matches(self, entry: str) -> bool:
        """Whether the picture's name contains all parts of an entry of `only`."""
        return set(entry.split("-")) <= set((self.name or "").split("-"))

    def is_of(self, step: str, variant: str) -> bool:
        """Whether the picture is the one that `variant` of `step` made last."""
        return self.at is not None and (self.at.step.name, self.at.variant) == (step, variant)

    def copied(self, branch: str) -> "Picture":
        """Return a copy of the picture on the branch that the step `branch` begins."""
        return replace(self, words=(*self.words, branch), made_by=None)

    def entered(self, step: Resolved, variant: str | None) -> "Picture":
        """Return the picture as it leaves `step`, and note the passage below where it was."""
        here = f"{step.name}.{variant}" if variant else step.name
        takes = self.name or ORIGINAL
        node = Growing(step, variant, here, takes)
        if self.at:
            node = Growing(step, variant, f"{self.at.way} > {here}", takes, self.at.depth + 1)
        self.below.append(node)
        words = (*self.words, variant) if variant else self.words
        return Picture(node.below, node, words, self.made_by if step.is_facts else step.name)


def names_of(pictures: Items[Picture]) -> tuple[str, ...]:
    """Return the names of the pictures that have one."""
    return tuple(picture.name for picture in pictures if picture.name)
