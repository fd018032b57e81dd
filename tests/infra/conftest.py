"""One synthesis of every environment, shared by all tests of infra/."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from aws_cdk import App

from darkroom.plan import Plan
from dsl.backends.asl import state_machine
from dsl.backends.wiring import render_wiring
from dsl.canonical import pretty
from infra.assets import ROOT, Assets
from infra.pipelines import CompiledPipeline, compiled_pipeline, plan_path
from infra.settings import Settings
from infra.stacks import add_stacks
from tests.infra import environments

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesised:
    """The templates of one environment: `data` must never be lost, `app` can be made again."""

    data: dict[str, Any]
    app: dict[str, Any]
    paths: tuple[Path, Path]

    def all(self, kind: str) -> dict[str, Resource]:
        """The resources of a type, in both stacks, by logical id."""
        both = {**self.data["Resources"], **self.app["Resources"]}
        return {name: found for name, found in both.items() if found["Type"] == kind}

    def properties(self, kind: str, name: str) -> dict[str, Any]:
        """The properties of the one resource of a type whose logical id begins with `name`."""
        (found,) = (resource for key, resource in self.all(kind).items() if key.startswith(name))
        return found["Properties"]

    def policies(self) -> Iterator[tuple[str, Resource]]:
        """Every statement of every role: the role's logical id, the statement."""
        for name, role in self.all("AWS::IAM::Role").items():
            for policy in role["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    """Assets that hold nothing."""
    folder = tmp_path_factory.mktemp("assets")
    empty = Assets(api=folder / "api.zip", stages={(): folder / "stage.zip"})
    for asset in (empty.api, *empty.stages.values()):
        with ZipFile(asset, "w") as zipped:
            zipped.writestr("name", asset.name)
    return empty


@pytest.fixture(scope="session")
def templates(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesised]:
    """The templates of local, dev and prod."""
    folder = tmp_path_factory.mktemp("synth")
    return synthesised(
        folder,
        assets,
        (environments.LOCAL, environments.DEV, environments.PROD),
        compiled_pipeline(),
    )


@pytest.fixture(scope="session")
def standard(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """The templates of prod for a pipeline that runs on a Standard machine."""
    folder = tmp_path_factory.mktemp("standard")
    lock = json.loads((ROOT / plan_path(compiled_pipeline())).read_text("utf-8"))
    plan = Plan.model_validate(lock["plan"]).model_copy(
        update={"engine": "standard", "worst_case_s": 7_200}
    )
    compiled = wired(plan, folder)
    return synthesised(folder, assets, (environments.PROD,), compiled)["prod"]


def wired(plan: Plan, folder: Path) -> Any:
    """The class that the compiler writes for `plan`, with a definition that calls each stage."""
    (folder / "wiring.py").write_text(render_wiring(plan, million_usd=95.28))
    (folder / "state_machine.asl.json").write_text(pretty(state_machine(plan)))
    spec = spec_from_file_location(f"wiring_in_{folder.name}", folder / "wiring.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.Pipeline


def synthesised(
    folder: Path, assets: Assets, environments: Sequence[Settings], compiled: CompiledPipeline
) -> dict[str, Synthesised]:
    """The templates of each environment."""
    context = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
    app = App(outdir=str(folder / "cdk.out"), context=context)
    for environment in environments:
        add_stacks(app, settings=environment, compiled=compiled, assets=assets)
    assembly = app.synth()
    found = {}
    for environment in (known.environment for known in environments):
        data, work = (
            assembly.get_stack_by_name(f"darkroom-{environment}-{kind}") for kind in ("data", "app")
        )
        paths = (Path(data.template_full_path), Path(work.template_full_path))
        found[environment] = Synthesised(data.template, work.template, paths)
    return found


@pytest.fixture(params=["local", "dev", "prod"])
def stacks(request: pytest.FixtureRequest, templates: dict[str, Synthesised]) -> Synthesised:
    """Each environment in turn."""
    return templates[request.param]


@pytest.fixture
def dev(templates: dict[str, Synthesised]) -> Synthesised:
    """The templates of dev."""
    return templates["dev"]


@pytest.fixture
def prod(templates: dict[str, Synthesised]) -> Synthesised:
    """The templates of prod."""
    return templates["prod"]


@pytest.fixture
def local(templates: dict[str, Synthesised]) -> Synthesised:
    """The templates of the embedded cloud."""
    return templates["local"]
