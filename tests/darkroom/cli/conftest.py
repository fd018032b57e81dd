"""Verbs on a deployment: on moto, and what they say."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from darkroom.cli import deployment, main
from tests.darkroom.cli.deployed import OnMoto, Tell, deploy


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Shared, since a session keeps the services' models, which take long to read."""
    return boto3.Session("test", "test", region_name="eu-central-1")


@pytest.fixture
def deployed(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnMoto]:
    """A deployment to `dev`, in eu-central-1."""
    with mock_aws():
        made = deploy(session)
        monkeypatch.setattr(deployment, "session_of", lambda _: session)
        # moto's CloudFormation wants more packages than we have: test_deployment.py answers for it.
        monkeypatch.setattr(deployment, "outputs_of", lambda *_: made.outputs)
        yield made


@pytest.fixture
def tell(deployed: OnMoto, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run verbs on that deployment."""

    def run(verb: str, *words: str) -> tuple[int, str]:
        status = main([verb, *words, "--env", "dev"])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run
