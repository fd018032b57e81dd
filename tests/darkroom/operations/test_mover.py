"""The mover sends before it deletes: a crash at any point loses no letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.ingest import Message
from darkroom.operations.letters import Content, Letter, NotSent
from darkroom.operations.mover import Moved, drop, redrive
from darkroom.testing.samples import REF, at

BODY = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1").model_dump_json()
LETTERS = tuple(Letter(f"m{n}", BODY, at(n), 6, f"receipt of m{n}") for n in range(3))


class Crash(Exception):
    """The process ends here."""


@dataclass
class Box:
    """A queue of letters, and a source that they come to; it ends after so many steps."""

    there: dict[str, Letter] = field(default_factory=lambda: {each.id: each for each in LETTERS})
    hidden: set[str] = field(default_factory=set)
    arrived: list[Content] = field(default_factory=list)
    steps_left: int = 100

    def _step(self) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Crash

    def take(self, most: int) -> tuple[Letter, ...]:
        shown = tuple(self.there.values())[:most]
        self.hidden |= {letter.id for letter in shown}
        return shown

    def give_back(self, letters: Iterable[Letter]) -> None:
        self.hidden -= {letter.id for letter in letters}

    def delete(self, letter: Letter) -> None:
        self._step()
        del self.there[letter.id]

    def send(self, content: Content) -> None:
        self._step()
        self.arrived.append(content)


@given(st.integers(0, 6))
def test_a_crash_at_any_step_loses_no_letter(steps: int) -> None:
    """What was not deleted is there, and what was has arrived: the next move sends the rest."""
    box = Box(steps_left=steps)
    try:
        redrive(box.take(10), box, box.send)
    except Crash:
        box.steps_left = 100

    assert len(box.there) + len(box.arrived) >= len(LETTERS)
    redrive(box.take(10), box, box.send)
    assert box.there == {}
    assert len(LETTERS) <= len(box.arrived) <= len(LETTERS) + 1


def test_a_letter_that_cannot_be_sent_stays_and_stops_no_other() -> None:
    """It is shown to others again, with the reason."""
    box = Box()
    letters = (LETTERS[0], replace(LETTERS[1], body="garbage"), LETTERS[2])

    def send(content: Content) -> None:
        if not isinstance(content, Message):
            raise NotSent("nothing would take it")
        box.send(content)

    box.take(10)
    moved = redrive(letters, box, send)

    assert moved[1] == Moved(letters[1], "nothing would take it")
    assert [each.why_not for each in moved] == [None, "nothing would take it", None]
    assert list(box.there) == ["m1"]
    assert "m1" not in box.hidden


def test_an_error_that_is_no_refusal_is_raised() -> None:
    """The letter was not sent, so it is not deleted either."""
    box = Box()

    def broken(_: Content) -> None:
        raise Crash

    with pytest.raises(Crash):
        redrive(box.take(10), box, broken)
    assert len(box.there) == 3


def test_what_is_dropped_is_deleted_and_goes_nowhere() -> None:
    """For good."""
    box = Box()

    moved = drop(LETTERS[:2], box)

    assert [each.letter.id for each in moved] == ["m0", "m1"]
    assert list(box.there) == ["m2"]
    assert box.arrived == []
