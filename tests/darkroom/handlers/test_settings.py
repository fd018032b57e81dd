"""Settings and clients are read and made when they are needed, once."""

import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from darkroom.handlers import clients
from darkroom.handlers.settings import plan, setting
from darkroom.plan import Plan


def test_a_setting_is_read_by_its_name_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not set is named, as it is called in the environment."""
    monkeypatch.setenv("DARKROOM_TENANT", "main")
    monkeypatch.delenv("DARKROOM_PLAN", raising=False)

    assert setting("TENANT") == "main"
    with pytest.raises(KeyError, match="DARKROOM_PLAN"):
        setting("PLAN")


def test_the_plan_is_the_one_in_the_asset(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a path from where the code lies; it is read once."""
    monkeypatch.setenv("DARKROOM_PLAN", "generated/photos/plan.json")
    plan.cache_clear()

    assert plan().pipeline == "photos"
    assert plan() is plan()
    plan.cache_clear()


def test_the_deployed_plan_of_the_tests_is_the_compiled_one(cloud: Any, plan: Plan) -> None:
    """What the other tests of handlers run with."""
    from darkroom.handlers import settings

    assert settings.plan() == plan


def test_the_client_that_starts_runs_never_tries_again_by_itself(cloud: Any) -> None:
    """The run may be under way: a second try would run it twice, and outlive the function."""
    client = clients.step_functions(60)
    sends: list[str] = []

    def lose(**_: object) -> None:
        sends.append("send")
        raise ReadTimeoutError(endpoint_url="https://sync-states.eu-central-1.amazonaws.com")

    client.meta.events.register("before-send.sfn.StartSyncExecution", lose)
    arn = cloud.settings["STATE_MACHINE_ARN"]

    with pytest.raises(ReadTimeoutError):
        client.start_sync_execution(stateMachineArn=arn, input="{}")

    assert len(sends) == 1
    config: Any = client.meta.config
    assert config.read_timeout == 65


@pytest.mark.parametrize(
    "function",
    ["auth", "images", "s3_event", "orchestrator", "ended", "projector", "reconcile", "refold"],
)
def test_functions_without_pixels_import_none_of_what_makes_them(function: str) -> None:
    """Their asset has no steps, no libvips and no Pillow; nor do they wait for importing them."""
    program = (
        f"import sys, darkroom.handlers.{function};"
        "print({'steps', 'pyvips', 'PIL', 'dsl'} & set(sys.modules))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "set()"


def test_the_stage_imports_nothing_that_its_pictures_may_not_need() -> None:
    """Its first picture waits for each import: Pillow only where a step draws, no tools at all."""
    program = (
        "import sys, darkroom.handlers.stage;"
        "print({'PIL.Image', 'dsl', 'rich', 'jinja2', 'hypothesis', 'steps.testing',"
        " 'steps.watermark', 'darkroom.local'} & set(sys.modules))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "set()"
