"""Page: PIPELINE.md, the plan as people read it on a code host: diagram, tables, cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic_core import to_jsonable_python

from darkroom.plan import Node, nodes_of
from dsl.backends.diagram import diagram
from dsl.compile import Compiled
from dsl.costs.comparison import compare
from dsl.costs.photo import Photo
from dsl.costs.pricing import REGIONS, prices
from dsl.draft import Plugins
from dsl.expressions.text import text
from dsl.spelling import filled, limit, value


@dataclass(frozen=True)
class _Output:
    """A promised picture, and what it comes about by."""

    name: str
    way: str
    recipe: tuple[str, ...]  # plugins with their versions


def render_page(compiled: Compiled, plugins: Plugins) -> str:
    """The text of generated/<pipeline>/PIPELINE.md: the same for the same plan and prices."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown: what needs escaping goes through `code`
    )
    environment.filters["code"] = _code
    environment.filters["codes"] = lambda texts: ", ".join(map(_code, texts))
    environment.filters["row"] = lambda cells: f"| {' | '.join(cells)} |"
    environment.filters["dollars"] = lambda amounts: [f"{amount:.2f}" for amount in amounts]
    plan, photo = compiled.plan, Photo()
    bills = [compare(plan, photo, plugins, prices(region)) for region in REGIONS]
    return environment.get_template("page.md.j2").render(
        plan=plan,
        photo=photo,
        diagram=diagram(plan),
        nodes=[(node, _condition(node), _options(node, plugins)) for node in nodes_of(plan.nodes)],
        accepts=[f"{name}: {limit(name, each)}" for name, each in plan.opening.options.items()],
        outputs=list(_outputs(plan.nodes)),
        bills=bills,
        names=[each.usage.form.name for each in bills[0].bills],
        unverified=any(each.prices.unverified for each in bills),
    )


def _outputs(nodes: Sequence[Node], above: tuple[str, ...] = ()) -> Iterator[_Output]:
    for node in nodes:
        recipe = above if node.kind == "facts" else (*above, f"{node.uses} v{node.version}")
        if node.output is not None:
            yield _Output(node.output, node.way, recipe)
        yield from _outputs(node.next, recipe)


def _condition(node: Node) -> str:
    return text(node.when) if node.when else ""


def _options(node: Node, plugins: Plugins) -> list[str]:
    """Return the options that are not as the plugin has them anyway."""
    fields = plugins[node.uses].options_model.model_fields
    usual = {
        name: to_jsonable_python(field.get_default())
        for name, field in fields.items()
        if not field.is_required()
    }
    said = [
        f"{name}: {value(given)}"
        for name, given in node.options.items()
        if name not in usual or usual[name] != given
    ]
    return [*said, *(f"{name}: {filled(each)}" for name, each in node.templates.items())]


def _code(content: str) -> str:
    """Return `content` as code in a cell of a table, where a bar would end the cell."""
    escaped = content.replace("|", r"\|")
    if "`" not in content:
        return f"`{escaped}`"
    # A fence is longer than any run of backticks within.
    fence = "`" * (1 + content.count("`"))
    return f"{fence} {escaped} {fence}"
