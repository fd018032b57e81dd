"""What a kill comes to: its step's `on_error` has a say only where the step is alone (rule 15)."""

import pytest

from darkroom.plan import Plan
from dsl.compile import Compiled, compile_source
from steps.testing.sources import jpeg
from tests.equivalence.forms import Platform, kill
from tests.equivalence.plugins import ANSWERED, PLUGINS

PHOTO = jpeg(640, 480)
ERRORS = ("Sandbox.Timedout", "States.Timeout", "Runtime.ExitError", "Lambda.Unknown", "KeyError")
# By the keys of the step that is killed, what the image comes to.
ENDINGS = {
    "timeout: 5s": "failed",
    "timeout: 5s, on_error: drop": "failed",
    "timeout: 5s, on_error: pass": "failed",
    "timeout: 5s, alone: true": "failed",
    "timeout: 5s, alone: true, on_error: drop": "partial",
    "timeout: 5s, alone: true, on_error: pass": "complete",
}


def marked(keys: str, uses: str = "grey") -> Compiled:
    """Compile a pipeline of two pictures, one of which goes through a step with these keys."""
    text = (
        "pipeline: photos\naccept: { max_pixels: 1MP }\nsteps:\n"
        "  sizes: { uses: resize, variants: { small: { width: 80 }, large: { width: 400 } } }\n"
        f"  mark: {{ uses: {uses}, only: [large], {keys} }}\n"
    )
    return compile_source(text, "pipeline.yaml", PLUGINS)


def state(plan: Plan, error: str = "Sandbox.Timedout") -> str:
    """Return what the image comes to when `mark` is killed."""
    return kill("mark", Platform(plan, PHOTO, **ANSWERED), error).story.ending.split()[0]


@pytest.mark.parametrize(("keys", "ending"), ENDINGS.items())
def test_a_kill_honours_on_error_only_of_a_step_that_is_alone(keys: str, ending: str) -> None:
    """In the unfused form too, where each has an invocation to itself."""
    compiled = marked(keys)

    assert state(compiled.plan) == ending
    assert state(compiled.unfused) == ending


# The same of a step that tells facts: there is no picture that it could give up.
OF_FACTS = {keys: ending for keys, ending in ENDINGS.items() if "drop" not in keys}


@pytest.mark.parametrize(("keys", "ending"), OF_FACTS.items())
def test_a_killed_facts_step_fails_an_image_whose_pictures_are_all_there(
    keys: str, ending: str
) -> None:
    """What it was to tell was promised as they were."""
    text = (
        "pipeline: photos\naccept: { max_pixels: 1MP }\nsteps:\n"
        "  sizes: { uses: resize, variants: { small: { width: 80 }, large: { width: 400 } } }\n"
        f"  mark: {{ uses: shape, from: original, {keys} }}\n"
    )
    compiled = compile_source(text, "pipeline.yaml", PLUGINS)

    assert state(compiled.plan) == ending
    assert state(compiled.unfused) == ending


@pytest.mark.parametrize(("keys", "ending"), ENDINGS.items())
def test_the_note_on_kills_is_true(keys: str, ending: str) -> None:
    """W001 is told where `on_error` spares the image and a kill does not, and nowhere else."""
    told = {note.code for note in marked(keys).notes}

    assert ("W001" in told) is ("on_error" in keys and ending == "failed")


def test_a_step_that_calls_is_alone_without_a_word() -> None:
    """So a kill of it is what its `on_error` says, and no note is needed."""
    compiled = marked("timeout: 5s, on_error: pass", uses="moderate")

    assert state(compiled.plan) == state(compiled.unfused) == "complete"
    assert compiled.notes == ()


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(("policy", "ending"), [("drop", "partial"), ("pass", "complete")])
def test_every_error_of_the_infrastructure_is_a_kill(policy: str, ending: str, error: str) -> None:
    """By whatever name, and an exception of the function's own is one too."""
    compiled = marked(f"alone: true, on_error: {policy}")

    assert state(compiled.plan, error) == ending
