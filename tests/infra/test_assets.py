"""Assets: the same inputs give the same bytes, and nothing is done twice."""

import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from dsl.packages import lock
from infra.assets import HERE, LAMBDA, AssetError, build_assets
from infra.pipelines import compiled_pipeline, plan_path
from tests.wheels import add_wheel, look_only_in

PLAN = "generated/photos/plan.json"
HANDLERS = (
    "auth",
    "images",
    "s3_event",
    "orchestrator",
    "projector",
    "reconcile",
    "refold",
    "stage",
)

# What Python 3.13 on Amazon Linux 2023, which has glibc 2.34, can load: PEP 425 and PEP 600.
FITS = re.compile(r"py3-none-any|(cp313-cp313|cp3\d+-abi3)-manylinux(2014|_2_\d+)_aarch64")

FILES = {
    "darkroom/__init__.py": "",
    "darkroom/handlers/auth.py": "handler = None\n",
    "darkroom/local/cloud.py": "",
    "darkroom/__pycache__/stale.pyc": "",
    "steps/fonts/inter.otf": "letters",
    "steps/testing/suite.py": "",
    PLAN: "{}",
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
    assets = build_assets(PLAN, [()], target=HERE, root=project)

    common = ["darkroom/__init__.py", "darkroom/handlers/auth.py", PLAN]
    assert names(assets.api) == common
    assert names(assets.stages[()]) == [*common, "steps/fonts/inter.otf"]


def test_the_same_files_make_the_same_bytes_anywhere(project, tmp_path):
    """Whoever builds, wherever, whenever."""
    here = build_assets(PLAN, [()], target=HERE, root=project)
    there = build_assets(PLAN, [()], target=HERE, root=made(tmp_path / "elsewhere"))

    assert here.stages[()].name == there.stages[()].name
    assert here.stages[()].read_bytes() == there.stages[()].read_bytes()


def test_an_asset_is_built_once(project):
    """Unchanged inputs find the zip that is there."""
    first = build_assets(PLAN, [()], target=HERE, root=project)
    built_at = first.stages[()].stat().st_mtime_ns

    again = build_assets(PLAN, [()], target=HERE, root=project)
    assert again == first
    assert again.stages[()].stat().st_mtime_ns == built_at


def test_a_change_of_our_code_makes_another_asset(project):
    """Of those assets that hold the file, and no others."""
    before = build_assets(PLAN, [()], target=HERE, root=project)
    (project / "steps/fonts/inter.otf").write_text("other letters")
    after = build_assets(PLAN, [()], target=HERE, root=project)

    assert after.stages[()] != before.stages[()]
    assert after.api == before.api


def test_old_assets_do_not_pile_up(project):
    """The newest few stay, for a deployment that is under way."""
    for number in range(8):
        (project / "darkroom/__init__.py").write_text(f"# {number}")
        build_assets(PLAN, [()], target=HERE, root=project)

    assert len(list((project / ".local/assets").glob("stage-*.zip"))) == 4
    assert len(list((project / ".local/assets").glob("wheels-stage-*.zip"))) == 1


@pytest.fixture
def packed(project, monkeypatch):
    """A project with a step that requires a package, which needs another."""
    wheels = project / "wheels"
    wheels.mkdir()
    add_wheel(wheels, "hues", "1.0")
    add_wheel(wheels, "tinge", "1.2.0", needs=("hues",))
    look_only_in(wheels, monkeypatch)
    lock({"tint": ("tinge==1.2.0",)}, project / "requirements/steps")
    return project


def test_only_stages_whose_steps_require_a_package_hold_it(packed):
    """With all that it needs in turn."""
    assets = build_assets(PLAN, [(), ("tint",)], target=HERE, root=packed)

    brought = set(names(assets.stages["tint",])) - set(names(assets.stages[()]))
    modules = {name for name in brought if "/" not in name}
    assert modules == {"hues.py", "tinge.py"}
    assert {"tinge-1.2.0.dist-info/METADATA"} < brought
    assert set(names(assets.stages[()])) < set(names(assets.stages["tint",]))


@pytest.mark.parametrize("target", [HERE, LAMBDA], ids=["here", "lambda"])
def test_packages_of_steps_make_the_same_bytes_each_time(packed, target):
    """Built anew, from the same locks."""
    first = build_assets(PLAN, [("tint",)], target=target, root=packed).stages["tint",]
    content = first.read_bytes()
    shutil.rmtree(packed / ".local")
    again = build_assets(PLAN, [("tint",)], target=target, root=packed).stages["tint",]

    assert (again, again.read_bytes()) == (first, content)


def test_a_package_that_is_not_what_was_locked_is_refused(packed):
    """By its hash, whatever it is called."""
    tint = packed / "requirements/steps/tint.txt"
    tint.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{64 * '0'}", tint.read_text()))

    with pytest.raises(AssetError, match=r"stage.txt and tint.txt for .*\n(.|\n)*[Hh]ash"):
        build_assets(PLAN, [("tint",)], target=HERE, root=packed)


def test_packages_too_large_for_a_function_are_told_before_they_are_deployed(packed):
    """By the steps that bring them."""
    small = replace(HERE, most_bytes=200)

    with pytest.raises(AssetError, match=r"A function of stage\+tint would hold .*alone: true"):
        build_assets(PLAN, [("tint",)], target=small, root=packed)


def test_a_missing_lock_is_told_with_the_cure(project):
    """Nothing is deployed that lacks what its steps import."""
    with pytest.raises(AssetError, match=r"steps/tint\.txt is missing.*run `make lock`"):
        build_assets(PLAN, [("tint",)], target=HERE, root=project)


@pytest.fixture(scope="module")
def lambda_assets():
    """The real assets, as they go to AWS."""
    return build_assets(plan_path(compiled_pipeline()), [()], target=LAMBDA)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """A folder with what the Lambda runtime brings, and nothing else that is installed here."""
    folder = tmp_path_factory.mktemp("runtime")
    for module in ("boto3", "botocore", "dateutil", "s3transfer", "six", "urllib3"):
        found = Path(find_spec(module).origin)
        source = found.parent if found.name == "__init__.py" else found
        (folder / source.name).symlink_to(source)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_imports_with_nothing_but_its_asset_and_boto3(handler, runtime, tmp_path):
    """By a Python that sees no installed package, nor anything of this checkout."""
    assets = build_assets(plan_path(compiled_pipeline()), [()], target=HERE)
    asset = assets.stages[()] if handler == "stage" else assets.api
    with zipfile.ZipFile(asset) as zipped:
        zipped.extractall(tmp_path)
    code = f"import sys; sys.path += sys.argv[1:]; import darkroom.handlers.{handler}"
    done = subprocess.run(
        # -I, and no site either: that is what would add the packages of this environment.
        [sys.executable, "-I", "-S", "-c", f"{code}; print(*sys.modules)", tmp_path, runtime],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "test"},
    )

    assert done.returncode == 0, done.stderr
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert loaded.isdisjoint({"aws_cdk", "dsl", "moto", "infra"})
    assert loaded.isdisjoint({"PIL", "pyvips", "steps"}) == (handler != "stage")


