"""Every code that a run can end with is said in words, with its facts and its cure."""

import pytest

from darkroom.operations.reasons import FAILURES, REJECTIONS, reason
from steps.limits import CODES
from steps.plugins import find


def test_every_verdict_of_the_opening_and_of_reject_has_its_words() -> None:
    """A new code needs a cure here."""
    assert set(REJECTIONS) == {*CODES, "refused", "digest_mismatch"}


def test_no_code_is_a_rejection_and_a_failure() -> None:
    """Each has one meaning."""
    assert set(REJECTIONS) & set(FAILURES) == set()


@pytest.mark.parametrize(
    ("code", "facts", "what"),
    [
        (
            "too_many_bytes",
            {"limit": 25_000_000, "actual": 31_400_000},
            "'too_many_bytes' by step 'check', that is, it has 31.4 MB, and 25.0 MB are taken",
        ),
        (
            "too_many_pixels",
            {"limit": 50_000_000, "actual": 108_000_000},
            "'too_many_pixels' by step 'check', that is,"
            " it has 108,000,000 pixels, and 50,000,000 are taken",
        ),
        (
            "decoder_out_of_memory",
            {"limit": None, "actual": None},
            "'decoder_out_of_memory' by step 'check', that is,"
            " its decoder took more memory than it may",
        ),
        (
            "corrupt",
            {"limit": None, "actual": "bad {brackets}"},
            "'corrupt' by step 'check', that is, its bytes are no sound picture (bad {brackets})",
        ),
    ],
)
def test_limit_and_actual_value_are_said_with_their_units(
    code: str, facts: dict[str, str | int | None], what: str
) -> None:
    """As people say them; what a file told is text, whatever it looks like."""
    assert reason(code, "check", facts).what == what


def test_an_option_that_can_be_raised_is_named() -> None:
    """The cure is in the pipeline, or with whoever uploads."""
    cure = reason("side_too_long", None, {"limit": 1, "actual": 2}).cure

    assert cure == "Upload a smaller one, or raise accept.max_side in the pipeline."


@pytest.mark.parametrize("code", [*REJECTIONS, *FAILURES])
def test_a_fact_that_is_not_told_breaks_no_sentence(code: str) -> None:
    """An older event, or another writer, may have left it out."""
    told = reason(code, None, {})

    assert told.what.startswith(f"'{code}', that is, ")
    assert told.cure.endswith(".")


def test_a_code_of_a_step_is_named_with_its_facts_and_where_it_is_explained() -> None:
    """The pages of the steps have them."""
    told = reason("no_room", "brand", {"limit": 400, "actual": 12, "note": None})

    assert told.what == "'no_room' by step 'brand' (limit 400, actual 12)"
    assert "docs/steps" in told.cure


def test_what_steps_fail_with_has_words_here_or_a_page() -> None:
    """No plugin's code is taken for another meaning than its own."""
    ours = {"crashed", "bad_option", "animated", "call_refused", "killed"}

    assert ours <= set(FAILURES)
    assert not any(code in ours for plugin in find().values() for code in plugin.fails)
