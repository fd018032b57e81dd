"""Settings: what differs between environments is written down, and nothing else differs."""

import shutil
from collections import Counter
from dataclasses import fields, replace
from zipfile import ZipFile

import pytest
from aws_cdk import App
from hypothesis import given
from hypothesis import strategies as st

import generated.photos
from darkroom.local import cloud
from infra import pipelines
from infra.assets import Assets
from infra.concurrency import check_concurrency
from infra.environments import SettingsError, differences, settings_for, table
from infra.pipelines import compiled_pipeline, plan_path
from infra.stacks import add_stacks
from infra.timing import timing, visibility_s
from tests.infra.conftest import synthesised
from tests.infra.environments import DEV, LOCAL, PROD


def test_what_is_different_locally_is_listed_with_its_reason():
    """Every field in which the embedded cloud differs from dev, and no other."""
    names = {field.name for field in fields(LOCAL)} - {"environment"}
    different = {name for name in names if getattr(LOCAL, name) != getattr(DEV, name)}

    # On a machine of four cores or more the number of runs happens to be that of dev.
    assert different | {"runs_at_once"} == differences("local").keys()


def test_the_embedded_cloud_goes_without_what_the_differences_say_and_nothing_else(local, dev):
    """Its stacks have fewer resources of those types, and as many of all others."""
    here, there = (
        Counter(
            each["Type"] for part in (found.data, found.app) for each in part["Resources"].values()
        )
        for found in (local, dev)
    )
    named = {kind for each in differences("local").values() for kind in each.leaves_out}

    assert (there - here).keys() == named
    assert not here - there


def test_the_differences_are_printed_with_their_reasons():
    """Each by its name, both values, and why."""
    text = "\n".join(table("local"))

    assert text.startswith("local is dev, but for this:\n")
    for name, each in differences("local").items():
        assert f"\n  {name}: " in text
        assert f"\n    {each.because}" in text
    assert "visibility_s: 30, not none" in text
    assert "tls_only: false, not true" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "settings:\n  log_days: 14\n  runs_at_onec: 4\n",
            "dev.yaml:3: there is no setting `runs_at_onec`. Did you mean `runs_at_once`?",
        ),
        ("settings: {log_days: 13}", "dev.yaml:1: `log_days` is 13: input should be 1, 3, 5"),
        ("settings:\n  max_receives: 4\n", "dev.yaml:2: `max_receives` is 4: input should be g"),
        ("settings:\n  tls_only: 1\n", "dev.yaml:2: `tls_only` is 1: input should be a valid b"),
        ("setings: {}", "dev.yaml:1: there is no key `setings`. Did you mean `settings`?"),
        ("like: dev", "dev.yaml:1: 'dev' cannot be like itself"),
        ("- nothing", "dev.yaml:1: there is no mapping of settings, like, differences"),
        ("settings: {", "dev.yaml:1: expected the node content"),
        (
            "like: prod\ndifferences:\n  tls_only:\n    is: false\n",
            "dev.yaml:1: `differences.tls_only.because`: field required",
        ),
    ],
)
def test_a_mistake_in_a_file_is_told_where_it_is(text, told, tmp_path):
    """With the file, the line, and what there is to choose from."""
    (tmp_path / "dev.yaml").write_text(text)

    with pytest.raises(SettingsError) as refused:
        settings_for("dev", tmp_path)
    assert str(refused.value).startswith(f"environments/{told}")


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    """Nobody mends one to find the next."""
    (tmp_path / "dev.yaml").write_text("settings:\n  log_level: LOUD\n  log_days: 13\n  nap: 1\n")

    with pytest.raises(SettingsError) as refused:
        settings_for("dev", tmp_path)
    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["2", "3", "4"]


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


@given(st.integers(min_value=1, max_value=880), st.integers(min_value=1, max_value=43_200))
def test_a_message_that_comes_back_too_early_is_refused_with_the_arithmetic(consumer_s, hidden_s):
    """Six times the consumer's timeout; only the embedded cloud does with less."""
    settings = replace(PROD, visibility_s=hidden_s)
    if hidden_s >= 6 * consumer_s:
        assert visibility_s(settings, queue="intake", consumer_s=consumer_s) == hidden_s
        return

    with pytest.raises(ValueError, match=rf"'intake'.* 6 x {consumer_s} = {6 * consumer_s} s"):
        visibility_s(settings, queue="intake", consumer_s=consumer_s)


