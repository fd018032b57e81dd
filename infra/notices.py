"""Notices: the one topic by which the platform calls for a human."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.settings import Settings

# Who publishes, and from where: alarms of ours, and the budget of the account.
_ALARMS = f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:darkroom-*"
_BUDGETS = f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*"
_PUBLISHERS = {"cloudwatch.amazonaws.com": _ALARMS, "budgets.amazonaws.com": _BUDGETS}


class Notices(Construct):
    """An encrypted topic, and a mail to `settings.notices_to` for whatever is published there.

    Its key is its own: a key of data must not be usable by services that only send notices.
    Nothing in a notice names an image or a person.

    Source: SNS guide, "Enable compatibility between event sources from AWS services and encrypted
    topics"; Cost Management guide, "Creating an Amazon SNS topic for budget notifications".
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"Darkroom {settings.environment}: notices of alarms and the budget",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=settings.tls_only)
        for service, source in _PUBLISHERS.items():
            publisher = _for_us(service, source)
            use_key = ["kms:Decrypt", "kms:GenerateDataKey"]
            self.key.add_to_resource_policy(_allow(publisher, use_key, "*"))
            self.topic.add_to_resource_policy(
                _allow(publisher, ["sns:Publish"], self.topic.topic_arn)
            )
        if settings.notices_to:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.notices_to))


def _for_us(service: str, source: str) -> iam.ServicePrincipal:
    """The service, but only on behalf of what is ours."""
    return iam.ServicePrincipal(
        service,
        conditions={
            "ArnLike": {"aws:SourceArn": source},
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        },
    )


def _allow(who: iam.IPrincipal, actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(principals=[who], actions=actions, resources=[resource])
