"""The stores in memory keep the contracts of their kinds."""

from dataclasses import dataclass

import pytest

from darkroom.adapters.memory import MemoryEventStore, MemoryGenerations, MemoryViewStore
from darkroom.ids import ImageRef
from darkroom.testing import (
    CapacityCases,
    DecisionCases,
    EventStoreCases,
    GenerationCases,
    ProjectionCases,
    ReadingCases,
    RebuildCases,
    TamperingCases,
    ViewStoreCases,
)
from darkroom.testing.vandal import Attributes


@dataclass(frozen=True)
class MemoryVandal:
    """Reaches into a store's own memory."""

    store: MemoryEventStore

    def look(self, ref: ImageRef, version: int) -> Attributes:
        return dict(self.store._streams[ref.stream][version])

    def put(self, item: Attributes) -> None:
        self.store._streams[str(item["pk"])][int(item["sk"])] = item

    def remove(self, ref: ImageRef, version: int) -> None:
        del self.store._streams[ref.stream][version]


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def vandal(store: MemoryEventStore) -> MemoryVandal:
    return MemoryVandal(store)


@pytest.fixture
def views() -> MemoryViewStore:
    return MemoryViewStore()


@pytest.fixture
def other_views() -> MemoryViewStore:
    return MemoryViewStore()


@pytest.fixture
def generations() -> MemoryGenerations:
    return MemoryGenerations()


class TestAppending(EventStoreCases):
    """One event at a time."""


class TestDecisions(DecisionCases):
    """Several events at once."""


class TestReading(ReadingCases):
    """Parts of a history, and all of them."""


class TestTampering(TamperingCases):
    """What was done behind the store."""


class TestCapacity(CapacityCases):
    """Counted as DynamoDB would."""


class TestProjection(ProjectionCases):
    """Both stores together."""


class TestGenerations(GenerationCases):
    """Several sets of views."""


class TestRebuild(RebuildCases):
    """Views made anew."""


class TestMemoryViewStore(ViewStoreCases):
    @pytest.fixture
    def store(self) -> MemoryViewStore:
        return MemoryViewStore()
