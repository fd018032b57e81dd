"""Users of a deployment."""

import base64
import hmac
import struct
import time
from collections.abc import Callable, Mapping
from secrets import token_hex, token_urlsafe

import requests

from darkroom.client import Accounts, Api, Client
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs
from darkroom.local.mails import mailed_code


def signed_in(cloud: EmbeddedCloud, deployed: Outputs, name: str) -> Client:
    """Sign a user of that name up, and in."""
    accounts = Accounts(Api(deployed.api_url))
    email, password = f"{token_hex(4)}@example.com", f"{token_urlsafe(12)}aA1!"
    accounts.sign_up(email, password, name)
    accounts.confirm(email, mailed_code(cloud, email))
    return accounts.signed_in(email, password)


def signed_in_with_a_code(
    cloud: EmbeddedCloud, call: Callable[..., requests.Response]
) -> requests.Response:
    """Have a new user ask for the codes of an authenticator, and sign in with one."""
    credentials = {"email": f"{token_hex(4)}@example.com", "password": f"{token_urlsafe(12)}aA1!"}
    email, proof = credentials["email"], {"password": credentials["password"]}
    call("POST", "/accounts", credentials)
    call("POST", "/accounts/confirm", {"email": email, "code": mailed_code(cloud, email)})
    token = call("POST", "/sessions", credentials).json()["access_token"]
    secret = call("POST", "/me/mfa", proof, token).json()["secret"]
    call("PUT", "/me/mfa", {"code": shown(secret)}, token)
    challenge = call("POST", "/sessions", credentials).json()
    return call("POST", "/sessions/answer", {**challenge, "code": shown(secret)})


def posted(url: str, fields: Mapping[str, str], content: bytes) -> requests.Response:
    """Send a form as it is given, and return the answer as it comes."""
    return requests.post(url, data=fields, files={"file": ("picture", content)}, timeout=60)


def shown(secret: str) -> str:
    """Return the code that an authenticator shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"
