"""Tests against a deployment on AWS: `pytest -m aws`, with credentials of its operator.

DARKROOM_STACK names its data stack, such as `darkroom-dev-data`; its app stack is beside it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from secrets import token_hex

import boto3
import pytest
import requests

Post = Callable[[str, object], requests.Response]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here runs on AWS."""
    for item in items:
        if "tests/aws" in item.path.as_posix():
            item.add_marker(pytest.mark.aws)


@pytest.fixture(scope="session")
def outputs() -> Mapping[str, str]:
    """The outputs of both stacks."""
    data = os.environ["DARKROOM_STACK"]
    described = [
        boto3.resource("cloudformation").Stack(name)
        for name in (data, f"{data.removesuffix('-data')}-app")
    ]
    return {each["OutputKey"]: each["OutputValue"] for stack in described for each in stack.outputs}


@pytest.fixture(scope="session")
def post(outputs: Mapping[str, str]) -> Post:
    """Sends a request of the open part of the API."""
    return lambda path, body: requests.post(outputs["ApiUrl"] + path, json=body, timeout=30)


@pytest.fixture
def credentials(outputs: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A user for one test, made without a mail, and removed after it."""
    pool, cognito = outputs["UserPoolId"], boto3.client("cognito-idp")
    email, password = f"{token_hex(8)}@example.com", f"{token_hex(12)}aA1"
    verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(
        UserPoolId=pool, Username=email, UserAttributes=verified, MessageAction="SUPPRESS"
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=email, Password=password, Permanent=True
    )
    yield {"email": email, "password": password}
    cognito.admin_delete_user(UserPoolId=pool, Username=email)
