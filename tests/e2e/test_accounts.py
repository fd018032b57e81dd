"""Accounts on the embedded cloud: every flow, and that none tells who has an account."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from aws import Aws
from users import shown

from darkroom.client import Client
from darkroom.ids import ImageRef
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg

PASSWORD, ANOTHER = "Correct-horse-7", "Another-password-8"
KNOWN, UNKNOWN = "known@example.com", "unknown@example.com"

GRANTED = {"file_name": "x.jpg", "content_type": "image/jpeg", "byte_size": 10}

# What differs between any two answers: when, and under which id.
VARIES = {"date", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id", "x-amz-request-id"}

Call = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def known(cloud: EmbeddedCloud, call: Call) -> str:
    """The address of a confirmed account."""
    account = {"email": KNOWN, "password": PASSWORD, "name": "Known"}
    assert call("POST", "/accounts", account).status_code == 202
    confirmation = {"email": KNOWN, "code": mailed_code(cloud, KNOWN)}
    assert call("POST", "/accounts/confirm", confirmation).status_code == 200
    return KNOWN


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/accounts", {"password": ANOTHER, "name": "Eve"}),
        ("/accounts", {"password": "short"}),
        ("/accounts/confirm", {"code": "000000"}),
        ("/accounts/resend", {}),
        ("/accounts/forgot", {}),
        ("/accounts/reset", {"code": "000000", "password": ANOTHER}),
        ("/accounts/reset", {"code": "000000", "password": "short"}),
        ("/sessions", {"password": "Wrong-horse-7"}),
    ],
)
def test_an_address_with_an_account_answers_as_one_without(
    call: Call, known: str, path: str, body: dict[str, str]
) -> None:
    """Status, headers and body, each time that it is asked: nobody learns who is a user."""
    answers = [call("POST", path, {"email": email, **body}) for email in (known, UNKNOWN, known)]

    told = [(each.status_code, _lasting(each), each.content) for each in answers]
    assert told[0] == told[1] == told[2]
    assert told[0][0] in (200, 202, 400, 401)


def _lasting(answer: requests.Response) -> dict[str, str]:
    found = {name.lower(): value for name, value in answer.headers.items()}
    return {name: value for name, value in found.items() if name not in VARIES}


def test_an_account_goes_through_all_its_life(cloud: EmbeddedCloud, call: Call) -> None:
    """Codes again, a forgotten password, another one, an authenticator, and the end of sessions."""
    email = "grace@example.com"
    call("POST", "/accounts", {"email": email, "password": PASSWORD, "name": "Grace"})
    assert call("POST", "/accounts/resend", {"email": email}).status_code == 202
    confirmation = {"email": email, "code": mailed_code(cloud, email)}
    assert call("POST", "/accounts/confirm", confirmation).status_code == 200

    assert call("POST", "/accounts/forgot", {"email": email}).status_code == 202
    reset = {"email": email, "code": mailed_code(cloud, email), "password": ANOTHER}
    assert call("POST", "/accounts/reset", reset).status_code == 200
    session = call("POST", "/sessions", {"email": email, "password": ANOTHER}).json()
    token = session["access_token"]

    change = {"password": ANOTHER, "new_password": PASSWORD}
    assert call("POST", "/me/password", change, token).status_code == 204
    assert call("PATCH", "/me", {"name": "Grace Hopper"}, token).status_code == 204
    profile = call("GET", "/me", token=token).json()
    assert (profile["email"], profile["name"], profile["mfa"]) == (email, "Grace Hopper", False)
    refreshed = call("POST", "/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert call("GET", "/images", token=refreshed.json()["access_token"]).status_code == 200


def test_signing_in_takes_the_code_of_an_authenticator_where_there_is_one(
    cloud: EmbeddedCloud, call: Call
) -> None:
    """A wrong one is refused; turned off by the password, it is asked for no more."""
    email = "totp@example.com"
    credentials = {"email": email, "password": PASSWORD}
    call("POST", "/accounts", credentials)
    call("POST", "/accounts/confirm", {"email": email, "code": mailed_code(cloud, email)})
    token = call("POST", "/sessions", credentials).json()["access_token"]
    secret = call("POST", "/me/mfa", {"password": PASSWORD}, token).json()["secret"]
    assert call("PUT", "/me/mfa", {"code": "000000"}, token).status_code == 400
    assert call("PUT", "/me/mfa", {"code": shown(secret)}, token).status_code == 204

    challenge = call("POST", "/sessions", credentials).json()
    wrong = call("POST", "/sessions/answer", {**challenge, "code": "000000"})
    right = call("POST", "/sessions/answer", {**challenge, "code": shown(secret)})

    assert challenge.keys() == {"challenge"}
    assert (wrong.status_code, right.status_code) == (401, 200)
    off = call("POST", "/me/mfa/off", {"password": PASSWORD}, right.json()["access_token"])
    assert off.status_code == 204
    assert "access_token" in call("POST", "/sessions", credentials).json()


def test_a_user_leaves_with_all_that_is_theirs(
    aws: Aws, call: Call, new_user: Callable[[str], Client], upload: Callable[..., str]
) -> None:
    """Asked until it is done; of the image only its history stays, which says that it was."""
    client = new_user("Leaver")
    image_id = upload(client, jpeg(64, 48))
    client.settled(image_id)
    token = client.api.token() if client.api.token else ""

    while not (answer := call("DELETE", "/me", token=token).json())["done"]:
        time.sleep(0.5)

    assert answer == {"images_deleted": 0, "done": True}
    assert call("GET", "/me", token=token).status_code == 401
    assert call("POST", "/images", GRANTED, token=token).status_code == 401
    assert aws.originals_of(image_id) == []
    assert not [key for key in aws.keys_in(aws.deployed.variants_bucket) if image_id in key]
    assert aws.history.load(ImageRef("main", image_id)).events[-1].type == "image.deleted"


def test_signing_out_everywhere_leaves_no_refresh_token_that_is_good(
    cloud: EmbeddedCloud, call: Call
) -> None:
    """Whoever has stolen one gets nothing for it."""
    email = "leaver@example.com"
    credentials = {"email": email, "password": PASSWORD}
    call("POST", "/accounts", credentials)
    call("POST", "/accounts/confirm", {"email": email, "code": mailed_code(cloud, email)})
    sessions: list[Any] = [call("POST", "/sessions", credentials).json() for _ in range(2)]

    assert call("DELETE", "/sessions", token=sessions[0]["access_token"]).status_code == 204

    for session in sessions:
        asked = {"refresh_token": session["refresh_token"]}
        assert call("POST", "/sessions/refresh", asked).status_code == 401
