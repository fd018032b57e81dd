"""HTTP for the API functions: the resolver, who is signed in, and errors as problem+json."""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
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
from darkroom.handlers.observe import logger, metrics
from darkroom.handlers.settings import setting

_STATUS: dict[type[DarkroomError], HTTPStatus] = {
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
}


class Body(BaseModel):
    """What a request may say, to the letter: no other fields, no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def problem(status: HTTPStatus, code: str, **facts: Any) -> Response[str]:
    """Return an error answer (RFC 9457): a stable `code`, and the facts that explain it."""
    body = {"status": status.value, "title": status.phrase, "code": code, **facts}
    return Response(
        status_code=status.value, content_type="application/problem+json", body=json.dumps(body)
    )


def too_many(error: TooManyRequests) -> Response[str]:
    """Return the problem that says when to ask again, in seconds (RFC 9110, Retry-After)."""
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, error.code, **error.facts)
    answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def resolver() -> APIGatewayRestResolver:
    """Return a resolver that validates requests and answers every error as a problem."""
    app = APIGatewayRestResolver(enable_validation=True)

    @app.exception_handler(DarkroomError)
    def told(error: DarkroomError) -> Response[str]:
        status = _STATUS.get(type(error))
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

    @app.exception_handler(Exception)
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
    answer = _not_json(event) or app.resolve(event, context)
    metrics.add_metric(f"Answers{answer['statusCode'] // 100}xx", MetricUnit.Count, 1)
    return answer


def _not_json(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of a body that does not say it is JSON: it would be taken for no body."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    said = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not event.get("body") or said == "application/json":
        return None
    refused = problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        limit="application/json",
        actual=said,
    )
    return {
        "statusCode": refused.status_code,
        "headers": {"Content-Type": refused.content_type},
        "body": refused.body,
    }


def user_id(app: APIGatewayRestResolver) -> str:
    """Return the id of the signed-in user.

    The gateway has checked signature, issuer and expiry. That it is an access token, and one
    of our client's, is checked here as well, since not every gateway does. Raises NotSignedIn.
    """
    authorizer = app.current_event.request_context.authorizer
    claims: dict[str, str] = (authorizer.claims if authorizer else None) or {}
    if claims.get("token_use") != "access" or claims.get("client_id") != setting(
        "USER_POOL_CLIENT_ID"
    ):
        raise NotSignedIn
    return claims["sub"]
