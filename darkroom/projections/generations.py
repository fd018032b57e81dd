"""Generations: whole sets of views. One is shown; another may be in the making beside it.

No lock is needed, since every row is put over older ones only. What matters is the order of two
steps: a projector asks which generations there are after it was told of an event, and a rebuild
reads the streams after it has announced its generation. So an event that the rebuild has not read
was appended after the announcement, and whoever is told of it knows of both generations:

    rebuild      announce ------- read the stream -------------------- switch
    projector                                      told, ask, fold
"""

from dataclasses import dataclass, replace
from typing import Protocol

from darkroom.ids import ImageRef
from darkroom.images import ImageState
from darkroom.projections.paging import Page
from darkroom.projections.rows import ImageRow, Row
from darkroom.projections.store import ViewStore
from darkroom.projections.usage import Usage


@dataclass(frozen=True)
class Generations:
    """Which generations there are: one that is shown, and perhaps one that is being built.

    A number is given once only: `made` is the highest yet. What an abandoned generation left
    behind can never be taken for a row of a newer one. Raises ValueError for numbers that would
    let it be.
    """

    live: int = 1
    building: int | None = None
    made: int = 1

    def __post_init__(self) -> None:
        if self.live > self.made or self.building not in (None, self.made):
            raise ValueError(f"{self} gives a number twice")

    @property
    def written(self) -> tuple[int, ...]:
        """The generations that every fold is put into, the live one first."""
        return (self.live,) if self.building is None else (self.live, self.building)

    def with_next(self) -> "Generations":
        """Return this with a new generation being built, instead of any other."""
        return replace(self, building=self.made + 1, made=self.made + 1)

    def without(self, generation: int) -> "Generations":
        """Return this with `generation` given up, if it is the one being built."""
        return replace(self, building=None) if self.building == generation else self

    def switched(self, generation: int) -> "Generations":
        """Return this with `generation` live, if it is the one being built."""
        return (
            replace(self, live=generation, building=None) if self.building == generation else self
        )


class GenerationStore(Protocol):
    """Keeps which generations there are, and the rows of each."""

    def current(self) -> Generations:
        """Return which there are, strongly consistent; `Generations()` before any rebuild."""
        ...

    def change(self, seen: Generations, then: Generations) -> bool:
        """Keep `then`, if `seen` is what is kept; return whether it was."""
        ...

    def views(self, generation: int) -> ViewStore:
        """Return the views of one generation."""
        ...

    def remove_before(self, generation: int) -> int:
        """Remove all rows of older generations, and return how many. Safe to repeat.

        For generations that nobody shows any more, nor will: numbers only grow.
        """
        ...


@dataclass(frozen=True)
class Opened:
    """Views as of one moment: rows are read from the live generation, and put into all."""

    live: ViewStore
    written: tuple[ViewStore, ...]

    def put_if_newer(self, row: Row) -> bool:
        """Store `row` in each generation where it is newer; return whether it was where shown."""
        live, *_ = [views.put_if_newer(row) for views in self.written]
        return live

    def image(self, ref: ImageRef) -> ImageRow | None:
        """Return the image's row; see ViewStore."""
        return self.live.image(ref)

    def images_of(
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Return a page of the owner's images; see ViewStore."""
        return self.live.images_of(tenant, owner, state=state, limit=limit, cursor=cursor)

    def usage_of(self, tenant: str, owner: str) -> Usage:
        """Return what the owner's images amount to; see ViewStore."""
        return self.live.usage_of(tenant, owner)


def opened(generations: GenerationStore) -> Opened:
    """Return the views as of now. For one batch or one request; never kept for a next."""
    written = tuple(map(generations.views, generations.current().written))
    return Opened(written[0], written)


@dataclass(frozen=True)
class CurrentViews:
    """A ViewStore that asks at each call which generations there are."""

    generations: GenerationStore

    def put_if_newer(self, row: Row) -> bool:
        """Store `row` in each generation where it is newer; return whether it was where shown."""
        return opened(self.generations).put_if_newer(row)

    def image(self, ref: ImageRef) -> ImageRow | None:
        """Return the image's row; see ViewStore."""
        return opened(self.generations).image(ref)

    def images_of(
        self,
        tenant: str,
        owner: str,
        *,
        state: ImageState | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Return a page of the owner's images; see ViewStore."""
        return opened(self.generations).images_of(
            tenant, owner, state=state, limit=limit, cursor=cursor
        )

    def usage_of(self, tenant: str, owner: str) -> Usage:
        """Return what the owner's images amount to; see ViewStore."""
        return opened(self.generations).usage_of(tenant, owner)
