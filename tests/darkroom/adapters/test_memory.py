"""The stores in memory keep the contracts of their kinds."""

import pytest

from darkroom.adapters.memory import MemoryEventStore, MemoryViewStore
from darkroom.testing import EventStoreCases, ViewStoreCases


class TestMemoryEventStore(EventStoreCases):
    @pytest.fixture
    def store(self) -> MemoryEventStore:
        return MemoryEventStore()


class TestMemoryViewStore(ViewStoreCases):
    @pytest.fixture
    def store(self) -> MemoryViewStore:
        return MemoryViewStore()
