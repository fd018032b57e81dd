"""Every route of the deployment, asked by everybody who must not: made of openapi.json."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests
from forging import Forge

from darkroom.client import Accounts, Api, Client
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs
from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg
from tests.darkroom.handlers.every_route import Route, every_route

UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
PROTECTED = [route for route in every_route() if route.signed_in]


@pytest.fixture(scope="module")
def adas(ada: Client, upload: Callable[..., str]) -> str:
    """A processed image of Ada's."""
    return ada.settled(upload(ada, jpeg(64, 48))).image_id


def asked(
    deployed: Outputs, route: Route, authorization: str | None, image_id: str
) -> requests.Response:
    """Ask the route about an image, with that header."""
    path = route.at(image_id=image_id, name="medium", user_id="somebody")
    return requests.request(
        route.method,
        deployed.api_url + path,
        json=route.body,
        headers={} if authorization is None else {"Authorization": authorization},
        timeout=60,
    )


def test_a_token_signed_anew_without_a_change_is_good(deployed: Outputs, forge: Forge) -> None:
    """So it is its change alone that the tokens of the next test are refused for."""
    (images,) = (route for route in PROTECTED if str(route) == "GET /images")

    assert asked(deployed, images, f"Bearer {forge.signed()}", UNKNOWN).status_code == 200


def test_without_a_good_token_every_route_is_401(
    deployed: Outputs, adas: str, forge: Forge
) -> None:
    """In twenty ways each; whether the gateway sees it, or the function behind it."""
    bad = forge.bad()
    cases = [(route, name) for route in PROTECTED for name in bad]

    def status(case: tuple[Route, str]) -> int:
        route, name = case
        return asked(deployed, route, bad[name], adas).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(cases, pool.map(status, cases), strict=True))

    assert len(bad) >= 12
    wrong = {f"{route}, {name}": found for (route, name), found in answers.items() if found != 401}
    assert wrong == {}


@pytest.mark.parametrize(
    "route", [each for each in PROTECTED if "image_id" in each.parameters], ids=str
)
def test_another_users_image_is_as_unknown_as_one_that_never_was(
    deployed: Outputs, ada: Client, grace: Client, adas: str, route: Route
) -> None:
    """Status and body are the same but for the id, and the image stays as it was."""
    before = ada.events(adas)

    foreign, unknown = (
        asked(deployed, route, f"Bearer {grace.api.token()}", image_id)
        for image_id in (adas, UNKNOWN)
    )

    assert foreign.status_code == unknown.status_code == (403 if route.admin else 404)
    assert foreign.text.replace(adas, UNKNOWN) == unknown.text
    assert ada.events(adas) == before


def test_nobody_lists_another_users_images(grace: Client, adas: str) -> None:
    """Not even that they are there."""
    assert adas not in [each.image_id for each in grace.images()]


def test_a_user_in_the_group_of_admins_sees_anybodys_image(
    cloud: EmbeddedCloud, deployed: Outputs, adas: str
) -> None:
    """From the next sign-in on: the group is in the token."""
    accounts = Accounts(Api(deployed.api_url))
    email, password = "root@example.com", "Correct-horse-7"
    accounts.sign_up(email, password)
    accounts.confirm(email, mailed_code(cloud, email))
    cognito = boto3.client("cognito-idp", **cloud.client_options)
    cognito.admin_add_user_to_group(
        UserPoolId=deployed.user_pool_id, Username=email, GroupName="admin"
    )

    bearer = {"Authorization": f"Bearer {accounts.sign_in(email, password).access_token}"}
    image = requests.get(f"{deployed.api_url}/admin/images/{adas}", headers=bearer, timeout=60)

    assert image.status_code == 200
    assert image.json()["image_id"] == adas
    assert image.json()["owner"]


def test_a_page_of_a_listed_origin_may_ask_and_no_other(deployed: Outputs) -> None:
    """Its browser asks the gateway before, and looks at the answer after."""
    url, listed = f"{deployed.api_url}/openapi.json", "http://localhost:3000"
    asks = {"Access-Control-Request-Method": "GET"}

    before = requests.options(url, headers={"Origin": listed, **asks}, timeout=60)
    after = [
        requests.get(url, headers={"Origin": origin}, timeout=60).headers
        for origin in (listed, "https://evil.example.com")
    ]

    assert before.headers["Access-Control-Allow-Origin"] == listed
    assert [each.get("Access-Control-Allow-Origin") for each in after] == [listed, None]


def test_the_routes_are_those_of_the_file_that_the_api_serves(deployed: Outputs) -> None:
    """So the matrix is of what runs, and not of what was committed."""
    told = requests.get(f"{deployed.api_url}/openapi.json", timeout=30).json()

    served = {
        f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods
    }
    assert served == {str(route) for route in every_route()}
