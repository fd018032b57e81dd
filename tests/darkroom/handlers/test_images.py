"""The signed-in API: a user's own images, errors as problems, and nothing that tells too much."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from darkroom.events import Event
from darkroom.handlers import clients, images
from darkroom.handlers.settings import setting
from darkroom.ids import ImageRef, original_key, valid_image_id
from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, another_image, appended

ELSE = "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1"  # another user
UNKNOWN = another_image(1).image_id
REQUEST = {"file_name": "lake.jpg", "content_type": "image/jpeg", "byte_size": 1234}

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def happened(cloud: Any) -> Callable[..., None]:
    """Let events happen to an image, and the views follow."""

    def happen(*events: Event, ref: ImageRef = REF) -> None:
        appended(cloud.history, *events, ref=ref)
        project([ref], cloud.history, cloud.views)

    return happen


@pytest.fixture
def user(cloud: Any) -> str:
    """The id of a user who gave a name."""
    email = f"{uuid4()}@example.com"
    made = clients.cognito().admin_create_user(
        UserPoolId=setting("USER_POOL_ID"),
        Username=email,
        UserAttributes=[
            {"Name": "email", "Value": email},
            {"Name": "name", "Value": "Ada Lovelace"},
        ],
    )
    return made["User"]["Username"]


def test_an_upload_is_granted(ask: Ask, user: str) -> None:
    """201, with an id, a form that is signed for this user's key, and when it ends."""
    status, grant = ask("POST", "/images", REQUEST | {"form": True}, sub=user)

    assert status == 201
    assert valid_image_id(grant["image_id"])
    fields = grant["form"]["fields"]
    ref = ImageRef("main", grant["image_id"])
    assert fields["key"] == original_key("photos", ref, user)
    assert fields["x-amz-meta-owner-name"] == "Ada%20Lovelace"
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert ["content-length-range", 1, 1234] in policy["conditions"]
    assert grant["expires_at"][:16] == policy["expiration"][:16]
    headers = {"Content-Type": "image/jpeg", "If-None-Match": "*"}
    assert headers.items() <= grant["put"]["headers"].items()
    assert fields["key"] in grant["put"]["url"]


def test_several_uploads_are_granted_at_once(ask: Ask, user: str, log_lines: Any) -> None:
    """201 with a grant for each, in their order; each has a line under its image's id."""
    asked = [REQUEST | {"file_name": name} for name in ("lake.jpg", "sea.jpg")]

    status, answer = ask("POST", "/uploads", {"uploads": asked}, sub=user)

    names = [grant["put"]["headers"]["x-amz-meta-file-name"] for grant in answer["grants"]]
    ids = [grant["image_id"] for grant in answer["grants"]]
    assert (status, names) == (201, ["lake.jpg", "sea.jpg"])
    assert [line["correlation_id"] for line in log_lines()] == ids


def test_a_form_comes_where_one_is_asked_for(ask: Ask, user: str) -> None:
    """Programs have no use for it, and what may be less has to be reserved."""
    _, grant = ask("POST", "/images", REQUEST, sub=user)

    assert grant["form"] is None
    assert grant["put"]["url"]


@pytest.mark.parametrize(
    ("uploads", "code", "fact"),
    [
        ([], "malformed_request", None),
        ([REQUEST] * 21, "malformed_request", None),
        ([REQUEST, REQUEST | {"byte_size": 0}], "empty", 1),
        ([REQUEST | {"content_type": "text/plain"}, REQUEST], "unsupported_format", 0),
    ],
    ids=["none", "too many", "the second", "the first"],
)
def test_of_several_uploads_none_is_granted_if_one_is_refused(
    ask: Ask, user: str, uploads: list[Any], code: str, fact: int | None
) -> None:
    """400, with the place of the picture that it is about."""
    status, problem = ask("POST", "/uploads", {"uploads": uploads}, sub=user)

    assert (status, problem["code"], problem.get("upload")) == (400, code, fact)


