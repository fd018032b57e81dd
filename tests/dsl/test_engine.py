"""The engine: what is asked for, else Express where the worst case fits."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from dsl import passes, reading, source
from dsl.compile import Compiled
from dsl.diagnostics import PipelineRefused, Report
from dsl.draft import Draft, Plugins
from dsl.passes import budgets, engine
from dsl.text import SourceText

TEXT = """pipeline: photos
accept: {{ max_pixels: 1MP }}
{engine}
steps:
  small: {{ uses: greyscale, timeout: {timeout}, retry: {{ attempts: 1 }} }}
"""
Compile = Callable[[str], Compiled]


def _reason(done: Compiled) -> str:
    (reason,) = (each.reason for each in done.decisions if each.made_by == "engine")
    return reason


@pytest.mark.parametrize(
    ("asked", "timeout", "chosen", "why"),
    [
        ("", "30s", "express", "writing twice is writing once"),
        ("engine: auto", "30s", "express", "writing twice is writing once"),
        ("engine: express", "30s", "express", "writing twice is writing once"),
        ("engine: standard", "30s", "standard", "the pipeline asks for it"),
        ("engine: auto", "10min", "standard", "an Express execution ends after 300 s"),
        ("", "10min", "standard", "an Express execution ends after 300 s"),
    ],
)
def test_express_is_chosen_where_it_fits_and_nothing_else_is_asked_for(
    compiled: Compile, asked: str, timeout: str, chosen: str, why: str
) -> None:
    """The lock says which engine, and why."""
    done = compiled(TEXT.format(engine=asked, timeout=timeout))

    assert done.plan.engine == chosen
    assert _reason(done).startswith(f"{chosen}: at most {done.plan.worst_case_s} s")
    assert why in _reason(done)


def test_the_cure_for_too_much_time_is_the_most_that_fits(compiled: Compile) -> None:
    """One second more than the message says is refused again."""
    asked = "engine: express"
    with pytest.raises(PipelineRefused) as refused:
        compiled(TEXT.format(engine=asked, timeout="10min"))
    (told,) = refused.value.diagnostics
    found = re.match(r"lower the timeout of `small` to (\d+)s, or write engine", told.help)
    assert found

    assert compiled(TEXT.format(engine=asked, timeout=f"{found[1]}s")).plan.engine == "express"
    with pytest.raises(PipelineRefused):
        compiled(TEXT.format(engine=asked, timeout=f"{int(found[1]) + 1}s"))


def test_the_engine_decides_no_pixel(compiled: Compile) -> None:
    """One digest: runs of either form give an image the same history."""
    digests = {
        compiled(TEXT.format(engine=f"engine: {name}", timeout="30s")).plan.digest
        for name in ("express", "standard")
    }

    assert len(digests) == 1


def test_a_history_longer_than_standard_keeps_is_refused(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, more than ten events; Express keeps none, so it takes any number."""
    text = TEXT.format(engine="engine: standard", timeout="30s")
    report = Report(SourceText("pipeline.yaml", text))
    tree = source.read(report)
    assert tree is not None
    draft = passes.run(Draft(reading.read_file(tree, report), plugins), report)
    monkeypatch.setattr(budgets, "HISTORY_EVENTS", 10)

    budgets.run(replace(draft, engine="express"), report)
    report.refuse()
    budgets.run(draft, report)

    with pytest.raises(PipelineRefused) as caught:
        report.refuse()
    (told,) = caught.value.diagnostics
    assert told.code == "P010"
    assert "a Standard execution ends after 10" in told.title


def test_the_invariant_knows_both_engines(plugins: Plugins) -> None:
    """Five minutes, and a day."""
    report = Report(SourceText("pipeline.yaml", TEXT.format(engine="", timeout="30s")))
    tree = source.read(report)
    assert tree is not None
    draft = passes.run(Draft(reading.read_file(tree, report), plugins), report)

    assert engine.broken(replace(draft, worst_case_s=300))
    assert engine.broken(replace(draft, engine="standard", worst_case_s=86_400))
    assert engine.broken(replace(draft, engine="standard", worst_case_s=86_399)) is None
