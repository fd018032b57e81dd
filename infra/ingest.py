"""Ingest: an original arrives, is put on record, and waits in a queue for its run."""

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from constructs import Construct

from infra.functions import PlatformFunction
from infra.kept import Kept
from infra.permissions import allow, append_only, lambda_role, logged, use_key, use_table_key
from infra.queues import dead_letters, work_queue
from infra.settings import Settings
from infra.timing import Timing

# The name under which CDK keeps the one function that sets notifications of buckets.
_NOTIFIER = "BucketNotificationsHandler050a0587b7544547bf325f094a3db834"


class Ingest(Construct):
    """Bucket of originals -> function `s3_event` -> queue `intake`.

    S3 calls the function without waiting, and would drop what fails three times: that goes
    to the queue `unannounced`. What no run could be made of goes from `intake` to `dead`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        timing: Timing,
        kept: Kept,
    ) -> None:
        super().__init__(scope, construct_id)
        key = kept.encryption.messages
        self.unannounced = dead_letters(self, "Unannounced", settings=settings, key=key)
        self.dead = dead_letters(self, "Dead", settings=settings, key=key)
        self.intake = work_queue(
            self,
            "Intake",
            settings=settings,
            key=key,
            dead=self.dead,
            visibility_s=timing.visibility_s,
        )
        self.s3_event = self._s3_event(settings, code, kept)
        self._notify(kept.storage.originals, settings)

    def _s3_event(self, settings: Settings, code: lambda_.Code, kept: Kept) -> PlatformFunction:
        s3_event = PlatformFunction(
            self,
            "S3Event",
            settings=settings,
            code=code,
            handler="s3_event",
            environment={
                "TENANT": settings.tenant,
                "EVENTS_TABLE": kept.history.events.table_name,
                "COUNTERS_TABLE": kept.history.counters.table_name,
                "ORIGINALS_BUCKET": kept.storage.originals.bucket_name,
                "QUEUE_URL": self.intake.queue_url,
            },
            permissions=self._permissions(kept),
            timeout_s=30,
        )
        s3_event.function.configure_async_invoke(
            on_failure=destinations.SqsDestination(self.unannounced),
            retry_attempts=2,
            max_event_age=Duration.hours(6),
        )
        return s3_event

    def _permissions(self, kept: Kept) -> list[iam.PolicyStatement]:
        key = kept.encryption.messages
        return [
            allow("dynamodb:Query", "dynamodb:PutItem", on=[kept.history.events.table_arn]),
            append_only(kept.history.events),
            allow("dynamodb:UpdateItem", on=[kept.history.counters.table_arn]),
            use_table_key(kept.encryption.history, writes=True),
            # An object that came second under one grant is nobody's image.
            allow("s3:DeleteObjectVersion", on=[kept.storage.originals.arn_for_objects("*")]),
            allow("sqs:SendMessage", on=[self.intake.queue_arn, self.unannounced.queue_arn]),
            use_key(key, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        ]

    def _notify(self, bucket: s3.IBucket, settings: Settings) -> None:
        """Tell the function of every new original.

        The bucket lives in the other stack, and CloudFormation cannot set a notification from
        here: CDK's own resource calls S3. It gets a role of ours, which may do that and no more.
        """
        log_group = logs.LogGroup(
            self,
            "NotifierLogs",
            retention=settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = lambda_role(
            self,
            "NotifierRole",
            allow("s3:GetBucketNotification", "s3:PutBucketNotification", on=[bucket.bucket_arn]),
            logged(log_group),
        )
        known = s3.Bucket.from_bucket_attributes(
            self, "Originals", bucket_arn=bucket.bucket_arn, notifications_handler_role=role
        )
        known.add_event_notification(
            s3.EventType.OBJECT_CREATED,
            notifications.LambdaDestination(self.s3_event.function),
        )
        notifier = Stack.of(self).node.find_child(_NOTIFIER).node.find_child("Resource")
        if not isinstance(notifier, CfnResource):
            raise TypeError("CDK sets notifications of buckets in another way than it used to")
        notifier.add_property_override("LoggingConfig.LogGroup", log_group.log_group_name)
