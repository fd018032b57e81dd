"""Projection: every new event is a hint to fold its stream into the views again."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from infra.functions import PlatformFunction
from infra.kept import Kept
from infra.permissions import allow, append_only, use_key, use_table_key
from infra.queues import dead_letters, work_queue
from infra.settings import Settings
from infra.timing import visibility_s

_TIMEOUT_S = 30


class Projection(Construct):
    """Stream of `events` -> function `projector` -> table `views`.

    An image that cannot be folded goes to the queue `refold`, and its shard goes on; the function
    `refold` folds it again, and after `settings.max_receives` tries it is in the queue `unfolded`.
    Only where not even the queue can be reached does Lambda try the records again, five times,
    and then tell `unfolded` where in the stream they were.

    A record of anything but a new event is an alarm (infra/alarms.py): the history only grows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        kept: Kept,
    ) -> None:
        super().__init__(scope, construct_id)
        key = kept.encryption.messages
        self.unfolded = dead_letters(self, "Unfolded", settings=settings, key=key)
        self.refold = work_queue(
            self,
            "Refold",
            settings=settings,
            key=key,
            dead=self.unfolded,
            # A pause, too, before an image is folded again.
            visibility_s=visibility_s(settings, queue="refold", consumer_s=_TIMEOUT_S),
        )
        stream_arn = kept.history.events.table_stream_arn
        if stream_arn is None:
            raise ValueError("The table of events has no stream")
        self.projector = PlatformFunction(
            self,
            "Projector",
            settings=settings,
            code=code,
            handler="projector",
            environment={
                "EVENTS_TABLE": kept.history.events.table_name,
                "VIEWS_TABLE": kept.history.views.table_name,
                "REFOLD_URL": self.refold.queue_url,
            },
            permissions=self._permissions(kept, stream_arn),
            timeout_s=_TIMEOUT_S,
        )
        self._follow(stream_arn)
        self._fold_again(settings, code, kept)

    def _follow(self, stream_arn: str) -> None:
        """Call the function with each batch of new events."""
        self.projector.function.add_event_source_mapping(
            "Events",
            event_source_arn=stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=25,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=5,
            # An hour short of a stream's 24: what is older is lost without being told.
            max_record_age=Duration.hours(23),
            on_failure=event_sources.SqsDlq(self.unfolded),
        )

    def _fold_again(self, settings: Settings, code: lambda_.Code, kept: Kept) -> None:
        """Call another function for each image that could not be folded."""
        take = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        refolder = PlatformFunction(
            self,
            "Refolder",
            settings=settings,
            code=code,
            handler="refold",
            environment={
                "EVENTS_TABLE": kept.history.events.table_name,
                "VIEWS_TABLE": kept.history.views.table_name,
            },
            permissions=[
                *_folding(kept),
                allow(*take, on=[self.refold.queue_arn]),
                use_key(kept.encryption.messages, "kms:Decrypt", through="sqs"),
            ],
            timeout_s=_TIMEOUT_S,
        )
        refolder.function.add_event_source_mapping(
            "Refold",
            event_source_arn=self.refold.queue_arn,
            batch_size=1,
            max_concurrency=2,  # the fewest that AWS takes
            report_batch_item_failures=True,
        )

    def _permissions(self, kept: Kept, stream_arn: str) -> list[iam.PolicyStatement]:
        key = kept.encryption.messages
        read = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
        return [
            *_folding(kept),
            allow(*read, on=[stream_arn]),
            # ListStreams names no stream: AWS Service Authorization Reference.
            allow("dynamodb:ListStreams", on=["*"]),
            allow("sqs:SendMessage", on=[self.refold.queue_arn, self.unfolded.queue_arn]),
            use_key(key, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        ]


def _folding(kept: Kept) -> list[iam.PolicyStatement]:
    """What it takes to read a history and to put what follows from it into the views."""
    return [
        allow("dynamodb:Query", on=[kept.history.events.table_arn]),
        append_only(kept.history.events),
        # Which generations of views there are, is read.
        allow("dynamodb:GetItem", "dynamodb:PutItem", on=[kept.history.views.table_arn]),
        use_table_key(kept.encryption.history, writes=True),
    ]
