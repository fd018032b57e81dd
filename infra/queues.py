"""Queues: how the platform makes one."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.settings import Settings
from infra.timing import DEAD_KEPT_DAYS, KEPT_DAYS


def dead_letters(
    scope: Construct, construct_id: str, *, settings: Settings, key: kms.IKey
) -> sqs.Queue:
    """A queue for what could not be done. It keeps a message as long as SQS can: 14 days."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption_master_key=key,
        enforce_ssl=settings.tls_only,
        retention_period=Duration.days(DEAD_KEPT_DAYS),
    )


def work_queue(
    scope: Construct,
    construct_id: str,
    *,
    settings: Settings,
    key: kms.IKey,
    dead: sqs.IQueue,
    visibility_s: int,
) -> sqs.Queue:
    """A queue whose messages go to `dead` after `settings.max_receives` tries."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption_master_key=key,
        enforce_ssl=settings.tls_only,
        retention_period=Duration.days(KEPT_DAYS),
        visibility_timeout=Duration.seconds(visibility_s),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=settings.max_receives),
    )
