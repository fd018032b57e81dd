"""Encryption: one key for each class of data."""

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import Settings


class Encryption(Construct):
    """The keys. Separate, since a key shared by a bucket and its queue makes the stack circular.

    Their policies name this account only, but for logs, which CloudWatch writes by itself; who may
    use them is said by the roles, each time with the service through which.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.originals = self._key("Originals", "the originals, as they were uploaded")
        self.variants = self._key("Variants", "the variants made from originals")
        self.history = self._key("History", "the events, and the views folded from them")
        self.messages = self._key("Messages", "the messages waiting in queues")
        self.logs = self._key("Logs", "what functions and gateways log")
        self.logs.add_to_resource_policy(_written_by_cloudwatch())

    def cover_logs(self, stack: Stack) -> None:
        """Have every log of `stack` encrypted by the key of logs, whichever construct made it."""
        for group in stack.node.find_all():
            if isinstance(group, logs.CfnLogGroup):
                group.kms_key_id = self.logs.key_arn

    def _key(self, construct_id: str, what: str) -> kms.Key:
        retain = self._settings.retain_data
        return kms.Key(
            self,
            construct_id,
            description=f"Darkroom {self._settings.environment}: {what}",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )


def _written_by_cloudwatch() -> iam.PolicyStatement:
    """Let CloudWatch use the key for logs of this account and region, and of no other.

    Source: CloudWatch Logs guide, "Encrypt log data in CloudWatch Logs using AWS KMS", which tells
    whose logs they are by the encryption context, not by `aws:SourceArn`.
    """
    groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        resources=["*"],  # in a key's policy: this key
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )
