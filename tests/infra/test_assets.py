"""Assets: the same inputs give the same bytes, and nothing is done twice."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.assets import HERE, ROOT, build_assets
from infra.pipelines import compiled_pipeline

FILES = {
    "darkroom/__init__.py": "",
    "darkroom/handlers/auth.py": "handler = None\n",
    "darkroom/local/cloud.py": "",
    "darkroom/__pycache__/stale.pyc": "",
    "steps/fonts/inter.otf": "letters",
    "steps/testing/suite.py": "",
    "generated/photos/plan.json": "{}",
    "generated/photos/wiring.py": "",
    "requirements/api.txt": "",
    "requirements/stage.txt": "",
}


@pytest.fixture
def project(tmp_path):
    """A project that needs no wheels."""
    return made(tmp_path / "project")


def made(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(asset: Path) -> list[str]:
    with zipfile.ZipFile(asset) as zipped:
        return zipped.namelist()


def test_an_asset_holds_what_functions_run_and_no_more(project):
    """No local cloud, no test suites, no caches, no CDK; steps only where steps are run."""
    assets = build_assets("photos", target=HERE, root=project)

    common = ["darkroom/__init__.py", "darkroom/handlers/auth.py", "generated/photos/plan.json"]
    assert names(assets.api) == common
    assert names(assets.stage) == [*common, "steps/fonts/inter.otf"]


def test_the_same_files_make_the_same_bytes_anywhere(project, tmp_path):
    """Whoever builds, wherever, whenever."""
    here = build_assets("photos", target=HERE, root=project)
    there = build_assets("photos", target=HERE, root=made(tmp_path / "elsewhere"))

    assert here.stage.name == there.stage.name
    assert here.stage.read_bytes() == there.stage.read_bytes()


def test_an_asset_is_built_once(project):
    """Unchanged inputs find the zip that is there."""
    first = build_assets("photos", target=HERE, root=project)
    built_at = first.stage.stat().st_mtime_ns

    again = build_assets("photos", target=HERE, root=project)
    assert again == first
    assert again.stage.stat().st_mtime_ns == built_at


def test_a_change_of_our_code_makes_another_asset(project):
    """Of those assets that hold the file, and no others."""
    before = build_assets("photos", target=HERE, root=project)
    (project / "steps/fonts/inter.otf").write_text("other letters")
    after = build_assets("photos", target=HERE, root=project)

    assert after.stage != before.stage
    assert after.api == before.api


def test_old_assets_do_not_pile_up(project):
    """The newest few stay, for a deployment that is under way."""
    for number in range(8):
        (project / "darkroom/__init__.py").write_text(f"# {number}")
        build_assets("photos", target=HERE, root=project)

    assert len(list((project / ".local/assets").glob("stage-*.zip"))) == 4
    assert len(list((project / ".local/assets").glob("wheels-stage-*.zip"))) == 1


@pytest.mark.slow
def test_the_real_assets_import_with_nothing_else_but_boto3(tmp_path):
    """Each handler, by a Python that sees only its asset and what the Lambda runtime brings."""
    assets = build_assets(compiled_pipeline().NAME, target=HERE)
    runtime = ROOT / ".local" / "ministack" / "bin" / "python"
    for asset, handlers in (
        (assets.api, ("auth", "images", "s3_event", "orchestrator", "projector")),
        (assets.stage, ("stage",)),
    ):
        imports = ", ".join(f"darkroom.handlers.{handler}" for handler in handlers)
        code = f"import sys; sys.path.insert(0, sys.argv[1]); import {imports}; print(*sys.modules)"
        unpacked = tmp_path / asset.stem
        with zipfile.ZipFile(asset) as zipped:
            zipped.extractall(unpacked)
        done = subprocess.run(
            [str(runtime if runtime.exists() else sys.executable), "-I", "-c", code, str(unpacked)],
            capture_output=True,
            text=True,
            check=False,
            env={"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "test"},
        )

        assert done.returncode == 0, done.stderr
        loaded = {module.split(".")[0] for module in done.stdout.split()}
        assert loaded.isdisjoint({"aws_cdk", "dsl", "moto", "infra"})
        if asset == assets.api:
            assert loaded.isdisjoint({"PIL", "pyvips", "steps"})


@pytest.mark.slow
def test_no_asset_carries_what_the_runtime_brings():
    """boto3 and botocore are 85 MB; and the API's asset has no imaging library."""
    assets = build_assets(compiled_pipeline().NAME, target=HERE)
    top = {
        asset: {name.split("/")[0] for name in names(asset)} for asset in (assets.api, assets.stage)
    }

    assert all(found.isdisjoint({"boto3", "botocore", "s3transfer"}) for found in top.values())
    assert top[assets.api].isdisjoint({"PIL", "pyvips", "steps"})
    assert top[assets.stage] >= {"PIL", "pyvips", "steps", "darkroom", "generated"}
