"""For tests: sample facts, and the contracts that every store must keep.

A new store is right when a subclass of each contract passes:

    @pytest.fixture
    def store() -> EventStore:
        return MyEventStore()

    class TestAppending(EventStoreCases): ...
    class TestDecisions(DecisionCases): ...
    class TestReading(ReadingCases): ...
    class TestCapacity(CapacityCases): ...

    class TestTampering(TamperingCases): ...  # with a fixture `vandal`, that reaches behind `store`
    class TestProjection(ProjectionCases): ...  # with `views` and `other_views`
    class TestRebuild(RebuildCases): ...  # with `generations`

And of views: ViewStoreCases (with a fixture `store`), GenerationCases (with `generations`).

The cases have the numbers of docs/conformance.md.
"""

import pytest

# Before the imports: pytest explains failing asserts only in modules it has rewritten.
pytest.register_assert_rewrite(
    *(
        f"darkroom.testing.{name}"
        for name in (
            *("capacity", "decisions", "event_store", "generations", "given", "projecting"),
            *("reading", "rebuilding", "tampering", "view_store"),
        )
    )
)

from darkroom.testing.capacity import CapacityCases  # noqa: E402 - see above
from darkroom.testing.decisions import DecisionCases  # noqa: E402
from darkroom.testing.event_store import EventStoreCases  # noqa: E402
from darkroom.testing.generations import GenerationCases  # noqa: E402
from darkroom.testing.given import Given, given  # noqa: E402
from darkroom.testing.projecting import ProjectionCases  # noqa: E402
from darkroom.testing.reading import ReadingCases  # noqa: E402
from darkroom.testing.rebuilding import RebuildCases  # noqa: E402
from darkroom.testing.tampering import TamperingCases  # noqa: E402
from darkroom.testing.vandal import DynamoVandal, Vandal, make_table  # noqa: E402
from darkroom.testing.view_store import ViewStoreCases  # noqa: E402

__all__ = [
    "CapacityCases",
    "DecisionCases",
    "DynamoVandal",
    "EventStoreCases",
    "GenerationCases",
    "Given",
    "ProjectionCases",
    "ReadingCases",
    "RebuildCases",
    "TamperingCases",
    "Vandal",
    "ViewStoreCases",
    "given",
    "make_table",
]
