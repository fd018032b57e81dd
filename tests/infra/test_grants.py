"""What roles are allowed beyond what their functions call; tests/e2e/test_grants.py has the rest.

There, every permission of the local profile was used, or is excused in infra/indirect_grants.yaml.
Here, that AWS gets the same permissions, and that the excuses hold.
"""

import re

import pytest

from dsl.calls import REVIEWED
from infra.indirect import indirect_grants

# On AWS only: API Gateway writes its logs by a policy of AWS's, which is not ours to list.
# And CodeDeploy, which the embedded cloud has not, moves the alias of a release.
_AWS_ONLY = ("ApiRestCloudWatchRole", "ProcessingRolloutRole")

GRANTS = indirect_grants()

# DynamoDB developer guide, "Encryption at rest usage notes".
WRITE_TABLES = {
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
}


def listed(value):
    return value if isinstance(value, list) else [value]


def granted(stacks):
    """Every action that a role is allowed, with the role's logical id, and on what."""
    return [
        (role, action, resource)
        for role, statement in stacks.policies()
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def private(granted):
    """Of what roles are allowed, what belongs to a private network, which only AWS has."""
    return {
        (role, action)
        for role, action in granted
        if action.startswith("ec2:") or role.startswith("NetworkRefusals")
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_roles_are_allowed_on_aws_what_the_embedded_cloud_has_proved(templates, environment):
    """The same actions for the same roles: what is used there is used here."""
    local, there = (
        {(role, action) for role, action, _ in granted(templates[name])}
        for name in ("local", environment)
    )

    ours = {each for each in there if not each[0].startswith(_AWS_ONLY)}
    assert ours == local | private(ours)
    roles = templates[environment].all("AWS::IAM::Role").keys()
    assert {role for role in roles if not role.startswith(_AWS_ONLY)} == {role for role, _ in ours}


def test_all_resources_are_meant_only_where_aws_can_name_none(stacks):
    """`*` is for actions that the pages named there list without a resource that is required."""
    for role, action, resource in granted(stacks):
        reviewed = action in REVIEWED or any(
            grant.no_resources and grant.excuses(role, action) for grant in GRANTS
        )
        assert (resource == "*") <= reviewed, f"{role}: {action}"


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: f"{grant.roles} {grant.actions[0]}")
def test_an_excuse_is_needed_and_says_where_aws_says_so(grant, prod):
    """No entry outlives the permission that it is for; each action of it is somebody's."""
    told = granted(prod)
    pages = [page for page in (grant.page, grant.no_resources) if page]

    for action in grant.actions:
        assert any(grant.excuses(role, action) for role, action, _ in told), action
    assert len(grant.why) > 20
    assert all(re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html", page) for page in pages)


def test_who_writes_to_tables_may_use_their_key_as_the_guide_lists(stacks):
    """Always through DynamoDB; there is nobody who only reads."""
    found = {}
    for role, statement in stacks.policies():
        if "EncryptionHistory" in str(statement["Resource"]):
            found[role] = set(listed(statement["Action"]))
            via = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert "dynamodb." in str(via)

    assert list(found.values()) == [WRITE_TABLES] * 7
