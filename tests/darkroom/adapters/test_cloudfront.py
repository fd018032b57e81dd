"""Links to the CDN carry a signature that CloudFront would take."""

import json
from base64 import b64decode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from darkroom.adapters.cloudfront import CloudFrontLinks
from darkroom.testing.samples import at

KEY = ec.generate_private_key(ec.SECP256R1())
ORIGIN = "https://d111111abcdef8.cloudfront.net"


def links(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = KEY) -> CloudFrontLinks:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return CloudFrontLinks(ORIGIN, "K2JCJMDEHXQW5F", pem, lambda: at(0))


def link(key: str = "photos/main/01/ab.jpg") -> str:
    life = timedelta(minutes=5)
    said = {"media_type": "image/jpeg", "file_name": "a.jpg", "disposition": "attachment"}
    return links().get(key, **said, life=life)


def decoded(text: str) -> bytes:
    """What CloudFront makes of base64 in an address."""
    return b64decode(text.translate(str.maketrans("-_~", "+=/")))


def test_a_link_is_signed_over_its_address_and_its_end() -> None:
    """By the guide's canned policy, as SHA-256; by the public half it is found to be true."""
    signed = urlsplit(link())
    told = {name: value for name, (value,) in parse_qs(signed.query).items()}

    assert f"{signed.scheme}://{signed.netloc}{signed.path}" == f"{ORIGIN}/photos/main/01/ab.jpg"
    assert told["response-content-disposition"] == 'attachment; filename="a.jpg"'
    assert told["Key-Pair-Id"] == "K2JCJMDEHXQW5F"
    assert told["Hash-Algorithm"] == "SHA256"
    assert int(told["Expires"]) == at(300).timestamp()
    end = {"DateLessThan": {"AWS:EpochTime": int(told["Expires"])}}
    resource = f"{ORIGIN}{signed.path}?{signed.query.partition('&')[0]}"
    policy = {"Statement": [{"Resource": resource, "Condition": end}]}
    text = json.dumps(policy, separators=(",", ":")).encode()
    signature = decoded(told["Signature"])
    KEY.public_key().verify(signature, text, ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(signature, text.replace(b"ab.jpg", b"cd.jpg"), ec.ECDSA(SHA256()))


def test_a_key_of_another_kind_is_refused_with_the_cure() -> None:
    """CloudFront would refuse its links, one by one."""
    other = rsa.generate_private_key(65537, 2048)

    with pytest.raises(TypeError, match="make cdn-key"):
        links(other).get(
            "key", media_type="", file_name="", disposition="inline", life=timedelta(minutes=5)
        )
