"""Links lead to the bucket, or to the CDN where there is one."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from darkroom.handlers import clients, links


def link() -> str:
    life = timedelta(minutes=5)
    return links.links().get(
        "a.jpg", media_type="image/jpeg", file_name="b.jpg", disposition="inline", life=life
    )


def test_without_a_cdn_links_lead_to_the_bucket(cloud: Any) -> None:
    """Signed by the function's own role."""
    assert cloud.settings["VARIANTS_BUCKET"] in link()
    assert "X-Amz-Signature=" in link()


def test_with_a_cdn_links_lead_there(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed by the key whose private half is kept as a secret."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    clients.secrets().create_secret(Name="cdn-key/1", SecretString=pem)
    monkeypatch.setenv("DARKROOM_CDN", "https://d1.cloudfront.net K1 cdn-key/1")

    assert link().startswith("https://d1.cloudfront.net/a.jpg?response-content-")
    assert "Key-Pair-Id=K1" in link()
