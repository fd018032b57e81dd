"""The two stacks: what must never be lost, and what can be made again."""

from aws_cdk import App, CfnOutput, CliCredentialsStackSynthesizer, Stack, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api import Api
from infra.assets import Assets
from infra.encryption import Encryption
from infra.history import History
from infra.identity import Identity
from infra.ingest import Ingest
from infra.pipelines import CompiledPipeline
from infra.processing import Processing
from infra.projection import Projection
from infra.settings import Settings
from infra.storage import Storage
from infra.timing import timing


class DataStack(Stack):
    """Keys, buckets, tables and users. Destroying the app leaves it alone."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Darkroom: originals, variants, history and users",
            termination_protection=settings.protect_data,
            synthesizer=_synthesizer(settings),
        )
        self.encryption = Encryption(self, "Encryption", settings=settings)
        self.storage = Storage(self, "Storage", settings=settings, encryption=self.encryption)
        self.history = History(self, "History", settings=settings, encryption=self.encryption)
        self.identity = Identity(self, "Identity", settings=settings)


class AppStack(Stack):
    """Everything that works on the data: functions, queues, the pipeline, the API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        data: DataStack,
        compiled: CompiledPipeline,
        assets: Assets,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Darkroom: the API, ingest, the pipeline and the projection",
            synthesizer=_synthesizer(settings),
        )
        api_code = lambda_.Code.from_asset(str(assets.api))
        times = timing(settings, worst_case_s=compiled.WORST_CASE_S)
        self.ingest = Ingest(
            self,
            "Ingest",
            settings=settings,
            code=api_code,
            pipeline=compiled.NAME,
            visibility_s=times.visibility_s,
            encryption=data.encryption,
            storage=data.storage,
            history=data.history,
        )
        self.processing = Processing(
            self,
            "Processing",
            settings=settings,
            api_code=api_code,
            stage_code=lambda_.Code.from_asset(str(assets.stage)),
            compiled=compiled,
            orchestrator_s=times.orchestrator_s,
            encryption=data.encryption,
            storage=data.storage,
            history=data.history,
            ingest=self.ingest,
        )
        self.projection = Projection(
            self,
            "Projection",
            settings=settings,
            code=api_code,
            encryption=data.encryption,
            history=data.history,
        )
        self.api = Api(
            self,
            "Api",
            settings=settings,
            code=api_code,
            compiled=compiled,
            encryption=data.encryption,
            storage=data.storage,
            history=data.history,
            identity=data.identity,
        )
        self._write_outputs(data)

    def _write_outputs(self, data: DataStack) -> None:
        outputs = {
            "ApiId": self.api.rest.rest_api_id,
            "ApiStage": self.api.rest.deployment_stage.stage_name,
            "ApiUrl": self.api.rest.url,
            "EventsTable": data.history.events.table_name,
            "ViewsTable": data.history.views.table_name,
            "OriginalsBucket": data.storage.originals.bucket_name,
            "VariantsBucket": data.storage.variants.bucket_name,
            "QueueUrl": self.ingest.intake.queue_url,
            "DeadLettersUrl": self.ingest.dead.queue_url,
            "UnannouncedUrl": self.ingest.unannounced.queue_url,
            "UnfoldedUrl": self.projection.unfolded.queue_url,
            "StateMachineArn": self.processing.pipeline.state_machine.state_machine_arn,
            "UserPoolId": data.identity.pool.user_pool_id,
            "UserPoolClientId": data.identity.client.user_pool_client_id,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def add_stacks(
    app: App, *, settings: Settings, compiled: CompiledPipeline, assets: Assets
) -> tuple[DataStack, AppStack]:
    """Add both stacks of one environment to `app`; nothing is asked of AWS."""
    name = f"darkroom-{settings.environment}"
    data = DataStack(app, f"{name}-data", settings=settings)
    work = AppStack(
        app, f"{name}-app", settings=settings, data=data, compiled=compiled, assets=assets
    )
    Tags.of(app).add("project", "darkroom")
    Tags.of(app).add("environment", settings.environment)
    return data, work


def _synthesizer(settings: Settings) -> CliCredentialsStackSynthesizer | None:
    """How assets travel: on AWS by the roles of `cdk bootstrap`, which is the default.

    Locally there is no bootstrap; the bucket of `settings.assets_bucket` is made beforehand.
    """
    if settings.assets_bucket is None:
        return None
    return CliCredentialsStackSynthesizer(file_assets_bucket_name=settings.assets_bucket)
