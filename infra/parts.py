"""Parts: what the app is made of, as those see it who watch it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_sqs as sqs

from infra.api import Api
from infra.ingest import Ingest
from infra.processing import Processing
from infra.projection import Projection
from infra.reconciliation import Reconciliation


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The capabilities of the app's stack that work on images."""

    api: Api
    ingest: Ingest
    processing: Processing
    projection: Projection
    reconciliation: Reconciliation

    @property
    def dead_letters(self) -> Mapping[str, sqs.IQueue]:
        """The queues of what could not be done, by the names that `darkroom dlq` gives them."""
        endings = self.processing.endings
        return {
            "dead": self.ingest.dead,
            "unannounced": self.ingest.unannounced,
            "unfolded": self.projection.unfolded,
            **({"unended": endings.unended} if endings else {}),
        }

    @property
    def ends_runs(self) -> str:
        """The service under whose name images are counted by how they ended."""
        return "ended" if self.processing.endings else "orchestrator"
