"""API: what a client of the platform can call."""

import json
import re
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.delivery import Delivery
from infra.functions import PlatformFunction
from infra.identity import SIGNED_IN_SCOPE, Identity
from infra.kept import Kept
from infra.permissions import allow, append_only, use_key, use_table_key
from infra.pipelines import CompiledPipeline, plan_path
from infra.routes import Route, routes
from infra.settings import Settings
from infra.sharing import SHARED, answer_preflights

_STAGE = "v1"

# What the gateway refuses by itself: status, code, title. The rest keep the status they have.
_REFUSALS = {
    "UNAUTHORIZED": (401, "not_signed_in", "Unauthorized"),
    "ACCESS_DENIED": (403, "forbidden", "Forbidden"),
    "WAF_FILTERED": (403, "forbidden", "Forbidden"),
    "BAD_REQUEST_BODY": (400, "malformed_request", "Bad Request"),
    "BAD_REQUEST_PARAMETERS": (400, "malformed_request", "Bad Request"),
    "REQUEST_TOO_LARGE": (413, "too_large", "Request Entity Too Large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type", "Unsupported Media Type"),
    "THROTTLED": (429, "too_many_requests", "Too Many Requests"),
    "DEFAULT_4XX": (None, "refused", "Refused by the gateway"),
    "DEFAULT_5XX": (None, "internal", "Failed in the gateway"),
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
        kept: Kept,
        intake: sqs.IQueue,
        delivery: Delivery | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._code = code
        self._delivery = delivery
        self.auth = self._auth(kept.identity)
        self.images = self._images(compiled, kept, intake)
        self.rest = self._rest_api()
        self._add_routes(kept.identity)
        answer_preflights(self.rest, routes(), settings.allowed_origins)
        self._word_refusals()

    def _auth(self, identity: Identity) -> PlatformFunction:
        return PlatformFunction(
            self,
            "Auth",
            settings=self._settings,
            code=self._code,
            handler="auth",
            environment={
                "ALLOWED_ORIGINS": " ".join(self._settings.allowed_origins),
                "USER_POOL_ID": identity.pool.user_pool_id,
                "USER_POOL_CLIENT_ID": identity.client.user_pool_client_id,
            },
            permissions=[
                allow(
                    "cognito-idp:AdminInitiateAuth",
                    "cognito-idp:AdminRespondToAuthChallenge",
                    "cognito-idp:AdminUserGlobalSignOut",
                    # The client's secret is read, never configured.
                    "cognito-idp:DescribeUserPoolClient",
                    on=[identity.pool.user_pool_arn],
                )
            ],
        )

    def _images(
        self, compiled: CompiledPipeline, kept: Kept, intake: sqs.IQueue
    ) -> PlatformFunction:
        return PlatformFunction(
            self,
            "Images",
            settings=self._settings,
            code=self._code,
            handler="images",
            environment={
                "ALLOWED_ORIGINS": " ".join(self._settings.allowed_origins),
                "TENANT": self._settings.tenant,
                "PLAN": plan_path(compiled),
                "EVENTS_TABLE": kept.history.events.table_name,
                "VIEWS_TABLE": kept.history.views.table_name,
                "COUNTERS_TABLE": kept.history.counters.table_name,
                "UPLOADS_A_DAY": str(self._settings.uploads_a_day),
                "BYTES_A_DAY": str(self._settings.upload_bytes_a_day),
                "ORIGINALS_BUCKET": kept.storage.originals.bucket_name,
                "VARIANTS_BUCKET": kept.storage.variants.bucket_name,
                "QUEUE_URL": intake.queue_url,
                "USER_POOL_ID": kept.identity.pool.user_pool_id,
                "USER_POOL_CLIENT_ID": kept.identity.client.user_pool_client_id,
                # Where links lead, and what they are signed with; without a CDN to the bucket.
                "CDN": self._delivery.told if self._delivery else "none",
            },
            permissions=[*_images_permissions(kept, intake), *self._signs_links()],
        )

    def _signs_links(self) -> list[iam.PolicyStatement]:
        if self._delivery is None:
            return []
        return [allow("secretsmanager:GetSecretValue", on=[self._delivery.secret_arn])]

    def _rest_api(self) -> apigateway.RestApi:
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            retention=self._settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        rest = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=f"darkroom-{self._settings.environment}",
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            # The account and region have one role for the logs of all gateways, and it is written
            # here, since a new account has none. It stays when we go: others may log by it.
            cloud_watch_role=self._settings.gateway_log_role,
            cloud_watch_role_removal_policy=(
                RemovalPolicy.RETAIN if self._settings.gateway_log_role else None
            ),
            deploy_options=apigateway.StageOptions(
                stage_name=_STAGE,
                tracing_enabled=True,
                metrics_enabled=True,
                # Of failures in the gateway itself; never what requests and answers hold.
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                throttling_rate_limit=self._settings.requests_per_s,
                throttling_burst_limit=self._settings.request_burst,
                method_options=self._open_methods(),
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=_access_log_format(),
            ),
        )
        self._keep_failures(rest)
        return rest

    def _keep_failures(self, rest: apigateway.RestApi) -> None:
        """Make the log in which the gateway tells of its own failures: its own would never end."""
        stage = rest.deployment_stage
        failures = logs.LogGroup(
            self,
            "Failures",
            log_group_name=f"API-Gateway-Execution-Logs_{rest.rest_api_id}/{_STAGE}",
            retention=self._settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        stage.node.add_dependency(failures)

    def _open_methods(self) -> dict[str, apigateway.MethodDeploymentOptions]:
        """Throttle more what anybody may call, each method by itself."""
        fewer = apigateway.MethodDeploymentOptions(
            metrics_enabled=True,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            throttling_rate_limit=self._settings.open_requests_per_s,
            throttling_burst_limit=self._settings.open_request_burst,
        )
        return {f"{each.path}/{each.method}": fewer for each in routes() if not each.signed_in}

    def _add_routes(self, identity: Identity) -> None:
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "Users", cognito_user_pools=[identity.pool]
        )
        validator = self.rest.add_request_validator("Bodies", validate_request_body=True)
        functions = {"auth": self.auth, "images": self.images}
        for route in routes():
            access: dict[str, Any] = {"authorization_type": apigateway.AuthorizationType.NONE}
            if route.signed_in:
                # Without a scope the gateway would take ID tokens, and refuse access tokens.
                access = {"authorizer": authorizer, "authorization_scopes": [SIGNED_IN_SCOPE]}
            self.rest.root.resource_for_path(route.path).add_method(
                route.method,
                _integration(functions[route.function]),
                **access,
                **self._validation(route, validator),
            )

    def _validation(self, route: Route, validator: apigateway.RequestValidator) -> dict[str, Any]:
        """Have the gateway refuse what is no object, or has not all the fields it must have.

        The function looks closely. The model says no more than that: its language is draft 4 of
        JSON Schema, and openapi.json is written in a newer one.
        """
        if route.body is None:
            return {}
        name = f"{route.method.title()}{re.sub(r'[^a-z]', '', route.path)}"
        model = self.rest.add_model(
            name,
            content_type="application/json",
            schema=apigateway.JsonSchema(
                schema=apigateway.JsonSchemaVersion.DRAFT4,
                type=apigateway.JsonSchemaType.OBJECT,
                required=list(route.body),
            ),
        )
        return {
            "request_validator": validator,
            "request_models": {"application/json": model},
        }

    def _word_refusals(self) -> None:
        """Have the gateway refuse in the form in which our functions do."""
        for name, (status, code, title) in _REFUSALS.items():
            headers = {"Content-Type": "'application/problem+json'"}
            headers |= SHARED if self._settings.allowed_origins else {}
            if status == 429:
                headers["Retry-After"] = "'1'"
            self.rest.add_gateway_response(
                name.title().replace("_", ""),
                type=apigateway.ResponseType.of(name),
                status_code=None if status is None else str(status),
                response_headers=headers,
                templates={"application/json": _problem(status, code, title)},
            )


