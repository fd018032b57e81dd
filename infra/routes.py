"""Routes: what the API's functions answer, read from openapi.json, which is made of their code."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parent.parent / "darkroom" / "openapi.json"


@dataclass(frozen=True)
class Route:
    """A method of the gateway: the function behind it, and who is let in."""

    method: str
    path: str
    function: str
    signed_in: bool
    body: tuple[str, ...] | None = None  # the fields that its body must have; None: takes no body


def routes(contract: Path = CONTRACT) -> tuple[Route, ...]:
    """Return all routes, in the order of the file."""
    told = json.loads(contract.read_text("utf-8"))
    return tuple(
        Route(
            method=method.upper(),
            path=path,
            function=operation["tags"][0],
            signed_in=bool(operation["security"]),
            body=_body(operation, told["components"]["schemas"]),
        )
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    )


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> tuple[str, ...] | None:
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    return tuple(schemas[name].get("required", ()))
