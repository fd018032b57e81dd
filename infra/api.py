"""API: what a client of the platform can call."""

import json

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.encryption import Encryption
from infra.functions import PlatformFunction
from infra.history import History
from infra.identity import SIGNED_IN_SCOPE, Identity
from infra.permissions import allow, append_only, use_key
from infra.pipelines import CompiledPipeline, plan_path
from infra.settings import Settings
from infra.storage import Storage

# For anybody: how one becomes a user, and how a user signs in.
_OPEN_ROUTES = (
    ("POST", "/accounts"),
    ("POST", "/accounts/confirm"),
    ("POST", "/sessions"),
)

# For users, with an access token.
_USER_ROUTES = (
    ("GET", "/images"),
    ("POST", "/images"),
    ("GET", "/images/{id}"),
    ("GET", "/images/{id}/events"),
    ("GET", "/images/{id}/variants/{name}"),
)

# What the gateway answers by itself, without a function: status, title.
_GATEWAY_PROBLEMS = {
    "UNAUTHORIZED": (401, "Unauthorized"),
    "ACCESS_DENIED": (403, "Forbidden"),
    "THROTTLED": (429, "Too many requests"),
    "DEFAULT_4XX": (None, "The request could not be served"),
    "DEFAULT_5XX": (None, "Something went wrong here"),
}


class Api(Construct):
    """A REST API with two functions behind it: `auth` for anybody, `images` for users.

    A REST API, not an HTTP one: it has an authorizer for Cognito's scopes, throttles each
    method, and lets us word its own refusals.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: lambda_.Code,
        compiled: CompiledPipeline,
        encryption: Encryption,
        storage: Storage,
        history: History,
        identity: Identity,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.auth = PlatformFunction(
            self,
            "Auth",
            settings=settings,
            code=code,
            handler="auth",
            environment={
                "TENANT": settings.tenant,
                "USER_POOL_ID": identity.pool.user_pool_id,
                "USER_POOL_CLIENT_ID": identity.client.user_pool_client_id,
            },
            permissions=_auth_permissions(identity),
        )
        self.images = PlatformFunction(
            self,
            "Images",
            settings=settings,
            code=code,
            handler="images",
            environment={
                "TENANT": settings.tenant,
                "PIPELINE": compiled.NAME,
                "PLAN": plan_path(compiled),
                "EVENTS_TABLE": history.events.table_name,
                "VIEWS_TABLE": history.views.table_name,
                "ORIGINALS_BUCKET": storage.originals.bucket_name,
                "VARIANTS_BUCKET": storage.variants.bucket_name,
                "USER_POOL_ID": identity.pool.user_pool_id,
                "USER_POOL_CLIENT_ID": identity.client.user_pool_client_id,
            },
            permissions=_images_permissions(encryption, storage, history, identity),
        )
        self.rest = self._rest_api()
        self._add_routes(identity)
        self._add_gateway_responses()

    def _rest_api(self) -> apigateway.RestApi:
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            retention=self._settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=f"darkroom-{self._settings.environment}",
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            # Each account and region has one role for all its gateways' logs: it is not ours.
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name="v1",
                tracing_enabled=True,
                metrics_enabled=True,
                throttling_rate_limit=self._settings.requests_per_s,
                throttling_burst_limit=self._settings.request_burst,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=_access_log_format(),
            ),
        )

    def _add_routes(self, identity: Identity) -> None:
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "Users", cognito_user_pools=[identity.pool]
        )
        for method, path in _OPEN_ROUTES:
            self.rest.root.resource_for_path(path).add_method(
                method,
                _integration(self.auth),
                authorization_type=apigateway.AuthorizationType.NONE,
            )
        for method, path in _USER_ROUTES:
            self.rest.root.resource_for_path(path).add_method(
                method,
                _integration(self.images),
                authorizer=authorizer,
                # Without a scope the gateway would take ID tokens, and refuse access tokens.
                authorization_scopes=[SIGNED_IN_SCOPE],
            )

    def _add_gateway_responses(self) -> None:
        for name, (status, title) in _GATEWAY_PROBLEMS.items():
            headers = {"Content-Type": "'application/problem+json'"}
            if status == 429:
                headers["Retry-After"] = "'1'"
            self.rest.add_gateway_response(
                name.title().replace("_", ""),
                type=apigateway.ResponseType.of(name),
                status_code=None if status is None else str(status),
                response_headers=headers,
                templates={"application/json": _problem(title)},
            )


def _problem(title: str) -> str:
    """A body by RFC 9457. The gateway puts its own quotes around `messageString`."""
    fields = json.dumps({"type": "about:blank", "title": title, "request_id": "$context.requestId"})
    return f'{fields[:-1]}, "detail": $context.error.messageString}}'


def _integration(target: PlatformFunction) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(target.function, scope_permission_to_method=False)


def _access_log_format() -> apigateway.AccessLogFormat:
    """One JSON object a request; never the query or a header, which may hold secrets."""
    names = {
        "request_id": "requestId",
        "trace_id": "xrayTraceId",
        "time": "requestTime",
        "method": "httpMethod",
        "route": "resourcePath",
        "status": "status",
        "latency_ms": "responseLatency",
        "response_bytes": "responseLength",
        "source_ip": "identity.sourceIp",
        "user": "authorizer.claims.sub",
        "error": "error.responseType",
    }
    fields = {name: f"$context.{variable}" for name, variable in names.items()}
    return apigateway.AccessLogFormat.custom(json.dumps(fields))


def _auth_permissions(identity: Identity) -> list[iam.PolicyStatement]:
    return [
        allow(
            "cognito-idp:AdminInitiateAuth",
            "cognito-idp:DescribeUserPoolClient",
            on=[identity.pool.user_pool_arn],
        )
    ]


def _images_permissions(
    encryption: Encryption, storage: Storage, history: History, identity: Identity
) -> list[iam.PolicyStatement]:
    """A presigned grant or link is worth what its signer may do: hence the rights on objects."""
    return [
        allow("dynamodb:Query", "dynamodb:GetItem", on=[history.views.table_arn]),
        allow("dynamodb:Query", on=[history.events.table_arn]),
        append_only(history.events),
        use_key(encryption.history, "kms:Decrypt", through="dynamodb"),
        allow("s3:PutObject", on=[storage.originals.arn_for_objects("*")]),
        use_key(encryption.originals, "kms:GenerateDataKey", through="s3"),
        allow("s3:GetObject", on=[storage.variants.arn_for_objects("*")]),
        use_key(encryption.variants, "kms:Decrypt", through="s3"),
        allow("cognito-idp:AdminGetUser", on=[identity.pool.user_pool_arn]),
    ]
