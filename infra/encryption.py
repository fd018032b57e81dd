"""Encryption: one key for each class of data."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.settings import Settings


class Encryption(Construct):
    """The keys. Separate, since a key shared by a bucket and its queue makes the stack circular.

    Their policies name this account only; who may use them is said by the roles, each time
    with the service through which.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.originals = self._key("Originals", "the originals, as they were uploaded")
        self.variants = self._key("Variants", "the variants made from originals")
        self.history = self._key("History", "the events, and the views folded from them")
        self.messages = self._key("Messages", "the messages waiting in queues")

    def _key(self, construct_id: str, what: str) -> kms.Key:
        retain = self._settings.retain_data
        return kms.Key(
            self,
            construct_id,
            description=f"Darkroom {self._settings.environment}: {what}",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
