"""What roles are allowed, held against what their functions have called: nothing is left over.

Nothing is missing either, or other tests here would fail: every call is checked by IAM.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import boto3
import pytest
import requests
from aws import Aws
from users import posted, signed_in_with_a_code

from darkroom.client import Client
from darkroom.ids import ImageRef
from infra.indirect import excused, indirect_grants
from steps.testing.sources import jpeg

_STACK = "darkroom-local-app-"

# Where a permission is not called like the operation that takes it.
_OPERATIONS = {
    "s3:GetObjectVersion": ("GetObject",),
    "s3:GetObject": ("GetObject", "HeadObject"),
    "s3:DeleteObjectVersion": ("DeleteObject",),
    "s3:ListBucketVersions": ("ListObjects",),  # as the record calls every listing
    "s3:ListBucket": ("ListObjects",),
}


@dataclass(frozen=True)
class Allowed:
    """An action that a role is allowed, and on what."""

    role: str  # its logical id, as far as its name has it
    action: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """The calls that each function has made, as the embedded cloud has recorded them."""

    aws: Aws

    def has(self, allowed: Allowed) -> bool:
        """Whether a function of the role has made a call that takes this permission."""
        service, _, operation = allowed.action.partition(":")
        operations = _OPERATIONS.get(allowed.action, (operation,))
        return any(
            event["EventSource"] == f"{service}.amazonaws.com" and _fits(event, allowed)
            for key in self._keys.get(allowed.role, ())
            for name in operations
            for event in self._events(key, name)
        )

    def _events(self, key: str, operation: str) -> list[dict[str, Any]]:
        wanted = {"AccessKeyId": key, "EventName": operation}
        attributes = [{"AttributeKey": at, "AttributeValue": it} for at, it in wanted.items()]
        trail: Any = boto3.client("cloudtrail", **self.aws.cloud.client_options)
        found: list[dict[str, Any]] = trail.lookup_events(LookupAttributes=attributes)["Events"]
        return found

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        """The keys that functions sign with, by the name of their role."""
        client = boto3.client("lambda", **self.aws.cloud.client_options)
        keys: dict[str, list[str]] = {}
        for function in client.list_functions()["Functions"]:
            name = function["FunctionName"]
            for version in client.list_versions_by_function(FunctionName=name)["Versions"]:
                role = version["Role"].rpartition("/")[2].removeprefix(_STACK)
                keys.setdefault(role, []).append(_key(version["FunctionArn"], version["Role"]))
        return keys


def _key(function_arn: str, role_arn: str) -> str:
    """The key that MiniStack gives a function: `execution_credentials` of its lambda_runtime."""
    return f"ASIA{sha256(f'{function_arn}:{role_arn}'.encode()).hexdigest()[:16].upper()}"


def _fits(event: dict[str, Any], allowed: Allowed) -> bool:
    """Whether the call was on what is allowed, if the record says on what it was."""
    named = [resource["ResourceName"] for resource in event["Resources"][:1]]
    return all(any(name in resource for resource in allowed.resources) for name in named)


def _allowed(aws: Aws) -> Iterator[Allowed]:
    """Everything that the roles of the deployment are allowed."""
    iam = boto3.client("iam", **aws.cloud.client_options)
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document: Any = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    resources = tuple(_listed(statement["Resource"]))
                    for action in _listed(statement["Action"]):
                        yield Allowed(name.removeprefix(_STACK), action, resources)


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def record(aws: Aws, ada: Client, call: Callable[..., requests.Response]) -> Record:
    """The record of all calls so far: at least two accounts', two uploads' and a download's.

    One user signs in with the code of an authenticator. The second upload is under the same grant:
    it is ignored, and removed. The first is folded again, and the platform is reconciled; then it
    is processed again, and deleted.
    """
    assert signed_in_with_a_code(aws.cloud, call).ok
    content = jpeg(900, 600)
    grant = ada.request_upload("picture", "image/jpeg", len(content), form=True)
    assert grant.form
    for _ in range(2):
        posted(grant.form.url, grant.form.fields, content).raise_for_status()
    image_id = grant.image_id
    ada.settled(image_id)
    aws.left_one_original(image_id)
    ada.page()
    ada.events(image_id)
    ada.download(image_id, "medium")
    aws.refold(ImageRef("main", image_id))
    aws.reconcile()
    ada.settled(image_id, after=ada.reprocess(image_id).version)
    ada.delete(image_id)
    assert not [key for key in aws.keys_in(aws.deployed.variants_bucket) if image_id in key]
    assert aws.originals_of(image_id) == []
    return Record(aws)


def test_every_permission_is_used_or_excused(aws: Aws, record: Record) -> None:
    """What is allowed, less what was called, less infra/indirect_grants.yaml, is nothing."""
    excuses = indirect_grants()

    unused = [
        allowed
        for allowed in _allowed(aws)
        if not excused(excuses, allowed.role, allowed.action) and not record.has(allowed)
    ]

    assert unused == []


def test_a_permission_that_nothing_uses_would_be_found(record: Record) -> None:
    """The record tells roles, operations and resources apart."""
    used = next(each for each in _allowed(record.aws) if each.action == "dynamodb:PutItem")

    assert record.has(used)
    assert not record.has(Allowed(used.role, "dynamodb:DeleteItem", used.resources))
    assert not record.has(Allowed(used.role, used.action, ("arn:aws:dynamodb:::table/other",)))
    assert not record.has(Allowed("ApiAuth", used.action, used.resources))
