"""What a step says of its limits: whose it is, and what it comes to (rule 18)."""

import pytest

from darkroom.plan import Retry
from dsl.costs.forms import of_plan
from dsl.costs.photo import Photo
from dsl.costs.usage import usage
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.estimates import BASE_S, ONE_VCPU_MB
from tests.dsl.conftest import Compile

HEAD = "pipeline: photos\naccept: {{ formats: [jpeg], max_pixels: 10MP }}\nsteps:\n"
MEMORY = HEAD + (
    "  check: {{ uses: validate, memory: {0} }}\n"
    "  small: {{ uses: resize, memory: {0}, with: {{ width: 800 }} }}\n"
)


def test_less_than_one_vcpu_takes_longer_in_proportion(compiled: Compile) -> None:
    """All but the seconds for S3 and the history: those are waits."""
    whole = compiled(MEMORY.format(f"{ONE_VCPU_MB}MB")).plan.stages[0]
    third = compiled(MEMORY.format("590MB")).plan.stages[0]
    more = compiled(MEMORY.format("3008MB")).plan.stages[0]

    slower = ONE_VCPU_MB / 590
    assert third.memory_mb == 590
    assert third.timeout_s - BASE_S == pytest.approx((whole.timeout_s - BASE_S) * slower, abs=3)
    assert third.timeout_s > whole.timeout_s
    assert more.timeout_s == whole.timeout_s


def test_a_timeout_is_what_it_says_whatever_the_memory(compiled: Compile) -> None:
    """Its author has seen how long the step takes."""
    text = MEMORY.replace("memory: {0}", "memory: {0}, timeout: 20s")

    assert compiled(text.format("256MB")).plan.stages[0].timeout_s == 40


def test_less_than_one_vcpu_is_charged_for_longer(compiled: Compile, plugins: Plugins) -> None:
    """The same work for the same GB-seconds: what is saved is waiting at a lower rate."""
    plans = [compiled(MEMORY.format(memory)).plan for memory in (f"{ONE_VCPU_MB}MB", "590MB")]
    (whole,), (third,) = (usage(of_plan(p), p, Photo(8), plugins).works for p in plans)

    assert third.cpu_s * 590 == pytest.approx(whole.cpu_s * ONE_VCPU_MB)
    assert third.seconds - whole.seconds == pytest.approx(third.cpu_s - whole.cpu_s)


@pytest.mark.parametrize(("memory", "codes"), [("128MB", ["W002"]), ("3008MB", [])])
def test_memory_below_the_estimate_is_noted(
    memory: str, codes: list[str], compiled: Compile
) -> None:
    """With what it may need; it compiles all the same."""
    notes = compiled(MEMORY.format(memory)).notes

    assert [note.code for note in notes] == codes
    assert all("may need" in note.title and memory[:3] in note.title for note in notes)


def test_limits_of_a_step_called_opening_are_its_own(compiled: Compile) -> None:
    """The opening that is implied has none to be said."""
    step = "  opening: {{ uses: resize, timeout: 1s, memory: 128MB, with: {{ width: 80 }} }}\n"

    (stage,) = compiled((HEAD + step).format()).plan.stages

    assert stage.timeout_s > BASE_S
    assert stage.memory_mb >= ONE_VCPU_MB


def test_the_seconds_for_s3_stay_where_a_step_alone_has_a_timeout(compiled: Compile) -> None:
    """It fetches its picture, which no step's timeout counts."""
    step = "  small: {{ uses: resize, alone: true, timeout: 5s, with: {{ width: 80 }} }}\n"

    _, alone = compiled((HEAD + step).format()).plan.stages

    assert alone.timeout_s >= BASE_S + 5


def test_fewer_attempts_of_one_step_are_not_those_of_all(compiled: Compile) -> None:
    """A stage takes the largest, and a step that says nothing asks for the usual."""
    one = "  small: {{ uses: resize, retry: {{ attempts: 1 }}, with: {{ width: 80 }} }}\n"
    other = "  grey: {{ uses: greyscale }}\n"

    (alike,) = compiled((HEAD + one).format()).plan.stages
    (shared,) = compiled((HEAD + one + other).format()).plan.stages

    assert alike.retry.attempts == 1
    assert shared.retry.attempts == Retry().attempts


def test_a_timeout_that_cannot_be_is_refused_with_the_one_that_can(compiled: Compile) -> None:
    """A function has 15 minutes, and other steps take a part of them."""
    text = HEAD + "  small: {{ uses: resize, timeout: {}, with: {{ width: 80 }} }}\n"

    with pytest.raises(PipelineRefused) as refused:
        compiled(text.format("15min"))
    (told,) = refused.value.diagnostics
    most = told.help.removeprefix("write timeout: ").split(" ")[0]

    assert told.code == "P029"
    assert text.format("15min")[told.span.start : told.span.end] == "timeout"
    assert compiled(text.format(most)).plan.stages[0].timeout_s == 900
