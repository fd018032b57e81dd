"""Processing: the compiled pipeline, and the orchestrator that runs it for each message."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.concurrency import check_concurrency
from infra.endings import Endings
from infra.functions import ARCHITECTURE, RUNTIME, PlatformFunction, powertools
from infra.ingest import Ingest
from infra.kept import Kept
from infra.permissions import allow, append_only, use_key, use_table_key
from infra.pipelines import CompiledPipeline, DeployedPipeline, plan_path
from infra.release import live, published
from infra.settings import Settings
from infra.timing import Timing

_STARTS_BY = {"express": "states:StartSyncExecution", "standard": "states:StartExecution"}


class Processing(Construct):
    """Queue `intake` -> function `orchestrator` -> state machine of the pipeline -> stages.

    The orchestrator waits for the Express run it starts. So the number of orchestrators is the
    number of runs, the queue holds a burst, and every ending comes back to someone who records it.
    Standard runs are only started; `Endings` records how they end.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        stage_code: Mapping[tuple[str, ...], lambda_.Code],
        compiled: CompiledPipeline,
        timing: Timing,
        kept: Kept,
        ingest: Ingest,
        made_of: str,
    ) -> None:
        super().__init__(scope, construct_id)
        check_concurrency(settings, stages_at_once=compiled.STAGES_AT_ONCE)
        self.pipeline = self._pipeline(settings, stage_code, compiled, kept)
        self.machine = published(
            self.pipeline.state_machine,
            starts_by=_STARTS_BY[compiled.ENGINE],
            settings=settings,
        )
        self.orchestrator = PlatformFunction(
            self,
            "Orchestrator",
            settings=settings,
            code=code,
            handler="orchestrator",
            environment=self._environment(settings, compiled, timing, kept, ingest),
            permissions=self._permissions(kept, ingest),
            # It may wait for the run, and each second of waiting is paid for by the megabyte.
            memory_mb=256,
            timeout_s=timing.orchestrator_s,
        )
        self.live = live(self.orchestrator.function, made_of=made_of)
        self._take_messages(ingest, runs_at_once=settings.runs_at_once)
        self.endings: Endings | None = None
        if compiled.ENGINE == "standard":
            self.endings = Endings(
                self,
                "Endings",
                settings=settings,
                code=code,
                compiled=compiled,
                machine=self.pipeline.state_machine,
                kept=kept,
                intake=ingest.intake,
            )

    def _take_messages(self, ingest: Ingest, *, runs_at_once: int) -> None:
        """Call the function that is live for each message; a message is a run."""
        self.live.add_event_source_mapping(
            "Intake",
            event_source_arn=ingest.intake.queue_arn,
            batch_size=1,
            max_concurrency=runs_at_once,
            report_batch_item_failures=True,
        )

    def _pipeline(
        self,
        settings: Settings,
        code: Mapping[tuple[str, ...], lambda_.Code],
        compiled: CompiledPipeline,
        kept: Kept,
    ) -> DeployedPipeline:
        return compiled(
            self,
            "Pipeline",
            code=code,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            environment={**powertools(settings, "stage"), "DARKROOM_PLAN": plan_path(compiled)},
            log_retention=settings.log_retention,
            events=kept.history.events,
            events_key=kept.encryption.history,
            originals=kept.storage.originals,
            originals_key=kept.encryption.originals,
            variants=kept.storage.variants,
            variants_key=kept.encryption.variants,
        )

    def _environment(
        self,
        settings: Settings,
        compiled: CompiledPipeline,
        timing: Timing,
        kept: Kept,
        ingest: Ingest,
    ) -> dict[str, str]:
        return {
            "PLAN": plan_path(compiled),
            "EVENTS_TABLE": kept.history.events.table_name,
            "QUEUE_URL": ingest.intake.queue_url,
            "STATE_MACHINE_ARN": self.machine.arn,
            "MAX_RECEIVES": str(settings.max_receives),
            "PATIENCE_S": str(timing.patience_s),
        }

    def _permissions(self, kept: Kept, ingest: Ingest) -> list[iam.PolicyStatement]:
        take = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        return [
            allow("dynamodb:Query", "dynamodb:PutItem", on=[kept.history.events.table_arn]),
            append_only(kept.history.events),
            use_table_key(kept.encryption.history, writes=True),
            self.machine.permission,
            # It takes messages, and sends those anew whose run was throttled.
            allow(*take, "sqs:SendMessage", on=[ingest.intake.queue_arn]),
            use_key(kept.encryption.messages, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        ]
