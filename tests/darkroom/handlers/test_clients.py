"""Clients as functions make them: what only AWS would notice if it were otherwise."""

from collections.abc import Iterator

import pytest

from darkroom.handlers import clients


@pytest.fixture(autouse=True)
def in_a_function(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A region and credentials, and clients of this test's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clients.s3.cache_clear()
    yield
    clients.s3.cache_clear()


def link() -> str:
    params = {"Bucket": "variants", "Key": "a"}
    return clients.s3().generate_presigned_url("get_object", Params=params)


def test_links_are_signed_by_version_4_for_the_bucket_s_own_host() -> None:
    """Objects under KMS keys refuse the older signature, and other hosts redirect."""
    made = link()

    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in made
    assert made.startswith("https://variants.s3.")


def test_on_the_embedded_cloud_the_bucket_is_in_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its names are no hosts of the loopback."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")

    assert link().startswith("http://127.0.0.1:4566/variants/a?")
