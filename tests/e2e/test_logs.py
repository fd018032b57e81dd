"""What the functions log on the embedded cloud: JSON, the image's id at every hop, no secret."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws import Aws

from darkroom.client import Client
from steps.testing.sources import jpeg


@pytest.fixture(scope="module")
def image_id(ada: Client, upload: Callable[..., str]) -> str:
    """An image that went all the way, and was fetched."""
    uploaded = upload(ada, jpeg(900, 600))
    ada.settled(uploaded)
    ada.download(uploaded, "medium")
    return uploaded


@pytest.fixture(scope="module")
def lines(aws: Aws, image_id: str) -> list[str]:
    """All that our functions have written so far; that the image is there is all it needs."""
    assert image_id
    return aws.log_lines()


def _parsed(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_every_line_is_json(lines: list[str]) -> None:
    """So that it can be queried; what the platform writes is left out."""
    assert len(_parsed(lines)) > 10


def test_one_id_follows_the_image_from_grant_to_ending(lines: list[str], image_id: str) -> None:
    """Each function on the way has a line with the image's id as its correlation id."""
    told = {
        (line["service"], line["message"])
        for line in _parsed(lines)
        if line.get("correlation_id") == image_id
    }

    assert {
        ("images", "upload granted"),
        ("s3_event", "upload recorded"),
        ("orchestrator", "message received"),
        ("stage", "stage ended"),
        ("orchestrator", "message done"),
    } <= told


def test_no_token_password_signature_address_or_name_is_logged(
    lines: list[str], ada: Client
) -> None:
    """Canaries of everything that has passed through."""
    everything = "\n".join(lines)
    token = ada.api.token().split(".")[2]

    for secret in (token, "aA1!", "X-Amz-Signature", "x-amz-signature", "@example.com", "Lovelace"):
        assert secret not in everything
