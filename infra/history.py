"""History: the table of events, which is the truth, that of views folded from it, and counters."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.encryption import Encryption
from infra.settings import Settings

_TEXT = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER


class History(Construct):
    """`events` has one item for each event, (stream, version); `views` one for each row.

    `counters` has what users were granted, by user and day; its items expire.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, encryption: Encryption
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._key = encryption.history
        self.events = self._table(
            "Events", sort_by=_NUMBER, stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        )
        self.views = self._table("Views", sort_by=_TEXT, stream=None)
        self.counters = self._table("Counters", sort_by=_TEXT, stream=None, expires_by="expires_at")

    def _table(
        self,
        construct_id: str,
        *,
        sort_by: dynamodb.AttributeType,
        stream: dynamodb.StreamViewType | None,
        expires_by: str | None = None,
    ) -> dynamodb.Table:
        retain = self._settings.retain_data
        return dynamodb.Table(
            self,
            construct_id,
            partition_key=dynamodb.Attribute(name="pk", type=_TEXT),
            sort_key=dynamodb.Attribute(name="sk", type=sort_by),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self._key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=stream,
            time_to_live_attribute=expires_by,
            deletion_protection=self._settings.protect_data,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