def test_beyond_the_quota_of_a_day_the_answer_says_when_to_ask_again(
    cloud: Any, user: str, request_of: Callable[..., dict[str, Any]], context: Any
) -> None:
    """429 as a problem, with the limits, and with the seconds until midnight."""
    asked = request_of("POST", "/images", REQUEST, sub=user)
    limit = int(setting("UPLOADS_A_DAY"))
    granted = [images.handler(asked, context)["statusCode"] for _ in range(limit)]

    refused = images.handler(asked, context)

    headers, problem = refused["multiValueHeaders"], json.loads(refused["body"])
    assert granted == [201] * limit
    assert (refused["statusCode"], problem["code"]) == (429, "quota_exceeded")
    assert (problem["uploads_a_day"], problem["bytes_a_day"]) == (limit, 1_000_000_000)
    assert headers["Content-Type"] == ["application/problem+json"]
    assert 1 <= int(headers["Retry-After"][0]) <= 24 * 3600


@pytest.mark.parametrize(
    "change", [{"byte_size": True}, {"byte_size": "5"}, {"byte_size": 5.5}, {"bytesize": 5}]
)
def test_what_a_request_says_is_taken_to_the_letter(
    ask: Ask, user: str, change: dict[str, Any]
) -> None:
    """400, naming the field: no text or truth for a number, no field that does not exist."""
    status, problem = ask("POST", "/images", REQUEST | change, sub=user)

    assert (status, problem["code"]) == (400, "malformed_request")
    assert [each["where"] for each in problem["errors"]] == [f"body.{next(iter(change))}"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content_type": "text/plain"}, "unsupported_format"),
        ({"byte_size": 0}, "empty"),
        ({"byte_size": 25_000_001}, "too_many_bytes"),
        ({"file_name": "x" * 256}, "file_name_too_long"),
        ({"sha256": "no digest"}, "digest_not_valid"),
        ({"tags": {"plan": "free"}}, "unknown_tag"),
    ],
)
def test_an_upload_that_the_pipeline_would_refuse_is_a_problem(
    ask: Ask, user: str, change: dict[str, Any], code: str
) -> None:
    """400, with the limit and what was asked instead."""
    status, problem = ask("POST", "/images", REQUEST | change, sub=user)

    assert (status, problem["status"], problem["code"]) == (400, 400, code)
    assert {"title", "limit"} <= set(problem)
    assert ("actual" in problem) == (code != "digest_not_valid")


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "{}",
        '{"file_name": "x", "content_type": "image/jpeg", "byte_size": "many"}',
        '{"file_name": "", "content_type": "image/jpeg", "byte_size": 1}',
        '{"file_name": "\\ud800", "content_type": "image/jpeg", "byte_size": 1}',
    ],
)
def test_a_body_that_is_no_request_is_a_problem(ask: Ask, user: str, body: str | None) -> None:
    """400, saying where it is wrong; never a 500, whatever was sent."""
    status, problem = ask("POST", "/images", body, sub=user)

    assert (status, problem["code"]) == (400, "malformed_request")
    assert all(set(error) == {"where", "what"} for error in problem["errors"])


def test_an_owner_sees_their_image(ask: Ask, happened: Callable[..., None]) -> None:
    """Its state and variants; not where they lie."""
    happened(*samples.history())

    status, image = ask("GET", f"/images/{REF.image_id}")

    assert (status, image["state"], image["version"]) == (200, "complete", 7)
    assert image["variants"]["medium"] == {
        "width": 800,
        "height": 533,
        "format": "jpeg",
        "byte_size": 80_412,
    }
    assert image["original"]["width"] == 3000
    assert image["reason"] is None


def test_an_owner_sees_what_happened(ask: Ask, happened: Callable[..., None]) -> None:
    """Every event in order, less what is internal: keys, buckets, owner, etags."""
    happened(*samples.history())

    status, answer = ask("GET", f"/images/{REF.image_id}/events")

    assert status == 200
    assert [event["version"] for event in answer["events"]] == [*range(1, 8)]
    assert [event["type"] for event in answer["events"]] == [
        event.type for event in samples.history()
    ]
    text = json.dumps(answer)
    assert OWNER not in text
    assert "originals" not in text
    assert not any({"key", "bucket", "etag", "owner"} & set(e["facts"]) for e in answer["events"])


