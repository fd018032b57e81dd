"""The page of each step, made of its code: docs/steps/NAME.md, and what it does to a picture."""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from darkroom.local.sample import sample_picture
from dsl.backends.option_schema import options as schema_of
from dsl.backends.option_schema import summary
from dsl.option_docs import option_docs
from steps.contract import Facts, Picture
from steps.encoding import encode
from steps.formats import Encoding
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.plugins import AnyStep
from steps.resize import ResizeOptions, resize
from steps.testing import outcome

SHOWN: Mapping[str, Mapping[str, Any]] = {
    "blur": {"boxes": [[0.45, 0.35, 0.35, 0.3]], "radius": 0.08},
    "contrast": {"black": 0.15, "white": 0.75},
    "convert": {"format": "webp", "max_bytes": 20_000},
    "crop": {"ratio": "1:1", "anchor": "attention"},
    "reject": {"reason": "unsafe"},
    "resize": {"width": 150, "height": 150, "fit": "cover"},
    "rotate": {"degrees": -8, "background": "#336699"},
    "sharpen": {"radius": 2.0, "amount": 3.0},
    "watermark": {"text": "© Ada Lovelace", "size": 0.1},
}
"""What each page shows the step with; those that need no option are shown without."""

PAGE_PX = 360


@cache
def sample() -> Picture:
    """Return the picture that every page begins with."""
    opened = open_picture(sample_picture(), Limits())
    assert isinstance(opened, Opened)
    return resize(opened.picture, ResizeOptions(width=PAGE_PX)).rendered()


def before_and_after(step: AnyStep) -> bytes | None:
    """Return a JPEG of the sample and what the step makes of it; None for a step of facts."""
    made = outcome(step, sample(), step.read_options(SHOWN.get(step.name, {})))
    if not isinstance(made, Picture):
        return None
    left, right = (each.to_pillow().convert("RGB") for each in (sample(), made))
    height = max(left.height, right.height)
    sheet = Image.new("RGB", (left.width + 12 + right.width, height), "white")
    sheet.paste(left, (0, (height - left.height) // 2))
    sheet.paste(right, (left.width + 12, (height - right.height) // 2))
    written = Picture.from_pillow(sheet).encoded_as(Encoding("jpeg", quality=85))
    return encode(written, "jpeg")


def page(step: AnyStep) -> str:
    """Return the page of a step, as Markdown."""
    shown = SHOWN.get(step.name, {})
    parts = [
        f"# {step.name}",
        inspect.getdoc(step.function) or "",
        *_example(step, shown),
        *_options(step),
        *_facts(step),
        "## What the compiler knows of it",
        "\n".join(f"- {line}" for line in _traits(step)),
        f"Source: `steps/{step.name}.py`. This page is made of it by `make docs`.",
    ]
    return "\n\n".join(parts) + "\n"


def overview(steps: Mapping[str, AnyStep]) -> str:
    """Return the page that lists all steps."""
    rows = [
        f"| [{name}]({name}.md) | {step.kind} | {summary(step.function)} |"
        for name, step in steps.items()
    ]
    head = ["| step | gives | what it does |", "|---|---|---|"]
    intro = (
        "Every step plugin in `steps/`. Your own is one file: [add a step](../add-a-step.md). What "
        "any of them can fail with: [codes](../codes.md)."
    )
    return "\n\n".join(["# Steps", intro, "\n".join([*head, *rows])]) + "\n"


def _example(step: AnyStep, shown: Mapping[str, Any]) -> Iterator[str]:
    given = ", ".join(f"{name}: {_given(name, value)}" for name, value in shown.items())
    lines = [f"  {step.name}_it:", f"    uses: {step.name}"]
    lines += [f"    with: {{ {given} }}"] if given else []
    yield "\n".join(["```yaml", *lines, "```"])
    made = outcome(step, sample(), step.read_options(shown))
    if isinstance(made, Picture):
        yield f"![the sample, and what becomes of it]({step.name}.jpg)"
    elif isinstance(made, Facts):
        told = "\n".join(f"- `{name}`: `{value}`" for name, value in made.model_dump().items())
        yield f"Of the sample picture it tells:\n\n{told}"


def _options(step: AnyStep) -> Iterator[str]:
    properties = schema_of(step.options_model, filled=False)["properties"]
    yield "## Options"
    yield summary(step.options_model)
    if not properties:
        return
    docs = option_docs(step.options_model)
    rows = [
        f"| `{name}` | {_values(each)} | {_default(each)} | {_cell(docs.get(name, ''))} |"
        for name, each in properties.items()
    ]
    yield "\n".join(["| option | values | if left out | what it is |", "|---|---|---|---|", *rows])


def _facts(step: AnyStep) -> Iterator[str]:
    if step.facts_model is None or not step.facts_model.model_fields:
        return
    docs = option_docs(step.facts_model)
    yield "## Facts"
    yield summary(step.facts_model)
    yield "\n".join(
        f"- `{name}` {_cell(docs.get(name, ''))}".rstrip() for name in step.facts_model.model_fields
    )


def _traits(step: AnyStep) -> Iterator[str]:
    yield f"version {step.version}"
    yield f"at most {step.cost.cpu_ms:g} ms and {step.cost.memory_mb:g} MB for a megapixel"
    frames = {"each": "one by one", "all": "all together", "one": "not at all: it is refused"}
    yield f"it takes the frames of an animation {frames[step.frames]}"
    for what, names in (
        ("rejects the image with", step.rejects),
        ("fails with", step.fails),
        ("calls", step.calls),
        ("reads", step.assets),
    ):
        if names:
            yield f"{what} {', '.join(f'`{name}`' for name in names)}"


def _values(schema: Mapping[str, Any]) -> str:
    found = [_value(each) for each in schema.get("anyOf", [schema])]
    return " or ".join(dict.fromkeys(found))


def _value(schema: Mapping[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return "a list"
    if "examples" in schema:
        return ", ".join(f"`{_written(each)}`" for each in schema["examples"][:2])
    return {"string": "text", "integer": "a whole number", "boolean": "`true`, `false`"}.get(
        str(schema.get("type")), "a number"
    ) + _bounds(schema)


def _written(example: object) -> str:
    """Return an example as pipeline.yaml takes it: YAML 1.1 would read 16:9 as a time."""
    return f'"{example}"' if isinstance(example, str) and ":" in example else str(example)


def _bounds(schema: Mapping[str, Any]) -> str:
    words = (
        ("minimum", "from"),
        ("exclusiveMinimum", "above"),
        ("maximum", "to"),
        ("exclusiveMaximum", "below"),
    )
    return "".join(f" {word} {schema[key]:g}" for key, word in words if key in schema)


def _default(schema: Mapping[str, Any]) -> str:
    return _yaml(schema["default"]) if "default" in schema else ""


def _given(name: str, value: Any) -> str:
    """Return an option's value as a pipeline file has it: byte sizes have their unit."""
    return f"{value // 1000}kB" if name == "max_bytes" else _yaml(value)


def _yaml(value: Any) -> str:
    if isinstance(value, str) and not value.isidentifier():
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def decoded(written: bytes) -> Image.Image:
    """Return a page's picture."""
    return Image.open(BytesIO(written)).convert("RGB")
