"""One embedded cloud with the whole platform for all tests here, and users of it."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
import requests
from aws import Aws
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from forging import Forge
from users import signed_in

from darkroom.client import Client, Source
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs, deploy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here runs on the embedded cloud."""
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def cloud() -> Iterator[EmbeddedCloud]:
    """A running embedded cloud that records the calls of everybody."""
    with EmbeddedCloud() as running:
        config = {"cloudtrail._recording_enabled": "true"}
        requests.post(f"{running.endpoint}/_ministack/config", json=config).raise_for_status()
        yield running


@pytest.fixture(scope="session")
def deployed(cloud: EmbeddedCloud) -> Outputs:
    """The platform, deployed."""
    return deploy(cloud)


@pytest.fixture(scope="session")
def call(deployed: Outputs) -> Callable[..., requests.Response]:
    """Sends a request of anybody, or of a user with a token."""

    def sent(method: str, path: str, body: object = None, token: str = "") -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{deployed.api_url}{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=60)

    return sent


@pytest.fixture(scope="session")
def new_user(cloud: EmbeddedCloud, deployed: Outputs) -> Callable[[str], Client]:
    """Signs a user of that name up, and in."""
    return partial(signed_in, cloud, deployed)


@pytest.fixture(scope="session")
def ada(new_user: Callable[[str], Client]) -> Client:
    """A signed-in user."""
    return new_user("Ada Lovelace")


@pytest.fixture(scope="session")
def grace(new_user: Callable[[str], Client]) -> Client:
    """Another signed-in user."""
    return new_user("Grace Hopper")


@pytest.fixture(scope="session")
def forge(cloud: EmbeddedCloud, deployed: Outputs, ada: Client) -> Forge:
    """Makes tokens of Ada's, with the pool's own key."""
    path = cloud.state / "cognito-pool-keys" / f"{deployed.user_pool_id}-access.pem"
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Forge(ada.api.token(), key)


@pytest.fixture(scope="session")
def upload() -> Callable[..., str]:
    """Uploads bytes as a user and returns the image's id."""

    def sent(client: Client, content: bytes, content_type: str = "image/jpeg") -> str:
        return client.upload("picture", content_type, Source(content))

    return sent


@pytest.fixture(scope="session")
def aws(cloud: EmbeddedCloud, deployed: Outputs) -> Aws:
    """What lies in the deployment, seen as its owner."""
    return Aws(cloud, deployed)


@pytest.fixture(scope="session")
def invoke(cloud: EmbeddedCloud, deployed: Outputs) -> Callable[[str, object], Any]:
    """Invokes the function that runs a handler, and returns its answer; it must not raise."""
    client = boto3.client("lambda", **cloud.client_options)
    functions = client.list_functions()["Functions"]
    names = {each["Handler"].split(".")[-2]: each["FunctionName"] for each in functions}
    assert deployed.api_url

    def called(handler: str, event: object) -> Any:
        answer = client.invoke(FunctionName=names[handler], Payload=json.dumps(event))
        told = answer["Payload"].read()
        assert "FunctionError" not in answer, told
        return json.loads(told)

    return called
