"""Reconciliation: at fixed times, what was lost without a word is brought to its ending."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.functions import PlatformFunction
from infra.kept import Kept
from infra.permissions import allow, append_only, use_key, use_table_key
from infra.settings import Settings


class Reconciliation(Construct):
    """Clock -> function `reconcile`, which goes through the originals, a part at each call.

    A call that fails is made again by Lambda, twice, and by the clock: no queue keeps it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        kept: Kept,
        intake: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.reconciler = PlatformFunction(
            self,
            "Reconciler",
            settings=settings,
            code=code,
            handler="reconcile",
            environment={
                "EVENTS_TABLE": kept.history.events.table_name,
                "VIEWS_TABLE": kept.history.views.table_name,
                "ORIGINALS_BUCKET": kept.storage.originals.bucket_name,
                "VARIANTS_BUCKET": kept.storage.variants.bucket_name,
                "QUEUE_URL": intake.queue_url,
            },
            permissions=self._permissions(kept, intake),
            timeout_s=60,
        )
        rule = events.Rule(
            self,
            "Clock",
            description="Looks for runs that nobody ended, and for uploads that nobody told of",
            schedule=events.Schedule.rate(Duration.minutes(settings.reconciled_every_min)),
        )
        rule.add_target(targets.LambdaFunction(self.reconciler.function))

    def _permissions(self, kept: Kept, intake: sqs.IQueue) -> list[iam.PolicyStatement]:
        originals, variants = kept.storage.originals, kept.storage.variants
        return [
            allow("dynamodb:Query", "dynamodb:PutItem", on=[kept.history.events.table_arn]),
            append_only(kept.history.events),
            # How far it has come is kept beside the views.
            allow("dynamodb:GetItem", "dynamodb:PutItem", on=[kept.history.views.table_arn]),
            use_table_key(kept.encryption.history, writes=True),
            allow("s3:ListBucketVersions", on=[originals.bucket_arn]),
            # An object that came second under one grant is nobody's image.
            allow("s3:DeleteObjectVersion", on=[originals.arn_for_objects("*")]),
            # Nor is an object that no event names.
            allow("s3:ListBucket", on=[variants.bucket_arn]),
            allow("s3:DeleteObject", on=[variants.arn_for_objects("*")]),
            allow("sqs:GetQueueAttributes", "sqs:SendMessage", on=[intake.queue_arn]),
            use_key(kept.encryption.messages, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        ]
