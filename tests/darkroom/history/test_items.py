"""The stored form of an event, and what is refused when it is read."""

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import BrokenStream, UnknownEvent
from darkroom.events import Recorded
from darkroom.history.items import from_item, to_item
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended


@pytest.fixture
def recorded() -> Recorded:
    return appended(MemoryEventStore(), samples.uploaded(), samples.started()).events[1]


def test_an_item_reads_back_as_the_event_it_was_made_of(recorded: Recorded) -> None:
    """Envelope and all."""
    assert from_item(to_item(REF, recorded)) == recorded


@pytest.mark.parametrize("name", ["id", "sk", "t", "sv", "at", "d", "cor", "by", "ph", "h"])
def test_an_item_without_one_of_its_attributes_is_unreadable(recorded: Recorded, name: str) -> None:
    """Told with the stream and the version, so that it can be looked up."""
    item = to_item(REF, recorded)
    del item[name]

    with pytest.raises(BrokenStream) as raised:
        from_item(item)

    assert raised.value.facts["stream"] == REF.stream


@pytest.mark.parametrize("change", [{"d": "{}"}, {"d": "{"}, {"at": "yesterday"}, {"sv": "one"}])
def test_an_item_that_does_not_fit_its_type_is_unreadable(
    recorded: Recorded, change: dict[str, str | int]
) -> None:
    """A payload of another shape, no JSON, no time, no number."""
    with pytest.raises(BrokenStream) as raised:
        from_item(to_item(REF, recorded) | change)

    assert (raised.value.version, raised.value.facts["reason"]) == (2, "unreadable")


def test_an_item_of_an_unknown_type_is_no_damage(recorded: Recorded) -> None:
    """Newer code wrote it; that is another error, with another cure."""
    with pytest.raises(UnknownEvent):
        from_item(to_item(REF, recorded) | {"t": "image.admired"})
