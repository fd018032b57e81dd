"""For tests: sample facts, and the contracts that every store must keep.

A new store is right when a subclass of the contract passes:

    class TestMyEventStore(EventStoreCases):
        @pytest.fixture
        def store(self) -> EventStore:
            return MyEventStore()
"""

import pytest

# Before the import: pytest explains failing asserts only in modules it has rewritten.
pytest.register_assert_rewrite(
    "darkroom.testing.event_store", "darkroom.testing.given", "darkroom.testing.view_store"
)

from darkroom.testing.event_store import EventStoreCases  # noqa: E402 - see above
from darkroom.testing.given import Given, given  # noqa: E402
from darkroom.testing.view_store import ViewStoreCases  # noqa: E402

__all__ = ["EventStoreCases", "Given", "ViewStoreCases", "given"]
