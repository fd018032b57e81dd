"""openapi.json: what the routes say, all of them, and nothing else."""

import inspect
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from darkroom import contract, uploads
from darkroom.handlers import auth, images


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The file, as it is committed and served."""
    found: dict[str, Any] = json.loads(contract.CONTRACT.read_text("utf-8"))
    return found


def _operations(told: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }


def test_the_file_is_what_the_routes_say(told: dict[str, Any]) -> None:
    """`make docs` writes it, `make check` compares it as this does."""
    assert told == contract.contract()
    assert contract.main(["--check"]) == 0


def test_every_route_of_every_function_is_in_the_file(told: dict[str, Any]) -> None:
    """With a tag that names its function; the gateway's methods are made of nothing else."""
    for function, tag in ((auth, "auth"), (images, "images")):
        routes = {(each.method, each.openapi_path) for each in _routes(function.app)}
        listed = {name for name, each in _operations(told).items() if each["tags"] == [tag]}

        assert listed == routes


def _routes(app: Any) -> list[Any]:
    return [*app._static_routes, *app._dynamic_routes]


def test_every_route_says_what_it_does_and_how_it_may_refuse(told: dict[str, Any]) -> None:
    """A sentence, a name of its own, and a problem for each status that is no success."""
    operations = _operations(told)

    assert len({each["operationId"] for each in operations.values()}) == len(operations)
    for each in operations.values():
        assert each["summary"].endswith(".")
        refusals = {status for status in each["responses"] if status >= "400"}
        assert {"400", "403", "429", "5XX"} <= refusals
        assert ("401" in refusals) or not each["security"]
        for status in refusals:
            answer = each["responses"][status]
            if "$ref" in answer:
                answer = told["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            assert "application/problem+json" in answer["content"]


def test_every_reason_not_to_grant_an_upload_is_told(told: dict[str, Any]) -> None:
    """All codes of darkroom/uploads.py: nothing else knows them."""
    raised = re.findall(r'InvalidRequest\(\s*"(\w+)"', inspect.getsource(uploads))

    for path in ("/images", "/uploads"):
        answer = told["paths"][path]["post"]["responses"]["400"]
        form = answer["content"]["application/problem+json"]["schema"]
        assert raised
        assert set(raised) <= set(form["properties"]["code"]["enum"])


def test_every_form_is_json_schema_and_is_found_by_its_name(told: dict[str, Any]) -> None:
    """No reference leads nowhere."""
    components = told["components"]
    for form in components["schemas"].values():
        Draft202012Validator.check_schema(form)

    references = set(_references(told))
    assert references
    for reference in references:
        _, _, kind, name = reference.split("/")
        assert name in components[kind], reference


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for part in value.values() for each in _references(part)]
    if isinstance(value, list):
        return [each for part in value for each in _references(part)]
    return []


def test_a_stale_file_is_told_with_the_cure(
    told: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """By exit status 1, and it is not written."""
    stale = tmp_path / "openapi.json"
    monkeypatch.setattr(contract, "CONTRACT", stale)

    assert contract.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().err
    assert not stale.exists()
    assert contract.main([]) == 0
    assert json.loads(stale.read_text("utf-8")) == told
