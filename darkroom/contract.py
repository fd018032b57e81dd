"""The contract: openapi.json, made of the routes of all functions that answer the API.

`python -m darkroom.contract` writes it, as `make docs` does; with `--check` it says whether
the file is what the routes say, as `make check` asks. The API serves the file at /openapi.json.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge

import darkroom
from darkroom.handlers import auth, images
from darkroom.handlers.routes import SIGNED_IN, problem_of

CONTRACT = Path(darkroom.__file__).with_name("openapi.json")
_FUNCTIONS = (auth, images)

_ABOUT = """Upload a picture, and get its variants, with the history of all that happened to it.

Errors are problems (RFC 9457) with a stable `code`, and the facts that explain it. Somebody else's
image answers as one that never was."""

_SCHEMES = {
    SIGNED_IN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a session; an ID token is refused.",
    }
}
_SHARED = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "description": "Why a request was refused (RFC 9457); other fields are facts about it.",
        "required": ["title", "code"],
        "properties": {
            "status": {"type": "integer"},
            "title": {"type": "string"},
            "code": {"type": "string", "description": "Stable, for programs."},
            "detail": {"type": ["string", "null"], "description": "In the gateway's words."},
            "request_id": {"type": "string", "description": "Of a refusal by the gateway."},
        },
    },
    "GatewayMessage": {
        "type": "object",
        "title": "GatewayMessage",
        "description": "A refusal of a gateway that does not know our own form of it.",
        "required": ["message"],
        "properties": {"message": {"type": ["string", "null"]}},
    },
}
# What a route may answer beside its own: by the gateway, or by any of our functions.
_RESPONSES: Mapping[str, Any] = {
    "NotSignedIn": problem_of(401, ("not_signed_in",), by_gateway=True),
    "Forbidden": problem_of(403, ("forbidden",), by_gateway=True),
    "TooLarge": problem_of(413, ("too_large",), by_gateway=True),
    "UnsupportedMediaType": problem_of(415, ("unsupported_media_type",), by_gateway=True),
    "TooManyRequests": problem_of(429, ("too_many_requests",)),
    "Failed": {
        **problem_of(500, ("internal",), by_gateway=True),
        "description": "Something is wrong on our side",
    },
}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Of this very answer."}}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of an answer that is known: 304, without a body, if it still holds.",
}


def contract() -> dict[str, Any]:
    """Return the OpenAPI description of the whole API, as it is served."""
    merged = OpenAPIMerge(
        title="Darkroom",
        version="1",
        openapi_version="3.1.0",
        description=_ABOUT,
        on_conflict="error",
    )
    for function in _FUNCTIONS:
        merged.add_schema(json.loads(function.app.get_openapi_json_schema()))
    told = merged.get_openapi_schema()
    schemas = told["components"]["schemas"]
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        del schemas[unused]
    told["components"] = {
        "schemas": dict(sorted({**schemas, **_SHARED}.items())),
        "responses": dict(_RESPONSES),
        "securitySchemes": _SCHEMES,
    }
    told["servers"] = [{"url": "/v1"}]
    told["paths"] = dict(sorted(told["paths"].items()))
    for method, operation in _operations(told):
        _complete(method, operation)
    return told


def _operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in told["paths"].values():
        yield from path.items()


def _complete(method: str, operation: dict[str, Any]) -> None:
    """Add what answers have in common, and remove what powertools would answer."""
    answers = operation["responses"]
    del answers["422"], answers["500"]  # ours are a 400, and any 5XX
    for without_body in ("204", "304"):
        answers.get(without_body, {}).pop("content", None)
    shared = {"403": "Forbidden", "429": "TooManyRequests", "5XX": "Failed"}
    if operation["security"]:
        shared["401"] = "NotSignedIn"
    if method in ("post", "put", "patch"):
        shared |= {"413": "TooLarge", "415": "UnsupportedMediaType"}
    for status, name in shared.items():
        answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    if "304" in answers:
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
        answers["200"]["headers"] = answers["304"]["headers"] = _ETAG
    operation["responses"] = dict(sorted(answers.items()))


def written() -> str:
    """Return the text of openapi.json."""
    return json.dumps(contract(), indent=2, ensure_ascii=False) + "\n"


def main(given: Sequence[str]) -> int:
    """Write openapi.json; with `--check` say only, by 1, that it is not what the routes say."""
    text = written()
    if "--check" not in given:
        CONTRACT.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if CONTRACT.is_file() and CONTRACT.read_text("utf-8") == text:
        return 0
    sys.stderr.write(f"{CONTRACT.name} is not what the routes say: run `make docs`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
