"""Given these events, when this command comes, then that follows: tests of decisions."""

from dataclasses import dataclass

import pytest

from darkroom.errors import DarkroomError
from darkroom.events import Event
from darkroom.images import Command, Image, decide, evolve
from darkroom.testing.samples import REF


@dataclass(frozen=True)
class When:
    """A command on an image with a past."""

    image: Image | None
    command: Command

    def then(self, *events: Event) -> None:
        """Assert that exactly these events follow."""
        assert decide(self.image, self.command) == events

    def then_nothing(self) -> None:
        """Assert that there is nothing new to say."""
        self.then()

    def then_raises(self, error: type[DarkroomError], code: str) -> None:
        """Assert that the command is refused with this code."""
        with pytest.raises(error) as raised:
            decide(self.image, self.command)
        assert raised.value.code == code


@dataclass(frozen=True)
class Given:
    """An image's past."""

    events: tuple[Event, ...]

    @property
    def image(self) -> Image | None:
        """The image after that past."""
        image = None
        for event in self.events:
            image = evolve(image, event, REF)
        return image

    def when(self, command: Command) -> When:
        """Name the command that comes."""
        return When(self.image, command)


def given(*events: Event) -> Given:
    """Name what has happened."""
    return Given(events)
