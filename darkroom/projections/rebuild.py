"""Rebuild: fold every stream anew, into a generation beside the live one, and then show that.

Whoever reads and whoever appends goes on meanwhile; darkroom/projections/generations.py says why
nothing is missed. Breaking off leaves the live generation as it was.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from darkroom.errors import StreamConflict
from darkroom.history import EventStore, Retries
from darkroom.ids import ImageRef
from darkroom.projections.generations import Generations, GenerationStore
from darkroom.projections.projector import NotProjected, project

_PATIENT = Retries(attempts=30)

Progress = Callable[[int, int], None]
"""Told, after each image, how many of how many have been folded."""


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild.

    Its generation is shown once it is `live`. It was `abandoned` where images failed, and
    `overtaken` where another rebuild has begun since: that one goes on.
    """

    generation: int
    outcome: Literal["live", "abandoned", "overtaken"]
    images: int
    failed: tuple[NotProjected, ...]


def rebuild(
    events: EventStore,
    generations: GenerationStore,
    *,
    at_once: int = 8,
    despite_failures: bool = False,
    told: Progress = lambda _, __: None,
) -> Rebuilt:
    """Fold every stream into a new generation, `at_once` at one time, and show it.

    A generation that lacks an image that could not be folded is shown `despite_failures` only.
    Rows of the generation before stay: `remove_before` removes them once no reader is on them.
    Whatever is raised meanwhile, as by Ctrl-C, gives the new generation up.
    """
    generation = begin(generations)
    try:
        refs = tuple(events.refs())
        views = generations.views(generation)

        def folded(ref: ImageRef) -> tuple[NotProjected, ...]:
            return project([ref], events, views)

        failed: list[NotProjected] = []
        for done, found in enumerate(_each(folded, refs, at_once), start=1):
            failed.extend(found)
            told(done, len(refs))
        if failed and not despite_failures:
            abandon(generations, generation)
            return Rebuilt(generation, "abandoned", len(refs), tuple(failed))
        outcome: Literal["live", "overtaken"] = (
            "live" if switch(generations, generation) else "overtaken"
        )
        return Rebuilt(generation, outcome, len(refs), tuple(failed))
    except BaseException:
        abandon(generations, generation)
        raise


def begin(generations: GenerationStore, *, patient: Retries = _PATIENT) -> int:
    """Announce a new generation, in the place of any other in the making; return its number.

    Raises StreamConflict, as all changes of generations do, where others were first every time.
    """
    return _changed(generations, Generations.with_next, patient).made


def switch(generations: GenerationStore, generation: int) -> bool:
    """Show `generation`; return False where another rebuild has begun since, or it was given up."""
    return _changed(generations, lambda seen: seen.switched(generation)).live == generation


def abandon(generations: GenerationStore, generation: int) -> None:
    """Give `generation` up, if it is in the making. Its rows go with the next switch."""
    _changed(generations, lambda seen: seen.without(generation))


def _changed(
    generations: GenerationStore,
    change: Callable[[Generations], Generations],
    patient: Retries = _PATIENT,
) -> Generations:
    """Make a change, again where another was first, and return what is kept then."""

    def attempt() -> Generations:
        seen = generations.current()
        then = change(seen)
        if then != seen and not generations.change(seen, then):
            raise StreamConflict(stream="generations", expected=seen.made, actual=then.made)
        return then

    return patient.over(attempt)


def _each(
    folded: Callable[[ImageRef], tuple[NotProjected, ...]],
    refs: Sequence[ImageRef],
    at_once: int,
) -> Iterator[tuple[NotProjected, ...]]:
    """Fold so many at one time, and no more: breaking off waits for these only."""
    with ThreadPoolExecutor(at_once) as pool:
        for first in range(0, len(refs), at_once):
            yield from pool.map(folded, refs[first : first + at_once])
