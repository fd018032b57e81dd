"""Statements of policies, written out: what a role may do is read here and nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


def allow(
    *actions: str, on: Sequence[str], when: Mapping[str, Any] | None = None
) -> iam.PolicyStatement:
    """Allow `actions` on the resources `on`, if the conditions `when` hold."""
    return iam.PolicyStatement(actions=list(actions), resources=list(on), conditions=when)


def use_key(key: kms.IKey, *actions: str, through: str) -> iam.PolicyStatement:
    """Allow `actions` of KMS on `key`, but only as the service `through` asks for them."""
    region = Stack.of(key).region
    return allow(
        *actions,
        on=[key.key_arn],
        when={"StringEquals": {"kms:ViaService": f"{through}.{region}.amazonaws.com"}},
    )


def append_only(events: dynamodb.ITable) -> iam.PolicyStatement:
    """Deny every way of changing or removing an event: history is only ever added to."""
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=[
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLDelete",
            "dynamodb:PartiQLUpdate",
            "dynamodb:UpdateItem",
        ],
        resources=[events.table_arn],
    )


def traced() -> iam.PolicyStatement:
    """Send traces. X-Ray has no resources to name: AWS Service Authorization Reference."""
    return allow("xray:PutTraceSegments", "xray:PutTelemetryRecords", on=["*"])


def lambda_role(scope: Construct, construct_id: str, *statements: iam.PolicyStatement) -> iam.IRole:
    """A role for one function that may do what `statements` say, and no construct may widen.

    The permissions are part of the role itself, so they are there before anything that uses it.
    """
    role = iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"permissions": iam.PolicyDocument(statements=list(statements))},
    )
    return role.without_policy_updates()
