"""Canaries: what nobody may find in a log, a table or a refusal goes through every flow first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from aws import Aws
from users import posted, shown

from darkroom.client import Api, Client
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg

PICTURE = jpeg(64, 48)

Call = Callable[..., requests.Response]


@dataclass
class Aviary:
    """What was let fly, by what it is, and all refusals that came back."""

    send: Call
    canaries: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """Send a request; keep what is refused, and return the answer's body."""
        answer = self.send(method, path, body, token)
        if not answer.ok:
            self.refusals.append(f"{answer.headers} {answer.text}")
        return answer.json() if answer.content else None

    def new(self, what: str, text: str) -> str:
        """Let `text` fly."""
        self.canaries[what] = text
        return text


@pytest.fixture(scope="module")
def aviary(cloud: EmbeddedCloud, call: Call, aws: Aws) -> Aviary:
    """All flows, each of them also as it goes wrong."""
    birds = Aviary(call)
    email = birds.new("address", f"canary-{token_hex(8)}@example.com")
    password = birds.new("password", f"Canary-1-{token_hex(8)}")
    another = birds.new("another password", f"Canary-2-{token_hex(8)}")
    birds.new("name", f"Canary {token_hex(8)}")
    _open_account(birds, cloud, email, password)
    _forget(birds, cloud, email, another)
    token = _sign_in(birds, email, another)
    _ask_for_codes(birds, email, another, token)
    _upload(birds, aws, token)
    return birds


def _open_account(birds: Aviary, cloud: EmbeddedCloud, email: str, password: str) -> None:
    account = {"email": email, "password": password, "name": birds.canaries["name"]}
    birds.call("POST", "/accounts", {**account, "password": [password]})
    birds.call("POST", "/accounts", {**account, "more": password})
    birds.call("POST", "/accounts", account)
    birds.call("POST", "/accounts", account)
    birds.call("POST", "/accounts/resend", {"email": email})
    birds.call("POST", "/accounts/confirm", {"email": email, "code": "000000"})
    birds.call("POST", "/accounts/confirm", {"email": email, "code": mailed_code(cloud, email)})


def _forget(birds: Aviary, cloud: EmbeddedCloud, email: str, password: str) -> None:
    birds.call("POST", "/accounts/forgot", {"email": email})
    reset = {"email": email, "password": password}
    birds.call("POST", "/accounts/reset", {**reset, "code": "000000"})
    birds.call("POST", "/accounts/reset", {**reset, "code": mailed_code(cloud, email)})


def _sign_in(birds: Aviary, email: str, password: str) -> str:
    """Sign in, out of turn as well, and return the access token of the last session."""
    birds.call("POST", "/sessions", {"email": email, "password": f"{password}!"})
    session = birds.call("POST", "/sessions", {"email": email, "password": password})
    refresh_token = birds.new("refresh token", session["refresh_token"])
    birds.call("POST", "/sessions/refresh", {"refresh_token": f"{refresh_token}!"})
    session = birds.call("POST", "/sessions/refresh", {"refresh_token": refresh_token})
    token = str(session["access_token"])
    birds.new("token", token.split(".")[2])
    birds.call("GET", "/me", token=f"{token}!")
    birds.call("PATCH", "/me", {"name": f"{birds.canaries['name']}\n"}, token)
    birds.call("POST", "/me/password", {"password": "x", "new_password": password}, token)
    birds.call("GET", "/me", token=token)
    return token


def _ask_for_codes(birds: Aviary, email: str, password: str, token: str) -> None:
    birds.call("POST", "/me/mfa", {"password": f"{password}!"}, token)
    secret = birds.new(
        "secret", birds.call("POST", "/me/mfa", {"password": password}, token)["secret"]
    )
    birds.call("PUT", "/me/mfa", {"code": "000000"}, token)
    birds.call("PUT", "/me/mfa", {"code": shown(secret)}, token)
    challenge = birds.call("POST", "/sessions", {"email": email, "password": password})
    birds.new("challenge", challenge["challenge"].split()[1])
    birds.call("POST", "/sessions/answer", {**challenge, "code": "000000"})
    birds.call("POST", "/sessions/answer", {**challenge, "code": shown(secret)})
    birds.call("POST", "/me/mfa/off", {"password": password}, token)


def _upload(birds: Aviary, aws: Aws, token: str) -> None:
    """By both ways, refused and taken, once with other bytes than were announced."""
    body = {"file_name": "picture.jpg", "content_type": "image/jpeg", "byte_size": len(PICTURE)}
    first = birds.call("POST", "/images", body, token)
    birds.new("signature", parse_qs(urlsplit(first["put"]["url"]).query)["X-Amz-Signature"][0])
    assert requests.put(first["put"]["url"], data=PICTURE, timeout=30).status_code == 403
    sent = requests.put(
        first["put"]["url"], data=PICTURE, headers=first["put"]["headers"], timeout=30
    )
    sent.raise_for_status()
    told = {"sha256": sha256(b"").hexdigest(), "form": True}
    second = birds.call("POST", "/images", body | told, token)
    birds.new("signature of a form", second["form"]["fields"]["x-amz-signature"])
    posted(**second["form"], content=PICTURE).raise_for_status()
    birds.call("POST", "/images", {**body, "byte_size": 0}, token)
    ada = Client(Api(aws.deployed.api_url, lambda: token))
    states = [ada.settled(grant["image_id"]).state for grant in (first, second)]
    assert states == ["complete", "rejected"]


def test_every_canary_has_flown_and_some_were_refused(aviary: Aviary) -> None:
    """Or nothing that follows would tell anything."""
    assert len(aviary.canaries) == 10
    assert all(len(canary) >= 16 for canary in aviary.canaries.values())
    assert len(aviary.refusals) >= 10


@pytest.mark.parametrize("place", ["logs", "tables", "refusals"])
def test_no_canary_is_found_where_others_could_read_it(
    aviary: Aviary, aws: Aws, place: str
) -> None:
    """Neither in what functions log, nor in any event, view or count, nor in an error."""
    places: Mapping[str, Callable[[], str]] = {
        "logs": lambda: "\n".join(aws.log_lines()),
        "tables": aws.stored,
        "refusals": lambda: "\n".join(aviary.refusals),
    }
    everything = places[place]()

    assert len(everything) > 1000
    assert [what for what, canary in aviary.canaries.items() if canary in everything] == []