def test_a_message_that_sqs_cannot_hide_so_long_is_refused():
    """Twelve hours are the most."""
    settings = replace(PROD, visibility_s=43_201)

    with pytest.raises(ValueError, match=r"hidden for 43201 s, but SQS takes at most 43200 s"):
        visibility_s(settings, queue="refold", consumer_s=30)


def test_a_message_is_kept_until_it_was_tried_as_often_as_it_should():
    """Else it would be gone without having been a dead letter."""
    settings = replace(PROD, max_receives=313)

    assert visibility_s(settings, queue="intake", consumer_s=184) == 1_104
    with pytest.raises(ValueError, match=r"314 x 1104 = 346656 s.* 4 x 86400 = 345600 s"):
        visibility_s(replace(PROD, max_receives=314), queue="intake", consumer_s=184)


def test_the_embedded_cloud_has_the_concurrency_that_the_settings_say():
    """It is started with as much; neither side may import the other."""
    assert LOCAL.account_concurrency == cloud._LAMBDA_CONCURRENCY


def test_a_new_account_is_enough_for_dev():
    """Lambda gives it 10 invocations at one time; four runs of two and two more fill them."""
    assert (DEV.account_concurrency, DEV.runs_at_once) == (10, 4)
    check_concurrency(DEV, stages_at_once=1)


@given(st.integers(min_value=2, max_value=1000), st.integers(min_value=1, max_value=50))
def test_runs_that_just_fit_are_taken_and_one_invocation_less_is_refused(runs, stages):
    """At the boundary, for every number of runs and every width; the error shows the sum."""
    needed = runs * (1 + stages) + 2
    settings = replace(DEV, runs_at_once=runs, account_concurrency=needed)

    check_concurrency(settings, stages_at_once=stages)

    refusal = rf"{runs} x \(1 \+ {stages}\) \+ 2 = {needed} .*'dev' has {needed - 1}\."
    with pytest.raises(ValueError, match=refusal):
        check_concurrency(replace(settings, account_concurrency=needed - 1), stages_at_once=stages)


@pytest.mark.parametrize("settings", [LOCAL, DEV, PROD], ids=lambda each: each.environment)
def test_every_environment_fits_its_account_and_what_sqs_takes(settings):
    """A mapping of a queue has a maximum concurrency of 2 to 1000."""
    assert 2 <= settings.runs_at_once <= 1000
    check_concurrency(settings, stages_at_once=compiled_pipeline().STAGES_AT_ONCE)


def test_too_many_runs_stop_the_synthesis(tmp_path):
    """The proof is part of building the stacks, so nothing is deployed that could stand still."""
    asset = tmp_path / "asset.zip"
    ZipFile(asset, "w").close()

    with pytest.raises(ValueError, match="Lower `runs_at_once`"):
        add_stacks(
            App(outdir=str(tmp_path)),
            settings=replace(DEV, runs_at_once=5),
            compiled=compiled_pipeline(),
            assets=Assets(api=asset, stages={(): asset}),
        )


@given(st.integers(min_value=1, max_value=126))
def test_the_first_try_ends_before_a_message_is_a_dead_letter_even_locally(worst_case_s):
    """The message is hidden for less than a long run takes, but not all its receives together."""
    times = timing(LOCAL, worst_case_s=worst_case_s)

    assert times.orchestrator_s <= LOCAL.max_receives * times.visibility_s


def test_an_overlay_of_the_environment_is_what_is_deployed(tmp_path, monkeypatch, assets):
    """Its wiring, and its plan in every function; where it has none, the plain pipeline is."""
    for folder in (tmp_path / "photos", tmp_path / "photos" / "overlaid"):
        folder.mkdir()
        for file in ("wiring.py", "state_machine.asl.json"):
            shutil.copy(pipelines.GENERATED / "photos" / file, folder)
    monkeypatch.setattr(pipelines, "GENERATED", tmp_path)
    monkeypatch.setattr(generated.photos, "__path__", [str(tmp_path / "photos")])

    overlaid = compiled_pipeline("photos", "overlaid")
    plain = compiled_pipeline("photos", "elsewhere")

    (tmp_path / "synth").mkdir()
    deployed = synthesised(tmp_path / "synth", assets, (DEV,), overlaid)["dev"]
    functions = deployed.all("AWS::Lambda::Function").values()
    variables = [
        each["Properties"].get("Environment", {}).get("Variables", {}) for each in functions
    ]
    plans = {each["DARKROOM_PLAN"] for each in variables if "DARKROOM_PLAN" in each}
    assert plan_path(overlaid) == "generated/photos/overlaid/plan.json"
    assert plans == {plan_path(overlaid)}
    assert plan_path(plain) == "generated/photos/plan.json"
