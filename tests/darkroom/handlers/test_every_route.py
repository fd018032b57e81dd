"""Every route there is, asked by everybody who must not: the matrix is made of openapi.json.

A route that is new is in it. One with a parameter that is not known here fails until it is.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from darkroom.handlers import auth, images
from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, another_image, appended
from tests.darkroom.handlers.every_route import Route, every_route

HANDLERS = {"auth": auth.handler, "images": images.handler}
ELSE = "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1"  # another user
UNKNOWN = another_image(1).image_id
VALUES = {"image_id": REF.image_id, "name": "medium", "user_id": OWNER}

PROTECTED = [route for route in every_route() if route.signed_in]
ABOUT_AN_IMAGE = [route for route in every_route() if "image_id" in route.parameters]
FOR_ADMINS = [route for route in every_route() if route.admin]

# What a gateway could hand on though it should not. Signatures and times only it can check: e2e.
BAD: dict[str, Any] = {
    "nobody looked": None,
    "no claims": {},
    "an ID token": {"token_use": "id"},
    "no use": {"token_use": ""},
    "another client's": {"client_id": "somebody"},
    "no client's": {"client_id": ""},
    "an ID token's audience": {"client_id": "", "aud": "client-of-the-fixture"},
    "another pool's": {"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other"},
    "another issuer's": {"iss": "https://accounts.example.com"},
    "no issuer's": {"iss": ""},
    "a pool's in a longer name": {"iss": "https://evil.example/x-eu-central-1_Example"},
    "a refresh token": {"token_use": "refresh"},
}

Answer = Callable[..., dict[str, Any]]


@pytest.fixture
def answer(cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any) -> Answer:
    """Ask a route about the sample image, by a user of whose claims some are changed."""

    def ask(route: Route, *, claims: Any = None, **values: str) -> dict[str, Any]:
        event = request_of(
            route.method, route.at(**{**VALUES, **values}), route.body, **(claims or {})
        )
        answered: dict[str, Any] = HANDLERS[route.function](event, context)
        return answered

    return ask


@pytest.mark.parametrize("route", PROTECTED, ids=str)
def test_no_route_takes_claims_that_are_not_of_our_access_tokens(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any, route: Route
) -> None:
    """401 to the byte the same, twelve times over, whatever was asked about."""
    answers = {}
    for name, claims in BAD.items():
        event = request_of(route.method, route.at(**VALUES), route.body, **(claims or {}))
        if not claims:
            event["requestContext"]["authorizer"] = claims
        answers[name] = HANDLERS[route.function](event, context)

    assert {name: each["statusCode"] for name, each in answers.items()} == dict.fromkeys(BAD, 401)
    assert len({each["body"] for each in answers.values()}) == 1
    assert json.loads(answers["no claims"]["body"])["code"] == "not_signed_in"


@pytest.mark.parametrize("route", ABOUT_AN_IMAGE, ids=str)
def test_somebody_elses_image_answers_as_one_that_never_was(
    cloud: Any, answer: Answer, route: Route
) -> None:
    """Status, headers and body: before there was one, and when it is another's. It stays so."""
    unknown = answer(route, claims={"sub": ELSE})
    appended(cloud.history, *samples.history())
    project([REF], cloud.history, cloud.views)
    foreign = answer(route, claims={"sub": ELSE})
    never = answer(route, claims={"sub": ELSE}, image_id=UNKNOWN)

    assert foreign == unknown
    assert foreign["statusCode"] == (403 if route.admin else 404)
    assert never == {**foreign, "body": foreign["body"].replace(REF.image_id, UNKNOWN)}
    assert [each.event for each in cloud.history.load(REF).events] == [*samples.history()]


@pytest.mark.parametrize("route", FOR_ADMINS, ids=str)
@pytest.mark.parametrize("groups", ["", "user", "administrators", "admin2 user", "[badmin]"])
def test_only_admins_are_let_into_what_is_for_admins(
    cloud: Any, answer: Answer, route: Route, groups: str
) -> None:
    """403 for everybody else, the owner included, and nothing of what there is."""
    appended(cloud.history, *samples.history())

    refused = answer(route, claims={"cognito:groups": groups})

    assert refused["statusCode"] == 403
    assert json.loads(refused["body"]) == {
        "status": 403,
        "title": "Forbidden",
        "code": "forbidden",
    }


@pytest.mark.parametrize("route", FOR_ADMINS, ids=str)
@pytest.mark.parametrize("groups", ["admin", "user,admin", "[user admin]", ["user", "admin"]])
def test_an_admin_is_let_in(
    cloud: Any, answer: Answer, route: Route, groups: Any, log_lines: Callable[[], Any]
) -> None:
    """However the gateway writes a list; who looked at what is in the log."""
    appended(cloud.history, *samples.history())
    project([REF], cloud.history, cloud.views)

    seen = answer(route, claims={"sub": ELSE, "cognito:groups": groups})

    assert seen["statusCode"] == 200
    (line,) = (each for each in log_lines() if each["message"] == "an admin looks")
    assert line["admin"] == ELSE


def test_every_route_is_in_the_matrix() -> None:
    """So that it cannot be empty by mistake."""
    assert {str(route) for route in PROTECTED} >= {"GET /images", "POST /images", "GET /usage"}
    assert len(ABOUT_AN_IMAGE) >= 6
    assert FOR_ADMINS
    assert all(route.signed_in for route in (*ABOUT_AN_IMAGE, *FOR_ADMINS))
