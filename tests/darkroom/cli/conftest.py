"""Verbs on a deployment: on moto, and what they say."""

from collections.abc import Iterator

import pytest

from darkroom.cli import main
from tests.darkroom.cli.deployed import OnMoto, Tell, on_moto


@pytest.fixture
def deployed() -> Iterator[OnMoto]:
    """A deployment to `dev`, in eu-central-1."""
    with on_moto() as made:
        yield made


@pytest.fixture
def tell(deployed: OnMoto, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run verbs on that deployment."""

    def run(verb: str, *words: str) -> tuple[int, str]:
        status = main([verb, *words, "--env", "dev"])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run
