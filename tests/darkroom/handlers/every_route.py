"""Every route of openapi.json, as a request that is well made: for tests that leave none out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from darkroom.contract import CONTRACT

Schema = Mapping[str, Any]
TOLD: dict[str, Any] = json.loads(CONTRACT.read_text("utf-8"))


@dataclass(frozen=True)
class Route:
    """One operation. `parameters` are the names in its path."""

    method: str
    path: str
    function: str
    signed_in: bool
    parameters: tuple[str, ...]
    body: Any = field(default=None, hash=False)

    @property
    def admin(self) -> bool:
        """Whether it is for admins only."""
        return self.path.startswith("/admin/")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **values: str) -> str:
        """Return the path with its parameters; KeyError for one that the test does not know."""
        found = self.path
        for name in self.parameters:
            found = found.replace(f"{{{name}}}", values[name])
        return found


def every_route() -> tuple[Route, ...]:
    """Return all of them, in the order of the file."""
    return tuple(
        Route(
            method=method.upper(),
            path=path,
            function=operation["tags"][0],
            signed_in=bool(operation["security"]),
            parameters=tuple(
                each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"
            ),
            body=_body(operation),
        )
        for path, methods in TOLD["paths"].items()
        for method, operation in methods.items()
    )


def _body(operation: Schema) -> Any:
    if "requestBody" not in operation:
        return None
    return example(operation["requestBody"]["content"]["application/json"]["schema"])


def example(schema: Schema) -> Any:
    """Return the smallest value that fits a schema of ours; KeyError for a kind not met yet."""
    if "$ref" in schema:
        return example(TOLD["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    if schema["type"] == "object":
        fields = schema.get("properties", {})
        return {name: example(fields[name]) for name in schema.get("required", ())}
    if schema["type"] == "array":
        return [example(schema["items"])] * schema.get("minItems", 0)
    return {
        "string": "x" * max(1, schema.get("minLength", 1)),
        "integer": int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)),
        "boolean": True,
    }[schema["type"]]
