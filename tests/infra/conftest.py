"""One synthesis of every environment, shared by all tests of infra/."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from aws_cdk import App

from infra import settings
from infra.assets import ROOT, Assets
from infra.pipelines import compiled_pipeline
from infra.stacks import add_stacks

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
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesised]:
    """The templates of local, dev and prod, with assets that hold nothing."""
    folder = tmp_path_factory.mktemp("synth")
    assets = Assets(api=folder / "api.zip", stage=folder / "stage.zip")
    for asset in (assets.api, assets.stage):
        with ZipFile(asset, "w") as zipped:
            zipped.writestr("name", asset.name)
    context = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
    app = App(outdir=str(folder / "cdk.out"), context=context)
    environments = (settings.LOCAL, settings.DEV, settings.PROD)
    for environment in environments:
        add_stacks(app, settings=environment, compiled=compiled_pipeline(), assets=assets)
    assembly = app.synth()
    synthesised = {}
    for environment in (known.environment for known in environments):
        stacks = [
            assembly.get_stack_by_name(f"darkroom-{environment}-{kind}") for kind in ("data", "app")
        ]
        data, work = stacks
        paths = (Path(data.template_full_path), Path(work.template_full_path))
        synthesised[environment] = Synthesised(data.template, work.template, paths)
    return synthesised


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
