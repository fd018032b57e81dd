"""Tokens that nobody was given, made of one that somebody was."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@dataclass(frozen=True)
class Forge:
    """Makes tokens from a good one, with the very key that signed it."""

    token: str
    key: rsa.RSAPrivateKey

    def signed(
        self,
        head: dict[str, Any] | None = None,
        key: rsa.RSAPrivateKey | None = None,
        **claims: Any,
    ) -> str:
        """Return the token with some of its head and claims changed, signed anew."""
        text = self._text(head or {}, claims)
        signature = (key or self.key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encoded(signature)}"

    def bad(self) -> dict[str, str | None]:
        """Return the value of the header for each way not to be signed in; None: no header."""
        head, claims, signature = self.token.split(".")
        now = int(time.time())
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        tokens = {
            "garbage": "garbage",
            "three dots": "a.b.c",
            "no signature": f"{head}.{claims}.",
            "cut signature": f"{head}.{claims}.{signature[:-8]}",
            "changed claims": f"{self._text({}, {'sub': 'somebody'})}.{signature}",
            "algorithm none": f"{self._text({'alg': 'none'}, {})}.",
            "HS256 with the public key": self._with_public_key(),
            "a stranger's key": self.signed(key=stranger),
            "a stranger's key by its own id": self.signed({"kid": "stranger"}, key=stranger),
            "another key's id": self.signed({"kid": "another"}),
            "expired": self.signed(exp=now - 60),
            "an ID token": self.signed(token_use="id", scope=None),
            "another client's": self.signed(client_id="somebody"),
            "another pool's": self.signed(iss=f"{self._claims()['iss'].rpartition('/')[0]}/other"),
            "another issuer's": self.signed(iss="https://accounts.example.com"),
            "without our scope": self.signed(scope="openid"),
        }
        bearers = {name: f"Bearer {token}" for name, token in tokens.items()}
        return {**bearers, "none": None, "empty": "", "no token": "Bearer ", "basic": "Basic QTpC"}

    def _with_public_key(self) -> str:
        """Sign with what everybody can read, for who takes the algorithm from the token."""
        text = self._text({"alg": "HS256"}, {})
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"{text}.{_encoded(hmac.new(public, text.encode(), hashlib.sha256).digest())}"

    def _claims(self) -> dict[str, Any]:
        return _decoded(self.token.split(".")[1])

    def _text(self, head: dict[str, Any], claims: dict[str, Any]) -> str:
        whole_head = {**_decoded(self.token.split(".")[0]), **head}
        parts = (whole_head, {**self._claims(), **claims})
        return ".".join(_encoded(json.dumps(part).encode()) for part in parts)


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=="))
    return found


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
