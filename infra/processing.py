"""Processing: the compiled pipeline, and the orchestrator that runs it for each message."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.encryption import Encryption
from infra.functions import ARCHITECTURE, RUNTIME, PlatformFunction, powertools
from infra.history import History
from infra.ingest import Ingest
from infra.permissions import allow, append_only, use_key
from infra.pipelines import CompiledPipeline, plan_path
from infra.settings import Settings
from infra.storage import Storage


class Processing(Construct):
    """Queue `intake` -> function `orchestrator` -> state machine of the pipeline -> stages.

    The orchestrator waits for the run it starts. So the number of orchestrators is the number
    of runs, the queue holds a burst, and every ending comes back to someone who records it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        api_code: lambda_.Code,
        stage_code: lambda_.Code,
        compiled: CompiledPipeline,
        orchestrator_s: int,
        encryption: Encryption,
        storage: Storage,
        history: History,
        ingest: Ingest,
    ) -> None:
        super().__init__(scope, construct_id)
        self.pipeline = compiled(
            self,
            "Pipeline",
            code=stage_code,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            environment={
                "DARKROOM_TENANT": settings.tenant,
                "DARKROOM_PIPELINE": compiled.NAME,
                **powertools(settings, "stage"),
            },
            log_retention=settings.log_retention,
            events=history.events,
            events_key=encryption.history,
            originals=storage.originals,
            originals_key=encryption.originals,
            variants=storage.variants,
            variants_key=encryption.variants,
        )
        self.orchestrator = PlatformFunction(
            self,
            "Orchestrator",
            settings=settings,
            code=api_code,
            handler="orchestrator",
            environment={
                "TENANT": settings.tenant,
                "PIPELINE": compiled.NAME,
                "PLAN": plan_path(compiled),
                "EVENTS_TABLE": history.events.table_name,
                "STATE_MACHINE_ARN": self.pipeline.state_machine.state_machine_arn,
                "MAX_RECEIVES": str(settings.max_receives),
            },
            permissions=self._permissions(encryption, history, ingest),
            timeout_s=orchestrator_s,
        )
        self.orchestrator.function.add_event_source_mapping(
            "Intake",
            event_source_arn=ingest.intake.queue_arn,
            batch_size=1,
            max_concurrency=settings.runs_at_once,
            report_batch_item_failures=True,
        )

    def _permissions(
        self, encryption: Encryption, history: History, ingest: Ingest
    ) -> list[iam.PolicyStatement]:
        return [
            allow("dynamodb:Query", "dynamodb:PutItem", on=[history.events.table_arn]),
            append_only(history.events),
            use_key(encryption.history, "kms:Decrypt", through="dynamodb"),
            allow("states:StartSyncExecution", on=[self.pipeline.state_machine.state_machine_arn]),
            allow(
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                on=[ingest.intake.queue_arn],
            ),
            use_key(encryption.messages, "kms:Decrypt", through="sqs"),
        ]