def test_an_owner_gets_a_link_to_a_variant(ask: Ask, happened: Callable[..., None]) -> None:
    """Signed, with what the variant is."""
    happened(*samples.history())

    status, link = ask("GET", f"/images/{REF.image_id}/variants/medium")

    assert (status, link["width"], link["format"]) == (200, 800, "jpeg")
    assert f"/photos/main/{REF.image_id}/" in link["url"]
    assert "X-Amz-Signature=" in link["url"]


def test_images_are_listed_in_pages(ask: Ask, happened: Callable[..., None]) -> None:
    """Newest first; the cursor leads to the next page, until it is null."""
    refs = [another_image(number) for number in range(3)]
    for ref in refs:
        happened(samples.uploaded(), ref=ref)

    _, first = ask("GET", "/images", query={"limit": "2"})
    _, second = ask("GET", "/images", query={"limit": "2", "cursor": first["cursor"]})

    listed = [image["image_id"] for image in first["images"] + second["images"]]
    assert listed == [ref.image_id for ref in reversed(refs)]
    assert second["cursor"] is None
    assert ask("GET", "/images", sub=ELSE) == (200, {"images": [], "cursor": None})


def test_my_usage_counts_my_images_and_what_can_be_fetched_of_them(cloud: Any, ask: Any) -> None:
    """In numbers and bytes; nothing of anybody else's."""
    appended(cloud.history, *samples.history())
    project([REF], cloud.history, cloud.views)

    assert ask("GET", "/usage") == (
        200,
        {"images": 1, "image_bytes": 4_204_816, "variants": 3, "variant_bytes": 241_236},
    )
    assert ask("GET", "/usage", sub=ELSE)[1]["images"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "0"}, "malformed_request"),
        ({"limit": "101"}, "malformed_request"),
        ({"limit": "many"}, "malformed_request"),
        ({"cursor": "nowhere"}, "bad_cursor"),
        ({"cursor": "é"}, "bad_cursor"),
        ({"cursor": ""}, "bad_cursor"),
    ],
)
def test_a_page_that_cannot_be_is_a_problem(ask: Ask, query: dict[str, str], code: str) -> None:
    """400: a limit out of range, or a cursor that we never gave."""
    status, problem = ask("GET", "/images", query=query)

    assert (status, problem["code"]) == (400, code)


@pytest.mark.parametrize("part", ["", "/events", "/variants/medium", "/variants/no-such"])
def test_a_foreign_image_answers_as_an_unknown_one_to_the_byte(
    cloud: Any,
    request_of: Callable[..., dict[str, Any]],
    context: Any,
    happened: Callable[..., None],
    part: str,
) -> None:
    """Status, headers and body: asked before the image exists, and after, by somebody else."""
    event = request_of("GET", f"/images/{REF.image_id}{part}", sub=ELSE)

    unknown = images.handler(event, context)
    happened(*samples.history())
    foreign = images.handler(event, context)

    assert unknown["statusCode"] == 404
    assert foreign == unknown


