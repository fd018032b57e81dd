"""What an account lacks is told before it is deployed to, with the cure."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from infra.preflight import findings
from tests.infra.environments import DEV, PROD


def account(*, bootstrap="28", concurrency=1000, code=10**9, secrets=()):
    """Clients of an account that has so much."""

    def parameter(**_):
        if bootstrap is None:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": bootstrap}}

    def secret(**asked):
        if asked["SecretId"] not in secrets:
            raise refused("ResourceNotFoundException")

    limits = {
        "AccountLimit": {"ConcurrentExecutions": concurrency, "TotalCodeSize": 80 * 10**9},
        "AccountUsage": {"TotalCodeSize": code},
    }
    clients = {
        "sts": SimpleNamespace(
            get_caller_identity=lambda: {"Account": "123456789012"},
            meta=SimpleNamespace(region_name="eu-central-1"),
        ),
        "ssm": SimpleNamespace(get_parameter=parameter),
        "lambda": SimpleNamespace(get_account_settings=lambda: limits),
        "secretsmanager": SimpleNamespace(describe_secret=secret),
    }
    return clients.__getitem__


def refused(code):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def test_an_account_with_all_that_is_counted_on_lacks_nothing():
    """It says which account that is, and where."""
    found = list(findings(PROD, account()))

    assert all(each.right for each in found)
    assert found[0].seen == "account 123456789012, region eu-central-1"


@pytest.mark.parametrize(
    ("made", "seen", "cure"),
    [
        ({"bootstrap": None}, "bootstrap is missing", "cdk bootstrap"),
        ({"bootstrap": "6"}, "version 6", "cdk bootstrap"),
        (
            {"concurrency": 10},
            "10 functions at one time; `account_concurrency` counts on 1000",
            "Concurrent executions",
        ),
        ({"code": 79 * 10**9}, "79.0 of 80 GB", "docs/deploying.md"),
    ],
    ids=["no bootstrap", "an old one", "a new account", "code piled up"],
)
def test_what_is_missing_is_told_with_its_cure(made, seen, cure):
    """And nothing else is."""
    (lacking,) = (each for each in findings(PROD, account(**made)) if not each.right)

    assert seen in lacking.seen
    assert cure in lacking.cure


def test_a_new_account_is_enough_for_dev():
    """Ten functions at one time."""
    assert all(each.right for each in findings(DEV, account(concurrency=10)))


def test_what_may_not_be_asked_is_a_finding_as_well():
    """Without credentials every question is one, and none is a stack trace."""

    def nobody(service):
        raise NoCredentialsError

    found = list(findings(PROD, nobody))

    assert found
    assert not any(each.right for each in found)
    assert "Use credentials" in found[0].cure
