"""budgets: what meets where branches join counts too, and every try once."""

import pytest

from darkroom.plan.models import Retry
from dsl.backends.retries import retriers
from dsl.diagnostics import PipelineRefused
from tests.dsl.conftest import Compile

LONG = "".join(f"  s{at:02}{'x' * 37}: {{ uses: greyscale }}\n" for at in range(100))


def spread(across: int) -> str:
    """Return a pipeline of `across` times ten pictures, far down a long way, each killed alone."""
    alone = "uses: greyscale, alone: true, retry: { attempts: 1 }, timeout: 1s"
    outer, inner = (
        ", ".join(f"{name}{at}: {{ width: {10 + at} }}" for at in range(count))
        for name, count in (("a", across), ("b", 10))
    )
    return (
        "pipeline: photos\nengine: standard\naccept: { max_pixels: 1MP, formats: [jpeg] }\n"
        f"steps:\n{LONG}"
        f"  outer: {{ uses: resize, variants: {{ {outer} }} }}\n  middle: {{ {alone} }}\n"
        f"  inner: {{ uses: resize, variants: {{ {inner} }} }}\n"
        f"  last: {{ {alone}, on_error: drop }}\n"
    )


def test_what_was_killed_has_to_fit_where_the_branches_meet(compiled: Compile) -> None:
    """No stage hands on too much, but each killed picture names its whole way at the join."""
    assert len(compiled(spread(2)).outputs) == 20

    with pytest.raises(PipelineRefused) as refused:
        compiled(spread(9))
    (told,) = refused.value.diagnostics
    assert told.code == "P034"
    assert told.title.startswith("the ends of pictures would meet in a payload of 4")


@pytest.mark.parametrize("attempts", [2, 3, 10])
def test_one_retrier_counts_every_try(attempts: int) -> None:
    """A second one would begin to count anew when the error is another."""
    (only,) = retriers(Retry(attempts=attempts))

    assert only["ErrorEquals"] == ["States.ALL"]
    assert only["MaxAttempts"] == attempts - 1
