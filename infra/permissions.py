"""Statements of policies, written out: what a role may do is read here and nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

TABLE_KEY_READ = ("kms:Decrypt",)
TABLE_KEY_WRITE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


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


def use_table_key(key: kms.IKey, *, writes: bool) -> iam.PolicyStatement:
    """Allow what DynamoDB asks of the key of a table on behalf of those who call it.

    Whoever reads decrypts the table's key. For writing, that is needed too (aws-cdk #10010), and
    nothing of AWS says that it is enough: so writers get the whole list of the guide, but for
    CreateGrant, which only the creator of a table needs.

    Source: DynamoDB developer guide, "Encryption at rest usage notes": "Decrypt" for access, and
    "Key policy for a customer managed key" for the list.
    """
    return use_key(key, *(TABLE_KEY_WRITE if writes else TABLE_KEY_READ), through="dynamodb")


def append_only(events: dynamodb.ITable) -> iam.PolicyStatement:
    """Deny every call whose purpose is to change or remove events.

    It is not all: IAM cannot require a condition, so a PutItem without one could still replace an
    event. Ours always has its condition; infra/alarms.py has one on any replacement, and
    the chain of hashes shows it.
    """
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


def logged(group: logs.ILogGroup) -> iam.PolicyStatement:
    """Write to one log group."""
    return allow("logs:CreateLogStream", "logs:PutLogEvents", on=[group.log_group_arn])


def traced() -> iam.PolicyStatement:
    """Send traces. X-Ray has no resources to name: AWS Service Authorization Reference."""
    return allow("xray:PutTraceSegments", "xray:PutTelemetryRecords", on=["*"])


def only_lambda_itself(*actions: str) -> iam.PolicyStatement:
    """Deny `actions` to the code of every function: they are for Lambda, which acts in its name.

    Source: Lambda guide, "Giving Lambda functions access to resources in an Amazon VPC": the
    condition key is there only where a function's code calls.
    """
    functions = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:*"
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=list(actions),
        resources=["*"],
        conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
    )


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
