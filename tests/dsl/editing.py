"""What an editor underlines: a JSON Schema validator's errors, by the place in the file."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from dsl import source
from dsl.diagnostics import Report
from dsl.text import SourceText
from dsl.tree import Json, plain


def read(text: str) -> Json:
    """Return what a file holds, as JSON values."""
    tree = source.read(Report(SourceText("file", text)))
    assert tree is not None
    return plain(tree)


def underlined(value: Json, schema: dict[str, Any]) -> list[str]:
    """Return the places that `schema` refuses in `value`, such as `steps.small.with.width`."""
    errors = Draft7Validator(schema).iter_errors(value)
    return sorted({place for error in errors for place in _places(error)})


def _places(error: ValidationError) -> Iterator[str]:
    """Yield the place of an error: that of the key itself, where it is a key that is wrong."""
    here = [str(each) for each in error.absolute_path]
    keys: list[str] = [""]
    if error.validator == "additionalProperties":
        keys = sorted(set(error.instance) - set(error.schema.get("properties", ())))
    elif "propertyNames" in error.absolute_schema_path:
        keys = [error.instance]
    for key in keys:
        yield ".".join([*here, *([key] if key else [])])