def _integration(target: PlatformFunction) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(target.function, scope_permission_to_method=False)


def _problem(status: int | None, code: str, title: str) -> str:
    """A body by RFC 9457. The gateway puts its own quotes around `messageString`."""
    fields = {"status": status, "title": title, "code": code, "request_id": "$context.requestId"}
    known = json.dumps({name: value for name, value in fields.items() if value is not None})
    return f'{known[:-1]}, "detail": $context.error.messageString}}'


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


def _images_permissions(kept: Kept, intake: sqs.IQueue) -> list[iam.PolicyStatement]:
    """A presigned grant or link is worth what its signer may do: hence the rights on objects."""
    keys, storage, history = kept.encryption, kept.storage, kept.history
    return [
        allow("dynamodb:Query", "dynamodb:GetItem", on=[history.views.table_arn]),
        allow("dynamodb:Query", "dynamodb:PutItem", on=[history.events.table_arn]),
        append_only(history.events),
        allow("dynamodb:UpdateItem", "dynamodb:PutItem", on=[history.counters.table_arn]),
        use_table_key(keys.history, writes=True),
        allow("sqs:SendMessage", on=[intake.queue_arn]),
        use_key(keys.messages, "kms:GenerateDataKey", "kms:Decrypt", through="sqs"),
        # Of images that are deleted: what there is, and all of it.
        allow("s3:ListBucket", on=[storage.variants.bucket_arn]),
        allow("s3:DeleteObject", on=[storage.variants.arn_for_objects("*")]),
        allow("s3:DeleteObjectVersion", on=[storage.originals.arn_for_objects("*")]),
        allow("s3:PutObject", on=[storage.originals.arn_for_objects("*")]),
        use_key(keys.originals, "kms:GenerateDataKey", through="s3"),
        allow("s3:GetObject", on=[storage.variants.arn_for_objects("*")]),
        use_key(keys.variants, "kms:Decrypt", through="s3"),
        allow("cognito-idp:AdminGetUser", on=[kept.identity.pool.user_pool_arn]),
    ]
