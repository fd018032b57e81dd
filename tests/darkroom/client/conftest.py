"""The API as a script: what it answers, and what it was asked."""

from collections.abc import Iterator

import pytest

from tests.darkroom.client.scripted import Script, serving


@pytest.fixture
def script() -> Iterator[Script]:
    """A server's script."""
    with serving() as script:
        yield script
