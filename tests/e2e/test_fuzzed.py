"""The API under schemathesis: whatever fits openapi.json, or does not, gets an answer from it.

No 5xx, no status and no code that is not documented, no answer of another form; nothing that
breaks the rules of a route is taken, and where a token is needed nothing goes without.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from forging import Forge

from darkroom.client import Client
from darkroom.contract import CONTRACT
from darkroom.local.deploy import Outputs
from steps.testing.sources import jpeg

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
    *("negative_data_rejection", "ignored_auth"),
)
# Once these are asked by a token's owner, it is good for nothing more.
ENDS = ("delete_me", "sign_out_everywhere")


@pytest.fixture(scope="module")
def image_id(mallory: Client, upload: Callable[..., str]) -> str:
    """A processed image of Mallory's."""
    return mallory.settled(upload(mallory, jpeg(64, 48))).image_id


@pytest.fixture(scope="module")
def mallory(new_user: Callable[[str], Client]) -> Client:
    """A user of whom nothing is left in order."""
    return new_user("Mallory")


@pytest.fixture
def token(forge: Forge, mallory: Client) -> str:
    """Mallory's, as an admin's: so that no route refuses all that is asked."""
    assert mallory.api.token is not None
    own = replace(forge, token=mallory.api.token())
    return own.signed(**{"cognito:groups": ["admin"]})


def fuzzed(api_url: str, folder: Path, *options: str, path: dict[str, str], seconds: int) -> str:
    """Run schemathesis for so many seconds, by a fixed seed; return what it found, if anything.

    What is in a path is as `path` says, or anything.
    """
    fixed = "".join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in path.items())
    config = folder / "schemathesis.toml"
    config.write_text(f"[parameters]\n{fixed}", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", str(CONTRACT), "--url", api_url, "--checks", ",".join(CHECKS)),
            *("--phases", "coverage,fuzzing", "--max-time", str(seconds), "--workers", "1"),
            *("--seed", "1", "--no-shrink", "--warnings", "off"),
            # A function of the embedded cloud that nobody has called yet is a process to start.
            *("--request-timeout", "60", *options),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}"


def signed_in(token: str) -> tuple[str, str]:
    """Ask by this token."""
    return "--header", f"Authorization: Bearer {token}"


def without(*operations: str) -> list[str]:
    """Ask for all but these."""
    return [word for name in operations for word in ("--exclude-operation-id", name)]


def test_an_image_of_ones_own(deployed: Outputs, token: str, image_id: str, tmp_path: Path) -> None:
    """Every route that can be asked again, about an image that there is."""
    path = {"image_id": image_id, "name": "thumbnail", "user_id": "somebody"}

    found = fuzzed(
        *(deployed.api_url, tmp_path, *signed_in(token), *without(*ENDS, "delete")),
        path=path,
        seconds=12,
    )

    assert not found, found


def test_anything_at_all(deployed: Outputs, token: str, tmp_path: Path) -> None:
    """With ids that are any text."""
    options = (*signed_in(token), *without(*ENDS))

    found = fuzzed(deployed.api_url, tmp_path, *options, path={}, seconds=8)

    assert not found, found


def test_anything_without_a_token(deployed: Outputs, tmp_path: Path) -> None:
    """What is open to anybody, and the refusal of all else."""
    found = fuzzed(deployed.api_url, tmp_path, path={}, seconds=6)

    assert not found, found
