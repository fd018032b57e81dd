"""Room: a pipeline that no stack can hold is refused with the arithmetic."""

from dataclasses import replace

import pytest

from darkroom.plan import Retry, Stage
from dsl import passes, reading, source
from dsl.diagnostics import Diagnostic, PipelineRefused, Report
from dsl.draft import Draft, Plugins, Sized
from dsl.passes import room
from dsl.passes.room import MOST_STAGES
from dsl.text import SourceText

TEXT = "pipeline: photos\nsteps: { small: { uses: resize, with: { width: 100 } } }\n"


def _report() -> Report:
    return Report(SourceText("pipeline.yaml", TEXT))


@pytest.fixture
def draft(plugins: Plugins) -> Draft:
    """A pipeline of one step, behind the last pass."""
    report = _report()
    tree = source.read(report)
    assert tree is not None
    return passes.run(Draft(reading.read_file(tree, report), plugins), report)


def _of(number: int, draft: Draft) -> Draft:
    stages = [
        Stage(id=f"s{index}", steps=("small",), memory_mb=512, timeout_s=9, retry=Retry())
        for index in range(number)
    ]
    return replace(draft, sized=tuple(Sized(stage, parts=()) for stage in stages))


def _told(report: Report) -> Diagnostic:
    with pytest.raises(PipelineRefused) as caught:
        report.refuse()
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_as_many_stages_as_there_is_room_for_are_taken(draft: Draft) -> None:
    """The lock tells how much of the room is used."""
    report = _report()

    taken = room.run(_of(MOST_STAGES, draft), report)

    report.refuse()
    assert room.broken(taken) is None
    assert "of 450 resources" in taken.decisions[-1].reason


def test_one_stage_more_is_refused_with_the_arithmetic(draft: Draft) -> None:
    """Also where there is room on this engine: there is as much for each, the fewest there are."""
    report = _report()
    much = room.run(_of(MOST_STAGES + 1, draft), report)
    told = _told(report)

    assert room.broken(much)
    assert told.code == "P028"
    assert told.title == "the pipeline needs 61 Lambda functions, there is room for 60"
    assert told.note == (
        "200 + 4 x 61 = 444 of 450 resources; "
        "800 + 135 x 61 = 9035 of 10240 characters of the machine's role"
    )


def test_a_definition_takes_what_the_functions_leave_of_the_template(draft: Draft) -> None:
    """At the boundary, quotes counted as the template has them, with a backslash."""
    most = room.TEMPLATE_BYTES - room.BASE_BYTES - 10 * room.STAGE_BYTES
    fits, report = '"' * ((most - 2) // 2), _report()

    room.check_definition(fits, _of(10, draft), report)
    report.refuse()
    room.check_definition(fits + '"', _of(10, draft), report)
    told = _told(report)

    assert told.code == "P028"
    assert told.title == (
        "the state machine takes 435,002 bytes, its template has room for 435,000"
    )
    assert told.note == "800,000 bytes, less 365,000 for 10 functions and all else"
