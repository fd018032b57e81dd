"""The flow of pictures: ways, names and outputs, for pipelines that hypothesis makes."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.passes.lower import nodes_of

WORDS = st.sampled_from(["a", "b", "c", "small", "large"])


@dataclass(frozen=True)
class MadeStep:
    plugin: str
    variants: tuple[str, ...]
    only: tuple[str, ...]

    def text(self, name: str) -> str:
        lines = [f"  {name}:", f"    uses: {self.plugin}"]
        if self.plugin == "resize":
            lines.append("    with: { width: 5 }")
        if self.variants:
            lines.append(
                f"    variants: {{ {', '.join(f'{each}: {{}}' for each in self.variants)} }}"
            )
        if self.only:
            lines.append(f"    only: [{', '.join(self.only)}]")
        return "\n".join(lines)


STEPS = st.builds(
    MadeStep,
    plugin=st.sampled_from(["resize", "greyscale", "faces"]),
    variants=st.lists(WORDS, unique=True, max_size=3).map(tuple),
    only=st.lists(WORDS, unique=True, max_size=1).map(tuple),
)


def compiled(steps: list[MadeStep], plugins: Plugins) -> Compiled | None:
    text = "pipeline: made\naccept: { max_pixels: 1MP, formats: [jpeg] }\nsteps:\n" + "\n".join(
        step.text(f"s{index}") for index, step in enumerate(steps)
    )
    try:
        return compile_source(text, "made.yaml", plugins)
    except PipelineRefused:
        return None


@given(steps=st.lists(STEPS, min_size=1, max_size=5))
def test_what_compiles_keeps_its_promises(steps: list[MadeStep], plugins: Plugins) -> None:
    """Every output is the end of exactly one way, under a name of its own."""
    found = compiled(steps, plugins)
    if found is None:
        return
    nodes = nodes_of(found.plan.nodes)
    promised = [node.output for node in nodes if node.output]

    assert promised == list(found.plan.outputs)
    assert len(set(promised)) == len(promised)
    assert len({node.way for node in nodes}) == len(nodes)
    # Without `from:` nothing is taken from the middle of a way.
    assert all(not node.next for node in nodes if node.output)


@given(
    names=st.lists(WORDS, min_size=1, unique=True), other=st.lists(WORDS, min_size=1, unique=True)
)
def test_variants_of_variants_are_called_by_both(
    names: list[str], other: list[str], plugins: Plugins
) -> None:
    """In the order of the file; a word that would occur twice on a way is refused."""
    steps = [MadeStep("resize", tuple(names), ()), MadeStep("resize", tuple(other), ())]

    found = compiled(steps, plugins)

    expected = [f"{first}-{second}" for first in names for second in other]
    assert (found is None) == bool(set(names) & set(other))
    assert found is None or list(found.plan.outputs) == expected


@given(names=st.lists(WORDS, min_size=2, max_size=4, unique=True), data=st.data())
def test_pictures_that_go_by_keep_their_name_and_are_left_alone(
    names: list[str], data: st.DataObject, plugins: Plugins
) -> None:
    """`only` chooses who enters; all are published all the same."""
    chosen = data.draw(st.sampled_from(names))
    steps = [MadeStep("resize", tuple(names), ()), MadeStep("greyscale", (), (chosen,))]

    found = compiled(steps, plugins)

    assert found is not None
    assert list(found.plan.outputs) == names
    ends = {node.output: node.way for node in nodes_of(found.plan.nodes) if node.output}
    assert {name for name, way in ends.items() if way.endswith("> s1")} == {chosen}