@pytest.mark.slow
def test_every_library_for_aws_is_one_for_arm64(lambda_assets):
    """By the machine that its ELF header names: 183 is AArch64 (elf.h)."""
    for asset in (lambda_assets.api, lambda_assets.stages[()]):
        with zipfile.ZipFile(asset) as zipped:
            shared = [name for name in zipped.namelist() if re.search(r"\.so(\.|$)", name)]
            headers = {name: zipped.read(name)[:20] for name in shared}

        assert any("pydantic_core" in name for name in shared)
        assert {header[:4] for header in headers.values()} == {b"\x7fELF"}
        assert {int.from_bytes(header[18:20], "little") for header in headers.values()} == {183}


@pytest.mark.slow
def test_every_wheel_for_aws_is_one_for_its_python(lambda_assets):
    """CPython 3.13, a stable ABI, or pure; but pydantic_core, whose first version was, never."""
    for asset in (lambda_assets.api, lambda_assets.stages[()]):
        tags = wheel_tags(asset)
        for wheel, found in tags.items():
            assert any(FITS.fullmatch(tag) for tag in found), f"{wheel}: {found}"

        (compiled,) = (found for wheel, found in tags.items() if wheel.startswith("pydantic_core"))
        assert "py3-none-any" not in compiled


@pytest.mark.slow
def test_assets_for_aws_are_small_enough_to_start_fast(lambda_assets):
    """Unpacked, as Lambda counts them towards its 250 MB; boto3 is in neither."""
    assert unpacked_bytes(lambda_assets.api) <= 35_000_000
    assert unpacked_bytes(lambda_assets.stages[()]) <= 75_000_000


def wheel_tags(asset: Path) -> dict[str, list[str]]:
    """The tags of each wheel in an asset, by the name of its folder of metadata."""
    with zipfile.ZipFile(asset) as zipped:
        return {
            name.split("/")[0]: re.findall(
                r"^Tag: (\S+)$", zipped.read(name).decode(), re.MULTILINE
            )
            for name in zipped.namelist()
            if name.endswith(".dist-info/WHEEL")
        }


def unpacked_bytes(asset: Path) -> int:
    with zipfile.ZipFile(asset) as zipped:
        return sum(entry.file_size for entry in zipped.infolist())


@pytest.mark.slow
def test_no_asset_carries_what_the_runtime_brings():
    """boto3 and botocore are 85 MB; and the API's asset has no imaging library."""
    assets = build_assets(plan_path(compiled_pipeline()), [()], target=HERE)
    top = {
        asset: {name.split("/")[0] for name in names(asset)}
        for asset in (assets.api, assets.stages[()])
    }

    assert all(found.isdisjoint({"boto3", "botocore", "s3transfer"}) for found in top.values())
    assert top[assets.api].isdisjoint({"PIL", "pyvips", "steps"})
    assert top[assets.stages[()]] >= {"PIL", "pyvips", "steps", "darkroom", "generated"}
