"""Routes: each says where it stands what it takes and answers; openapi.json is made of that.

    route = Routes(app, "images")

    @route("GET", "/images/<image_id>", refuses={404: ("not_found",)})
    def one_image(image_id: str) -> answers.Image:
        \"\"\"Show one of my images: its state, the reason for it, and its variants.\"\"\"

The name is the operation's, the docstring its summary and description; the annotations say what
goes in and comes out. `refuses` has the codes of the problems that are the route's own, by status.
What any route may answer, such as that there is no session, darkroom/contract.py adds. The methods
of the gateway are made of the same file: a route that is written down is deployed.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Router
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from darkroom.handlers.caching import MAY_BE_KEPT, NOT_KEPT

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Codes = Mapping[int, tuple[str, ...]]
Function = TypeVar("Function", bound=Callable[..., Any])

SIGNED_IN = "signed_in"  # the name of the one security scheme
PROBLEM = "#/components/schemas/Problem"
GATEWAY_MESSAGE = "#/components/schemas/GatewayMessage"

_NONE: Codes = MappingProxyType({})


@dataclass(frozen=True)
class Routes:
    """Registers routes with the router of one function, which is called as its handler's module.

    They are for users with an access token, unless a route is `open_to_all`.
    """

    app: BaseRouter
    function: str

    def __call__(
        self,
        method: Method,
        path: str,
        *,
        refuses: Codes = _NONE,
        status: HTTPStatus = HTTPStatus.OK,
        open_to_all: bool = False,
        kept: bool = True,
    ) -> Callable[[Function], Function]:
        """Have the decorated function answer `method` on `path`, with `status` when all is well.

        What is read may be `kept`, and asked for again by its ETag; secrets and links may not.
        """
        kept = kept and method == "GET"

        def registered(answering: Function) -> Function:
            told = inspect.getdoc(answering) or ""
            self.app.route(
                path,
                method,
                summary=told.partition("\n")[0],
                description=told,
                operation_id=answering.__name__,
                tags=[self.function],
                status_code=status.value,
                cache_control=MAY_BE_KEPT if kept else NOT_KEPT,
                responses=_responses(status, _with_odd_paths(path, refuses), kept),
                openapi_extensions={"security": [] if open_to_all else [{SIGNED_IN: []}]},
            )(answering)
            return answering

        return registered


def new_router() -> Router:
    """Return a router without routes; a function's app includes those of several files."""
    return Router()  # type: ignore[no-untyped-call]  # powertools has not typed it


def _with_odd_paths(path: str, refuses: Codes) -> Codes:
    """Return `refuses`, and that a part of the path may have letters that no route takes."""
    if "<" not in path:
        return refuses
    return {**refuses, 404: (*refuses.get(404, ()), "no_such_route")}


def _responses(status: HTTPStatus, refuses: Codes, kept: bool) -> dict[int, OpenAPIResponse]:
    """Return how the route itself may answer, by status; all being well, as it is annotated.

    Any request may be malformed: it names a parameter, or has a body, where there is none.
    """
    fine: dict[str, Any] = {"description": status.phrase}
    if status is HTTPStatus.NO_CONTENT:
        fine["content"] = {}
    codes = {**refuses, 400: ("malformed_request", *refuses.get(400, ()))}
    found = {refusal: problem_of(refusal, codes[refusal]) for refusal in sorted(codes)}
    known = {304: {"description": HTTPStatus.NOT_MODIFIED.phrase, "content": {}}} if kept else {}
    return {status.value: cast(OpenAPIResponse, fine), **cast(dict[int, Any], known), **found}


def problem_of(status: int, codes: tuple[str, ...], *, by_gateway: bool = False) -> OpenAPIResponse:
    """Return the answer of a problem with one of `codes`, as OpenAPI describes it.

    What a gateway refuses may have the form of a gateway's that does not know ours.
    """
    known = {"allOf": [{"$ref": PROBLEM}], "properties": {"code": {"enum": list(codes)}}}
    content: dict[str, Any] = {"application/problem+json": {"schema": known}}
    if by_gateway or status in (400, 401, 429):
        content["application/json"] = {"schema": {"$ref": GATEWAY_MESSAGE}}
    told: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content": content}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = {"schema": {"type": "string"}, "description": "Seconds to wait."}
        told["headers"] = {"Retry-After": wait}
    return cast(OpenAPIResponse, told)
