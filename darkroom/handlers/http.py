"""HTTP for the API functions: the resolver, who is signed in, and errors as problem+json."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from darkroom.errors import (
    DarkroomError,
    InvalidRequest,
    NotFound,
    NotSignedIn,
    TooManyRequests,
)
from darkroom.handlers.caching import conditional
from darkroom.handlers.observe import logger, metrics
from darkroom.handlers.settings import setting
from darkroom.handlers.sharing import shared

_STATUS: dict[type[DarkroomError], HTTPStatus] = {
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
}
_STATUS_OF_CODE = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "sign_in_again": HTTPStatus.FORBIDDEN,
    "still_processing": HTTPStatus.CONFLICT,
    "not_processing": HTTPStatus.CONFLICT,
}
JUST_NOW = timedelta(minutes=5)
ADMINS = "admin"  # the group: infra/identity.py


WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Body(BaseModel):
    """What a request may say, to the letter: no other fields, no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def problem(status: HTTPStatus, code: str, **facts: Any) -> Response[str]:
    """Return an error answer (RFC 9457): a stable `code`, and the facts that explain it."""
    body = {"status": status.value, "title": status.phrase, "code": code, **facts}
    return Response(
        status_code=status.value, content_type="application/problem+json", body=json.dumps(body)
    )


def no_content() -> Response[None]:
    """Return the answer that what was asked for is done, and that there is no more to say."""
    return Response(status_code=HTTPStatus.NO_CONTENT.value)


def too_many(error: TooManyRequests) -> Response[str]:
    """Return the problem that says when to ask again, in seconds (RFC 9110, Retry-After)."""
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, error.code, **error.facts)
    answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def resolver() -> APIGatewayRestResolver:
    """Return a resolver that validates requests and answers every error as a problem."""
    app = APIGatewayRestResolver(
        enable_validation=True,
        # An answer that is not as its route says is our mistake, and not the caller's.
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
    )

    @app.exception_handler(DarkroomError)
    def told(error: DarkroomError) -> Response[str]:
        status = _STATUS_OF_CODE.get(error.code) or _STATUS.get(type(error))
        if status is None:
            logger.exception("unexpected", extra={"code": error.code})
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
        if isinstance(error, TooManyRequests):
            return too_many(error)
        return problem(status, error.code, **error.facts)

    @app.exception_handler(RequestValidationError)
    def malformed(error: RequestValidationError) -> Response[str]:
        details = [
            {"where": ".".join(str(part) for part in detail["loc"]), "what": detail["msg"]}
            for detail in error.errors()
        ]
        return problem(HTTPStatus.BAD_REQUEST, "malformed_request", errors=details)

    @app.exception_handler([ResponseValidationError, Exception])
    def unexpected(_: Exception) -> Response[str]:
        logger.exception("unexpected")
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")

    @app.not_found
    def no_route(_: NotFoundError) -> Response[str]:
        return problem(HTTPStatus.NOT_FOUND, "no_such_route")

    return app


def answered(
    app: APIGatewayRestResolver, event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Answer a request of API Gateway, and count the answer by the class of its status.

    The gateway tells its request's id in the header `x-amzn-RequestId`: it finds our log lines.
    """
    logger.append_keys(request_id=event["requestContext"]["requestId"])
    answer = _unread(event) or _without_null(app.resolve(event, context))
    answer = shared(event, conditional(event, answer))
    metrics.add_metric(f"Answers{answer['statusCode'] // 100}xx", MetricUnit.Count, 1)
    return answer


def _without_null(answer: dict[str, Any]) -> dict[str, Any]:
    """Return `answer`, and where it is to have no body, without the `null` that nothing becomes."""
    if answer["statusCode"] != HTTPStatus.NO_CONTENT:
        return answer
    headers = {**answer["multiValueHeaders"]}
    headers.pop("Content-Type", None)
    return {**answer, "body": "", "multiValueHeaders": headers}


def _unread(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of a body that does not say it is JSON, or is none; else None."""
    if event["httpMethod"] not in WITH_BODY:
        return None
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    said = (headers.get("content-type") or "").partition(";")[0].strip().lower()
    body = event.get("body")
    if said != "application/json" and (said or body):
        # It would be taken for no body at all, or for a form.
        return _refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            limit="application/json",
            actual=said,
        )
    try:
        json.loads(body or "null")
    except (ValueError, RecursionError):
        # As well one of a number with more digits, or of more levels, than Python reads.
        errors = [{"where": "body", "what": "It is not JSON."}]
        return _refused(HTTPStatus.BAD_REQUEST, "malformed_request", errors=errors)
    return None


def _refused(status: HTTPStatus, code: str, **facts: Any) -> dict[str, Any]:
    answer = problem(status, code, **facts)
    return {
        "statusCode": answer.status_code,
        "multiValueHeaders": {"Content-Type": [answer.content_type]},
        "body": answer.body,
    }


def user_id(app: BaseRouter) -> str:
    """Return the id of the signed-in user.

    The gateway has checked signature and expiry. That it is an access token, of our pool and for
    our client, is checked here as well, since not every gateway does. Raises NotSignedIn.
    """
    return _claims(app)["sub"]


def admin_id(app: BaseRouter) -> str:
    """Return the id of the signed-in user, who is in the group of admins.

    Raises NotSignedIn, and InvalidRequest("forbidden") for all others.
    """
    claims = _claims(app)
    # A gateway hands a list on as it is, or as text: "admin", "admin,user" or "[admin user]".
    if ADMINS not in re.split(r"[\s,'\[\]]+", str(claims.get("cognito:groups", ""))):
        raise InvalidRequest("forbidden")
    return claims["sub"]


def _claims(app: BaseRouter) -> Mapping[str, str]:
    context = app.current_event.get("requestContext") or {}
    authorizer = context.get("authorizer") or {}
    claims: Mapping[str, str] = authorizer.get("claims") or {}
    ours = (
        claims.get("token_use") == "access"
        and claims.get("client_id") == setting("USER_POOL_CLIENT_ID")
        and claims.get("iss", "").endswith(f"/{setting('USER_POOL_ID')}")
    )
    if not ours:
        raise NotSignedIn
    return claims


def just_signed_in(app: BaseRouter, now: datetime) -> None:
    """Raise InvalidRequest("sign_in_again") unless the user gave their password just now.

    A token that was stolen, or refreshed for weeks, does not do. Its `auth_time` stays that of the
    sign-in: Cognito developer guide, "Understanding the access token".
    """
    signed_in_s = int(_claims(app).get("auth_time", 0))
    if now.timestamp() - signed_in_s > JUST_NOW.total_seconds():
        raise InvalidRequest("sign_in_again", limit=int(JUST_NOW.total_seconds()))


def access_token(app: BaseRouter) -> str:
    """Return the access token of a request, for calls of the directory in the user's name.

    The gateway has checked it: to be asked for once `user_id` has let the request through.
    """
    headers = {name.lower(): value for name, value in app.current_event["headers"].items()}
    return str(headers["authorization"]).removeprefix("Bearer ").strip()


def source_ip(app: BaseRouter) -> str:
    """Return where a request came from, as the gateway saw it."""
    return str(app.current_event["requestContext"]["identity"]["sourceIp"])
