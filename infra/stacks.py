"""The two stacks: what must never be lost, and what can be made again."""

from aws_cdk import App, CfnOutput, CliCredentialsStackSynthesizer, Stack, Tags
from aws_cdk.aws_lambda import Code
from constructs import Construct

from infra.api import Api
from infra.assets import Assets
from infra.delivery import Delivery
from infra.encryption import Encryption
from infra.firewall import EdgeStack, guard
from infra.history import History
from infra.identity import Identity
from infra.ingest import Ingest
from infra.kept import Kept
from infra.monitoring import Monitoring
from infra.network import Network
from infra.parts import Parts
from infra.pipelines import CompiledPipeline
from infra.processing import Processing
from infra.projection import Projection
from infra.reconciliation import Reconciliation
from infra.release import made_of
from infra.rollout import roll_out
from infra.settings import Settings
from infra.storage import Storage
from infra.timing import timing


class DataStack(Stack):
    """Keys, buckets, tables and users.

    `make destroy` removes the other stack only. Whoever deletes this one by hand is refused where
    `settings.protect_data`, and where `settings.retain_data` loses none of what is in it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Darkroom: originals, variants, history and users",
            termination_protection=settings.protect_data,
            synthesizer=_synthesizer(settings),
        )
        encryption = Encryption(self, "Encryption", settings=settings)
        self.kept = Kept(
            encryption=encryption,
            storage=Storage(self, "Storage", settings=settings, encryption=encryption),
            history=History(self, "History", settings=settings, encryption=encryption),
            identity=Identity(self, "Identity", settings=settings),
        )
        self._write_outputs()

    def _write_outputs(self) -> None:
        outputs = {
            "EventsTable": self.kept.history.events.table_name,
            "ViewsTable": self.kept.history.views.table_name,
            "CountersTable": self.kept.history.counters.table_name,
            "OriginalsBucket": self.kept.storage.originals.bucket_name,
            "VariantsBucket": self.kept.storage.variants.bucket_name,
            "UserPoolId": self.kept.identity.pool.user_pool_id,
            "UserPoolClientId": self.kept.identity.client.user_pool_client_id,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


class AppStack(Stack):
    """Everything that works on the data: functions, queues, the pipeline, the API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        kept: Kept,
        compiled: CompiledPipeline,
        assets: Assets,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Darkroom: the API, ingest, the pipeline and the projection",
            synthesizer=_synthesizer(settings),
        )
        self._add_path(settings, kept, compiled, assets)
        if settings.network != "none":
            Network(self, "Network", settings=settings).admit(self)
        kept.encryption.cover_logs(self)
        self._write_outputs()

    def _add_path(
        self, settings: Settings, kept: Kept, compiled: CompiledPipeline, assets: Assets
    ) -> None:
        """What an image passes, in its order; only the stages carry imaging libraries."""
        code = Code.from_asset(str(assets.api))
        stage_code = {each: Code.from_asset(str(path)) for each, path in assets.stages.items()}
        awaited = compiled.ENGINE == "express"
        times = timing(settings, worst_case_s=compiled.WORST_CASE_S, awaited=awaited)
        self.ingest = Ingest(self, "Ingest", settings=settings, code=code, timing=times, kept=kept)
        self.processing = Processing(
            self,
            "Processing",
            settings=settings,
            code=code,
            stage_code=stage_code,
            compiled=compiled,
            timing=times,
            kept=kept,
            ingest=self.ingest,
            made_of=made_of(settings, compiled, assets),
        )
        self.projection = Projection(self, "Projection", settings=settings, code=code, kept=kept)
        self.reconciliation = Reconciliation(
            self,
            "Reconciliation",
            settings=settings,
            code=code,
            kept=kept,
            intake=self.ingest.intake,
        )
        delivery = None
        if settings.cdn_keys:
            delivery = Delivery(self, "Delivery", settings=settings, kept=kept)
        self.api = Api(
            self,
            "Api",
            settings=settings,
            code=code,
            compiled=compiled,
            kept=kept,
            intake=self.ingest.intake,
            delivery=delivery,
        )
        if settings.firewall:
            guard(self.api.rest, settings=settings)
        if settings.watched:
            self._watch(settings, compiled)

    def _watch(self, settings: Settings, compiled: CompiledPipeline) -> None:
        """What calls for a human, and takes a release back that does harm."""
        parts = Parts(
            api=self.api,
            ingest=self.ingest,
            processing=self.processing,
            projection=self.projection,
            reconciliation=self.reconciliation,
        )
        watching = Monitoring(self, "Monitoring", settings=settings, compiled=compiled, parts=parts)
        if settings.canary:
            alarms = watching.of_a_release
            roll_out(self.processing, alias=self.processing.live, alarms=alarms)

    def _write_outputs(self) -> None:
        outputs = {
            "ApiId": self.api.rest.rest_api_id,
            "ApiStage": self.api.rest.deployment_stage.stage_name,
            "ApiUrl": self._api_url(),
            "QueueUrl": self.ingest.intake.queue_url,
            "DeadLettersUrl": self.ingest.dead.queue_url,
            "UnannouncedUrl": self.ingest.unannounced.queue_url,
            "RefoldUrl": self.projection.refold.queue_url,
            "UnfoldedUrl": self.projection.unfolded.queue_url,
            "Orchestrator": self.processing.orchestrator.function.function_name,
            "StateMachineArn": self.processing.pipeline.state_machine.state_machine_arn,
        }
        if self.processing.endings:
            outputs["UnendedUrl"] = self.processing.endings.unended.queue_url
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

    def _api_url(self) -> str:
        """Without a slash at the end, unlike `rest.url`: clients append paths that begin with one.

        The address is by the API Gateway guide, "Invoke REST APIs".
        """
        rest = self.api.rest
        host = f"{rest.rest_api_id}.execute-api.{self.region}.{self.url_suffix}"
        return f"https://{host}/{rest.deployment_stage.stage_name}"


def add_stacks(
    app: App, *, settings: Settings, compiled: CompiledPipeline, assets: Assets
) -> tuple[DataStack, AppStack]:
    """Add both stacks of one environment to `app`; nothing is asked of AWS."""
    name = f"darkroom-{settings.environment}"
    base = DataStack(app, f"{name}-data", settings=settings)
    work = AppStack(
        app,
        f"{name}-app",
        settings=settings,
        kept=base.kept,
        compiled=compiled,
        assets=assets,
    )
    if settings.cdn_keys and settings.firewall:
        EdgeStack(app, f"{name}-edge", settings=settings)
    Tags.of(app).add("project", "darkroom")
    Tags.of(app).add("environment", settings.environment)
    return base, work


def _synthesizer(settings: Settings) -> CliCredentialsStackSynthesizer | None:
    """How assets travel: on AWS by the roles of `cdk bootstrap`, which is the default.

    Locally there is no bootstrap; the bucket of `settings.assets_bucket` is made beforehand.
    """
    if settings.assets_bucket is None:
        return None
    return CliCredentialsStackSynthesizer(file_assets_bucket_name=settings.assets_bucket)
