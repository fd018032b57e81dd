"""Functions: what every Lambda function of the platform has in common."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.permissions import lambda_role, logged, traced
from infra.settings import Settings

# Not below 3.12: Amazon Linux 2, under the runtimes before it, has a glibc too old for our wheels.
# Its boto3 is Lambda's, which is renewed all the time: what we ask of it that is newer than the
# runtime is checked where it is used (darkroom/handlers/clients.py).
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64


class PlatformFunction(Construct):
    """One function with its own role, its log group and its trace.

    `handler` names a module of `darkroom.handlers`; `environment` is given without the prefix
    DARKROOM_. `permissions` are all that the function may do besides logging and tracing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        handler: str,
        environment: Mapping[str, str],
        permissions: Sequence[iam.PolicyStatement],
        memory_mb: int = 512,
        timeout_s: int = 10,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = self._log_group(settings)
        self.function = lambda_.Function(
            self,
            "Function",
            code=code,
            handler=f"darkroom.handlers.{handler}.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=memory_mb,
            timeout=Duration.seconds(timeout_s),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            role=lambda_role(self, "Role", *permissions, logged(log_group), traced()),
            environment=_prefixed(environment) | powertools(settings, handler),
            # Of what is published: whoever goes back needs something to go back to.
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )

    def _log_group(self, settings: Settings) -> logs.LogGroup:
        return logs.LogGroup(
            self, "Logs", retention=settings.log_retention, removal_policy=RemovalPolicy.DESTROY
        )


def _prefixed(environment: Mapping[str, str]) -> dict[str, str]:
    return {f"DARKROOM_{name}": value for name, value in environment.items()}


def powertools(settings: Settings, service: str) -> dict[str, str]:
    """What every function is told: its name in logs and traces, and where its metrics go."""
    return {
        "POWERTOOLS_SERVICE_NAME": service,
        "POWERTOOLS_METRICS_NAMESPACE": "Darkroom",
        "POWERTOOLS_LOG_LEVEL": settings.log_level,
        "DARKROOM_ENVIRONMENT": settings.environment,
    }
