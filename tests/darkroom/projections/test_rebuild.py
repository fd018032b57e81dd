"""A rebuilt view equals the live one and the fold, whatever happens to deliveries meanwhile."""

from dataclasses import dataclass, field

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.adapters.memory import MemoryEventStore, MemoryGenerations
from darkroom.errors import StreamConflict
from darkroom.events import Event, ImageDeleted
from darkroom.history import EventStore, Retries
from darkroom.ids import ImageRef
from darkroom.projections import (
    Generations,
    GenerationStore,
    Row,
    ViewStore,
    opened,
    project,
    rebuild,
    rows,
)
from darkroom.projections.rebuild import begin
from darkroom.testing import make_table, samples
from darkroom.testing.rebuilding import REFS, folded, shown
from darkroom.testing.samples import appended


@dataclass
class World:
    """Images to which things happen, and projectors that hear of them late, often, or never."""

    events: EventStore
    generations: GenerationStore
    data: st.DataObject
    coming: list[tuple[ImageRef, Event]]
    records: list[ImageRef] = field(default_factory=list)
    unheard: set[ImageRef] = field(default_factory=set)  # whose newest record nobody had
    slow: list[tuple[ViewStore, tuple[Row, ...]]] = field(default_factory=list)

    def go_on(self, most: int) -> None:
        """Let up to so many things happen, in any order."""
        for act in self.data.draw(st.lists(st.sampled_from(_ACTS), max_size=most)):
            act(self)

    def append(self) -> None:
        """Record the next event; its record may be delivered from now on."""
        if self.coming:
            ref, event = self.coming.pop(0)
            appended(self.events, event, ref=ref)
            self.records.append(ref)
            self.unheard.add(ref)

    def hear(self) -> None:
        """Give some record to a projector, perhaps again; it has folded, and not put its rows."""
        if self.records:
            self.hear_of(self.data.draw(st.sampled_from(self.records)))

    def hear_of(self, ref: ImageRef) -> None:
        """Give a record of that image to a projector."""
        self.slow.append((opened(self.generations), rows(self.events.load(ref))))
        self.unheard.discard(ref)

    def put(self) -> None:
        """Let some projector put its rows, perhaps after others that have begun later."""
        if self.slow:
            views, found = self.slow.pop(self.data.draw(st.integers(0, len(self.slow) - 1)))
            for row in found:
                views.put_if_newer(row)

    def hear_in_time(self) -> None:
        """Record the next event, whose record is heard and folded at once."""
        if self.coming:
            ref = self.coming[0][0]
            self.append()
            project([ref], self.events, opened(self.generations))
            self.unheard.discard(ref)

    def settle(self) -> None:
        """Let everything happen that is still to come; of each image the newest is heard."""
        while self.coming:
            self.append()
            self.go_on(2)
        for ref in self.data.draw(st.permutations(sorted(self.unheard))):
            self.hear_of(ref)
        while self.slow:
            self.put()


_ACTS = (World.append, World.hear, World.put, World.hear_in_time)

_PASTS = st.lists(
    st.tuples(st.sampled_from(REFS), st.sampled_from((*samples.history()[1:], ImageDeleted()))),
    max_size=8,
)


def check(events: EventStore, generations: GenerationStore, data: st.DataObject) -> None:
    """Rebuild while the world goes on, twice, and compare what is shown."""
    begun = [(ref, samples.uploaded()) for ref in REFS]
    world = World(events, generations, data, [*begun, *data.draw(_PASTS)])
    world.go_on(6)

    rebuild(events, generations, at_once=1, told=lambda *_: world.go_on(4))
    world.settle()

    live = shown(generations)
    assert generations.current().live == 2
    assert live == folded(events)
    rebuild(events, generations)
    assert shown(generations) == live


@given(data=st.data())
def test_a_rebuilt_view_equals_the_live_one(data: st.DataObject) -> None:
    """Deliveries in any order, repeated, lost but for an image's newest; folds that come late."""
    check(MemoryEventStore(), MemoryGenerations(), data)


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """Shared, since a session keeps the service's model, which takes long to read."""
    return boto3.Session("test", "test", region_name="eu-central-1")


@settings(max_examples=10)
@given(data=st.data())
def test_a_rebuilt_view_equals_the_live_one_on_dynamodb(
    session: boto3.Session, data: st.DataObject
) -> None:
    """The guard is a condition there, and the generation is part of a key."""
    with mock_aws():
        client = session.client("dynamodb")
        make_table(client, "events", sort_key="N")
        make_table(client, "views", sort_key="S")
        check(DynamoEventStore(client, "events"), DynamoGenerations(client, "views"), data)


def test_numbers_that_would_be_given_twice_are_refused() -> None:
    """The next generation would be one whose rows are there."""
    for wrong in ({"live": 2}, {"building": 2, "made": 3}):
        with pytest.raises(ValueError, match="gives a number twice"):
            Generations(**wrong)


def test_a_store_that_refuses_every_change_is_given_up() -> None:
    """Somebody else may be first now and then, but not for ever: no loop pays without end."""

    class Refusing(MemoryGenerations):
        refused = 0

        def change(self, seen: Generations, then: Generations) -> bool:
            self.refused += 1
            return False

    generations = Refusing()

    with pytest.raises(StreamConflict):
        begin(generations, patient=Retries(attempts=5, sleep=lambda _: None))

    assert generations.refused == 5
