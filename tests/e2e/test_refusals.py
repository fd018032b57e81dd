"""What is refused on the embedded cloud: other uploads than granted, and other people's images."""

from collections.abc import Callable
from io import BytesIO

import pytest
import requests
from aws import Aws
from users import posted

from darkroom.client import Accounts, Api, Client, Refused
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs
from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg

PICTURE = jpeg(64, 48)


@pytest.fixture(scope="module")
def adas(ada: Client, upload: Callable[..., str]) -> str:
    """A processed image of Ada's."""
    return ada.settled(upload(ada, PICTURE)).image_id


@pytest.mark.parametrize(
    ("changed", "content"),
    [
        ({"key": "photos/main/somebody/01ARZ3NDEKTSV4RRFFQ69G5FAV"}, PICTURE),
        ({"Content-Type": "text/html"}, PICTURE),
        ({"x-amz-meta-owner-name": "Mallory"}, PICTURE),
        ({"x-amz-signature": "0" * 64}, PICTURE),
        ({"x-amz-meta-more": "field"}, PICTURE),
        ({}, PICTURE + b"!"),
        ({}, b""),
    ],
    ids=["key", "type", "owner's name", "signature", "extra field", "larger", "empty"],
)
def test_an_upload_other_than_granted_is_refused(
    ada: Client, aws: Aws, changed: dict[str, str], content: bytes
) -> None:
    """4xx, and no object is stored."""
    form = ada.request_upload("picture.jpg", "image/jpeg", len(PICTURE), form=True).form
    assert form

    answer = posted(form.url, {**form.fields, **changed}, content)

    assert 400 <= answer.status_code < 500
    asked = changed.get("key", form.fields["key"])
    assert asked not in aws.keys_in(aws.deployed.originals_bucket)


@pytest.mark.parametrize(
    ("content_type", "byte_size", "code"),
    [
        ("text/plain", 10, "unsupported_format"),
        ("image/jpeg", 0, "empty"),
        ("image/jpeg", 25_000_001, "too_many_bytes"),
    ],
)
def test_what_the_pipeline_would_refuse_is_not_granted(
    ada: Client, content_type: str, byte_size: int, code: str
) -> None:
    """400 with the reason, the limit and the actual value."""
    with pytest.raises(Refused) as refused:
        ada.request_upload("picture", content_type, byte_size)

    assert refused.value.status == 400
    assert refused.value.code == code
    assert refused.value.facts["actual"] in (content_type, byte_size)
    assert "limit" in refused.value.facts


def test_signing_up_twice_answers_the_same(deployed: Outputs) -> None:
    """Nobody learns who has an account."""
    account = {"email": "known@example.com", "password": "Correct-horse-7", "name": "Known"}

    first, second = (
        requests.post(f"{deployed.api_url}/accounts", json=account, timeout=30) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.text == second.text


def test_a_wrong_password_and_an_unknown_address_answer_the_same(
    cloud: EmbeddedCloud, deployed: Outputs
) -> None:
    """401, with one body, though the first account is confirmed and could sign in."""
    accounts, password = Accounts(Api(deployed.api_url)), "Correct-horse-7"
    accounts.sign_up("grete@example.com", password, "Grete")
    accounts.confirm("grete@example.com", mailed_code(cloud, "grete@example.com"))
    assert accounts.sign_in("grete@example.com", password).access_token

    answers = [
        requests.post(
            f"{deployed.api_url}/sessions",
            json={"email": email, "password": "Wrong-horse-7"},
            timeout=30,
        )
        for email in ("grete@example.com", "unknown@example.com")
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].text == answers[1].text


def test_a_link_serves_the_picture_and_nothing_without_its_signature(
    ada: Client, adas: str
) -> None:
    """Right type, inline, and 403 once the query is cut off."""
    link = ada.link(adas, "medium").url

    served = requests.get(link, timeout=30)

    assert served.headers["Content-Type"] == "image/jpeg"
    assert served.headers["Content-Disposition"].startswith("inline")
    assert BytesIO(served.content).read(2) == b"\xff\xd8"
    assert requests.get(link.split("?")[0], timeout=30).status_code == 403
