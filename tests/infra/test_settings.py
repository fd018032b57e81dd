"""Settings: what differs between environments is written down, and nothing else differs."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.pipelines import compiled_pipeline
from infra.settings import DEV, LOCAL, LOCAL_DIFFERENCES, PROD, settings_for
from infra.timing import timing


def test_what_is_different_locally_is_listed_with_its_reason():
    """Every field in which the embedded cloud differs from dev, and no other."""
    names = {field.name for field in fields(LOCAL)} - {"environment", "log_level"}
    different = {name for name in names if getattr(LOCAL, name) != getattr(DEV, name)}

    # On a machine of ten cores the number of runs happens to be that of dev.
    assert different | {"runs_at_once"} == LOCAL_DIFFERENCES.keys()


def test_environments_are_found_by_name():
    """And a name that is none is refused with those that are."""
    assert [settings_for(name) for name in ("local", "dev", "prod")] == [LOCAL, DEV, PROD]
    with pytest.raises(ValueError, match=r"no environment 'test'.*local, dev, prod"):
        settings_for("test")


def test_a_pipeline_that_was_not_compiled_is_refused_with_the_cure():
    """The error says what to run."""
    with pytest.raises(LookupError, match="make generate"):
        compiled_pipeline("nonexistent")


@given(st.integers(min_value=1, max_value=880))
def test_the_orchestrator_outlasts_the_run_and_its_message_outlasts_both(worst_case_s):
    """For every pipeline that can be waited for."""
    times = timing(DEV, worst_case_s=worst_case_s)

    assert worst_case_s < times.orchestrator_s <= 900
    assert times.visibility_s == 6 * times.orchestrator_s


@given(st.sampled_from([LOCAL, DEV, PROD]), st.integers(min_value=1, max_value=880))
def test_patience_lasts_until_the_last_try_has_ended(settings, worst_case_s):
    """So a run is called overdue only when no message for it can come back."""
    times = timing(settings, worst_case_s=worst_case_s)
    last_try_begins_s = (settings.max_receives - 1) * times.visibility_s

    assert times.patience_s >= last_try_begins_s + worst_case_s


@given(st.integers(min_value=881, max_value=10_000))
def test_a_run_too_long_to_be_waited_for_is_refused_with_the_arithmetic(worst_case_s):
    """The error shows the sum that does not fit."""
    with pytest.raises(ValueError, match=rf"{worst_case_s} \+ 20 = {worst_case_s + 20} s.*900 s"):
        timing(DEV, worst_case_s=worst_case_s)