@pytest.mark.parametrize("image_id", [UNKNOWN, "x", REF.image_id.lower(), "%2e%2e"])
def test_an_image_that_is_none_is_not_found(ask: Ask, image_id: str) -> None:
    """Text that cannot be an id is treated as an id that nobody has."""
    status, problem = ask("GET", f"/images/{image_id}")

    assert (status, problem["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "claims",
    [
        {"token_use": "id"},
        {"token_use": ""},
        {"client_id": "somebody-elses-client"},
        {"client_id": ""},
    ],
)
def test_only_access_tokens_of_our_client_are_taken(ask: Ask, claims: dict[str, str]) -> None:
    """The gateway should have refused them; not every gateway does. No reason is given."""
    status, problem = ask("GET", "/images", **claims)

    assert (status, problem) == (
        401,
        {"status": 401, "title": "Unauthorized", "code": "not_signed_in"},
    )


@pytest.mark.parametrize("authorizer", [None, {}, {"claims": None}])
def test_a_request_that_no_authorizer_saw_is_not_signed_in(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any, authorizer: Any
) -> None:
    """A route that was deployed without one lets nobody in."""
    event = request_of("GET", "/images")
    event["requestContext"]["authorizer"] = authorizer
    if authorizer is None:
        del event["requestContext"]["authorizer"]

    assert images.handler(event, context)["statusCode"] == 401


def test_a_problem_has_its_media_type(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any
) -> None:
    """RFC 9457, for whoever reads answers by program."""
    answer = images.handler(request_of("GET", f"/images/{UNKNOWN}"), context)

    assert answer["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/images/a/b/c"), ("DELETE", "/images")]
)
def test_a_route_that_there_is_not_is_a_problem(ask: Ask, method: str, path: str) -> None:
    """And no other kind of answer."""
    status, problem = ask(method, path)

    assert (status, problem["code"]) == (404, "no_such_route")


class Broken:
    """Answers no question; what it says is for the log."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("table events-123 in account 123456789012")


def test_an_error_of_ours_tells_nothing(
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """500 and a code; the text and its trace are in the log, under the image's id."""
    monkeypatch.setattr(images, "retrieval", Broken)

    status, problem = ask("GET", f"/images/{REF.image_id}")

    assert (status, problem) == (
        500,
        {"status": 500, "title": "Internal Server Error", "code": "internal"},
    )
    (line,) = log_lines()
    assert "events-123" in line["exception"]
    assert line["correlation_id"] == REF.image_id


def test_a_broken_history_tells_nothing_either(
    ask: Ask, cloud: Any, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """An error of ours with a code of its own is still no business of the caller's."""
    appended(cloud.history, *samples.history())
    key = {"pk": {"S": REF.stream}, "sk": {"N": "2"}}
    cloud.history.client.delete_item(TableName=cloud.history.table, Key=key)

    status, problem = ask("GET", f"/images/{REF.image_id}/events")

    assert (status, problem["code"]) == (500, "internal")
    assert log_lines()[-1]["code"] == "broken_stream"


def test_a_grant_is_logged_under_the_images_id_without_its_signature(
    ask: Ask, user: str, logged: io.StringIO, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Neither signature nor policy, token, name or file name."""
    _, grant = ask("POST", "/images", REQUEST | {"form": True}, sub=user)

    (line,) = log_lines()
    assert (line["message"], line["correlation_id"]) == ("upload granted", grant["image_id"])
    fields = grant["form"]["fields"]
    for secret in (fields["x-amz-signature"], fields["policy"], "Bearer", "Ada", "lake.jpg"):
        assert secret not in logged.getvalue()


def test_one_requests_image_is_not_in_the_logs_of_the_next(
    ask: Ask, user: str, monkeypatch: pytest.MonkeyPatch, log_lines: Callable[[], Any]
) -> None:
    """A warm function forgets: a request about no image has only its own id."""
    ask("POST", "/images", REQUEST, sub=user)
    monkeypatch.setattr(images, "retrieval", Broken)

    ask("GET", "/images")

    first, second = log_lines()
    assert "correlation_id" in first
    assert first["request_id"] == second["request_id"] == "1f2e3d4c-5b6a-4798-8796-a5b4c3d2e1f0"
    assert "correlation_id" not in second


def test_only_what_is_written_like_an_id_is_logged_as_one(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, log_lines: Callable[[], Any]
) -> None:
    """A path is anybody's text; correlation ids are for finding images."""
    monkeypatch.setattr(images, "retrieval", Broken)

    ask("GET", "/images/not-an-id")

    (line,) = log_lines()
    assert "correlation_id" not in line
