"""docs/api.md is true: its session runs as it stands, and it names every route."""

import re
from pathlib import Path

import boto3
import pytest
from aws import Aws
from PIL import Image

from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def test_the_session_of_the_page_gets_the_variants(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From an account to the pictures on disk, with nothing but the page."""
    (script,) = re.findall(r'```python title="session.py"\n(.*?)```', PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("API", aws.deployed.api_url)
    Path("photo.jpg").write_bytes(jpeg(1000, 700))

    exec(script, {"input": lambda _: mailed_code(aws.cloud, "ada@example.org")})

    assert capsys.readouterr().out.strip() == "complete"
    sizes = {}
    for path in tmp_path.glob("*.jpeg"):
        with Image.open(path) as picture:
            sizes[path.stem] = picture.size
    assert sizes == {"thumbnail": (150, 150), "medium": (800, 560), "large": (1000, 700)}


def test_the_page_names_every_route_of_the_deployment(aws: Aws) -> None:
    """And none that is not there."""
    gateway = boto3.client("apigateway", **aws.cloud.client_options)
    (api,) = gateway.get_rest_apis()["items"]
    resources = gateway.get_resources(restApiId=api["id"], limit=100)["items"]
    deployed = {
        f"{method} {resource['path']}"
        for resource in resources
        for method in resource.get("resourceMethods", {})
        if method != "OPTIONS"
    }

    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)`", PAGE, re.MULTILINE)) == deployed
