"""How large a pipeline may be: what is too large is refused at once, at the first excess."""

from time import process_time

import pytest

from dsl.compile import compile_source
from dsl.diagnostics import MOST_TOLD, PipelineRefused
from dsl.draft import Plugins
from dsl.passes.flow import MAX_PASSAGES, MAX_STEPS
from dsl.reading import MOST_STEPS
from dsl.source import LARGEST

_SECONDS = 10  # of CPU: about five times what the slowest takes
_HEAD = "pipeline: large\naccept: { max_pixels: 1MP }\nsteps:\n"


def steps(number: int) -> str:
    return "".join(f"  s{index}: {{ uses: greyscale }}\n" for index in range(number))


def variants(number: int) -> str:
    entries = ", ".join(f"v{index}: {{}}" for index in range(number))
    return f"  sizes: {{ uses: resize, with: {{ width: 9 }}, variants: {{ {entries} }} }}\n"


def refused(text: str, plugins: Plugins) -> PipelineRefused:
    began = process_time()
    with pytest.raises(PipelineRefused) as caught:
        compile_source(text, "pipeline.yaml", plugins)
    assert process_time() - began < _SECONDS
    return caught.value


def test_a_file_of_two_thousand_steps_is_refused_at_the_first_too_many(plugins: Plugins) -> None:
    """One message, which points at the step itself, and none about what the steps hold."""
    told = refused(_HEAD + steps(2_000), plugins)

    assert told.render().startswith(
        "error[P028]: the pipeline has 2,000 steps, the most is 500\n"
        "   --> pipeline.yaml:504:3\n"
        "504 |   s500: { uses: greyscale }\n"
        "    |   ^^^^\n"
        "    = help: make one plugin of several steps, or several pipelines\n"
    )
    assert len(told.diagnostics) == 1


def test_a_file_that_is_too_large_is_not_parsed(plugins: Plugins) -> None:
    """The message points at where it becomes too large."""
    text = _HEAD + "# {[\n" * LARGEST

    (told,) = refused(text, plugins).diagnostics

    assert told.code == "P028"
    assert told.span.start == LARGEST
    assert f"{len(text):,} characters, the most is {LARGEST:,}" in told.title


def test_variants_are_counted_before_they_are_looked_into(plugins: Plugins) -> None:
    """There are no messages about options of a thousand entries that cannot be."""
    (told,) = refused(_HEAD + variants(1_000), plugins).diagnostics

    assert told.code == "P028"
    assert told.title.startswith("`variants` has 1,000 entries")


def test_a_plan_of_very_many_passages_is_refused(plugins: Plugins) -> None:
    """A hundred pictures through a hundred steps would be a plan of many megabytes."""
    (told,) = refused(_HEAD + variants(100) + steps(MAX_STEPS - 1), plugins).diagnostics

    assert told.code == "P028"
    assert f"the most is {MAX_PASSAGES:,}" in told.title


@pytest.mark.parametrize(
    "line",
    [
        "k#: 1\n",
        "- - - - -\n",
        "a: &b *c\n",
        "steps: { s: { uses: resize, only: [",
        "k#: [${image.x}]\n",
    ],
)
def test_no_text_takes_more_than_seconds(line: str, plugins: Plugins) -> None:
    """What is wrong throughout is told up to a number of mistakes."""
    number = LARGEST // len(line) // 2
    text = "".join(line.replace("#", str(index)) for index in range(number))

    told = refused(text, plugins)

    assert 1 <= len(told.diagnostics) <= MOST_TOLD


def test_more_mistakes_than_anybody_reads_are_not_looked_for(plugins: Plugins) -> None:
    """The last line says that there may be more."""
    text = "pipeline: large\n" + "".join(f"key{number}: 1\n" for number in range(2_000))

    told = refused(text, plugins)

    assert len(told.diagnostics) == MOST_TOLD
    assert f"pipeline.yaml has {MOST_TOLD} mistakes or more" in told.render()


def test_as_many_steps_as_there_may_be_compile(plugins: Plugins) -> None:
    """Five on each of a hundred branches."""
    branches = "".join(
        f"  b{index}: {{ uses: greyscale, from: original }}\n"
        + "".join(f"  b{index}s{below}: {{ uses: greyscale }}\n" for below in range(4))
        for index in range(100)
    )

    compiled = compile_source(_HEAD + branches, "pipeline.yaml", plugins)

    assert len(compiled.outputs) == MOST_STEPS // 5
