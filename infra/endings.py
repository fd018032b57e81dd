"""Endings: a Standard machine tells when its executions end, and their runs are ended."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.functions import PlatformFunction
from infra.kept import Kept
from infra.permissions import allow, append_only, use_key, use_table_key
from infra.pipelines import CompiledPipeline, plan_path
from infra.queues import dead_letters
from infra.settings import Settings

# Every way to end. Source: Step Functions guide, "Automating Step Functions event delivery".
_ENDED = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class Endings(Construct):
    """Executions of `machine` -> rule -> function `ended`.

    EventBridge calls the function without waiting; a call that fails three times is kept in the
    queue `unended`. Only Standard machines tell of their executions, so Express has none of this.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        compiled: CompiledPipeline,
        machine: sfn.IStateMachine,
        kept: Kept,
        intake: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        key = kept.encryption.messages
        self.unended = dead_letters(self, "Unended", settings=settings, key=key)
        self.ended = PlatformFunction(
            self,
            "Ended",
            settings=settings,
            code=code,
            handler="ended",
            environment={
                "PLAN": plan_path(compiled),
                "EVENTS_TABLE": kept.history.events.table_name,
                "QUEUE_URL": intake.queue_url,
            },
            permissions=self._permissions(kept, intake),
            timeout_s=30,
        )
        self.ended.function.configure_async_invoke(
            on_failure=destinations.SqsDestination(self.unended),
            retry_attempts=2,
            max_event_age=Duration.hours(6),
        )
        self._listen(machine)

    def _listen(self, machine: sfn.IStateMachine) -> None:
        rule = events.Rule(
            self,
            "Rule",
            description="Executions of the pipeline's machine that have ended",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"status": _ENDED, "stateMachineArn": [machine.state_machine_arn]},
            ),
        )
        rule.add_target(targets.LambdaFunction(self.ended.function))

    def _permissions(self, kept: Kept, intake: sqs.IQueue) -> list[iam.PolicyStatement]:
        """It ends runs, or sends their message once more; Lambda tells `unended` in its name."""
        key = kept.encryption.messages
        return [
            allow("dynamodb:Query", "dynamodb:PutItem", on=[kept.history.events.table_arn]),
            append_only(kept.history.events),
            use_table_key(kept.encryption.history, writes=True),
            allow("sqs:SendMessage", on=[intake.queue_arn, self.unended.queue_arn]),
            use_key(key, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        ]
