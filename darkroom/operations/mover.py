"""The mover: takes dead letters from their queue, and sends them again or drops them.

A letter is deleted after it was sent, never before: whatever breaks off in between leaves it in
its queue, and the next move sends it once more. That changes nothing, since every source may be
told the same twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from darkroom.operations.letters import Content, Letter, NotSent, read


class DeadLetters(Protocol):
    """A queue of dead letters."""

    def take(self, most: int) -> tuple[Letter, ...]:
        """Return up to `most` letters, hidden from others for some minutes."""
        ...

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Show letters to others again, at once."""
        ...

    def delete(self, letter: Letter) -> None:
        """Forget a letter for good."""
        ...


@dataclass(frozen=True)
class Moved:
    """What became of a letter: `why_not` says why it stays where it is."""

    letter: Letter
    why_not: str | None = None


Send = Callable[[Content], None]
"""Sends a letter's content to where it came from; raises NotSent where that cannot be."""


def redrive(letters: Iterable[Letter], queue: DeadLetters, send: Send) -> tuple[Moved, ...]:
    """Send each letter to where it came from and delete it; one that fails stops no other."""
    return tuple(_redriven(letter, queue, send) for letter in letters)


def _redriven(letter: Letter, queue: DeadLetters, send: Send) -> Moved:
    try:
        send(read(letter.body))
    except NotSent as not_sent:
        queue.give_back([letter])
        return Moved(letter, str(not_sent))
    queue.delete(letter)
    return Moved(letter)


def drop(letters: Iterable[Letter], queue: DeadLetters) -> tuple[Moved, ...]:
    """Delete each letter."""
    moved = []
    for letter in letters:
        queue.delete(letter)
        moved.append(Moved(letter))
    return tuple(moved)
