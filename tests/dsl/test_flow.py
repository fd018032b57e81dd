"""The flow of pictures: ways, names and outputs, for pipelines that hypothesis makes."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from darkroom.plan.tree import nodes_of
from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from tests.dsl.flow_oracle import flow_of
from tests.dsl.pipelines import pipelines

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


PIPELINES = pipelines(
    picture_steps={
        "resize": st.builds(lambda width: {"width": width}, st.sampled_from([8, 300])),
        "greyscale": st.just({}),
    },
    facts_steps={"faces": st.just({})},
)


def compiled(steps: list[MadeStep], plugins: Plugins) -> Compiled | None:
    text = "pipeline: made\naccept: { max_pixels: 1MP, formats: [jpeg] }\nsteps:\n" + "\n".join(
        step.text(f"s{index}") for index, step in enumerate(steps)
    )
    try:
        return compile_source(text, "made.yaml", plugins)
    except PipelineRefused:
        return None


@given(text=PIPELINES)
def test_what_compiles_means_what_the_rules_say(text: str, plugins: Plugins) -> None:
    """The ways, what enters each passage is called, and the outputs with their places."""
    try:
        plan = compile_source(text, "made.yaml", plugins).plan
    except PipelineRefused:
        return
    told = flow_of(text, facts={"faces"})
    nodes = list(nodes_of(plan.nodes))

    assert {node.way: node.takes for node in nodes} == told.passages
    assert list(plan.outputs) == [name for name, _ in told.outputs]
    assert {(node.output, node.way) for node in nodes if node.output} == set(told.outputs)


@given(text=PIPELINES)
def test_well_formed_pipelines_are_refused_for_their_flow_only(text: str, plugins: Plugins) -> None:
    """Of two outputs with one name exactly where the rules see two."""
    codes = set()
    try:
        compile_source(text, "made.yaml", plugins)
    except PipelineRefused as refused:
        codes = {each.code for each in refused.diagnostics}
    names = [name for name, _ in flow_of(text, facts={"faces"}).outputs]

    assert codes <= {"D306", "D307", "P019", "P027"}
    assert ("D306" in codes) == (len(set(names)) < len(names))


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
