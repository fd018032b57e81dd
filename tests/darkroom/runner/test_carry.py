"""However a plan is divided among stages, the same comes of it (rule 19)."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.events import Applied
from darkroom.plan import Node, Plan, Task, nodes_of, tasks_of, ways
from darkroom.plan.expressions import Binary, Constant, Expression, Reference
from darkroom.runner.journey import Journey, pack, unpack
from darkroom.runner.render import Means, carry, render
from darkroom.runner.results import Failed, Leaving, Result
from steps.contract import Picture
from steps.formats import Encoding
from steps.testing.sources import jpeg, saved_png, scene, webp
from tests.darkroom.runner.stub_plans import ENVIRONMENT, PLUGINS, a_plan, node

MEANS = Means(load=PLUGINS.__getitem__)
USES = ("same", "look", "refuse", "crash")


def conditions() -> st.SearchStrategy[Expression | None]:
    width = Reference(name="picture.width")
    wide = st.integers(1, 90).map(
        lambda least: Binary(operator=">", left=width, right=Constant(value=least))
    )
    return st.none() | wide


@st.composite
def trees(draw: st.DrawFn) -> tuple[Node, ...]:
    """Nodes with everything that decides where a picture goes; each way is its own."""

    def grown(way: str, depth: int) -> tuple[Node, ...]:
        count = draw(st.integers(0 if depth else 1, 2)) if depth < 3 else 0
        return tuple(one(f"{way} > {index}".removeprefix(" > "), depth) for index in range(count))

    def one(way: str, depth: int) -> Node:
        return node(
            draw(st.sampled_from(USES)),
            way=way,
            when=draw(conditions()),
            on_error=draw(st.sampled_from(("fail", "drop", "pass"))),
            output=f"out {way}" if draw(st.booleans()) else None,
            next=grown(way, depth + 1),
        )

    return grown("", 0)


def divided(draw: st.DrawFn, nodes: tuple[Node, ...]) -> Task:
    """Return tasks that cover the nodes, cut wherever it is drawn."""

    def task(at: str, first: tuple[Node, ...]) -> Task:
        covers: list[str] = []
        following: list[Task] = []

        def cover(each: Node) -> None:
            covers.append(each.way)
            split(each.way, each.next)

        def split(at: str, below: tuple[Node, ...]) -> None:
            for each in below:
                if draw(st.booleans()):
                    following.append(task(at, (each,)))
                else:
                    cover(each)

        if at:
            for each in first:
                cover(each)
        else:
            split("", first)
        return Task(stage=str(draw(st.integers(0, 9))), at=at, covers=covers, next=following)

    return task("", nodes)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """A plan in one task, and the same one in several."""
    nodes = draw(trees())
    plan = a_plan(*nodes)
    return plan, plan.model_copy(update={"start": divided(draw, nodes)})


def carried(plan: Plan, original: bytes) -> Iterator[Result]:
    """Yield what comes of all tasks of the plan, pictures packed and unpacked in between."""

    def behind(task: Task, told: Iterator[Result]) -> Iterator[Result]:
        for result in told:
            if not isinstance(result, Leaving):
                yield result
                continue
            stored = pack(result.journey)
            for following in task.next:
                if following.at == result.at:
                    again = carry(plan, following, unpack(stored), MEANS)
                    yield from behind(following, again)

    yield from behind(plan.start, render(plan, original, ENVIRONMENT, MEANS))


def sorted_results(told: Iterator[Result]) -> list[str]:
    """Order is kept along one way only (rule 17)."""
    return sorted(map(repr, told))


@given(plans=plans(), original=st.sampled_from([jpeg(60, 40), webp(50, 90, mode="RGBA")]))
def test_a_plan_in_many_tasks_gives_what_it_gives_in_one(
    plans: tuple[Plan, Plan], original: bytes
) -> None:
    """The same bytes, facts, errors and recipes, whatever is cut."""
    one, many = plans

    assert sorted_results(carried(many, original)) == sorted_results(carried(one, original))


@given(plans=plans())
def test_the_tasks_of_these_tests_cover_each_node_once(plans: tuple[Plan, Plan]) -> None:
    """Else they would prove little."""
    one, many = plans
    covered = [way for task in tasks_of(many.start) for way in task.covers]

    assert sorted(covered) == sorted(ways(one.nodes))


@pytest.mark.parametrize(
    "original", [jpeg(61, 40), webp(50, 93, mode="RGBA"), saved_png(scene(7, 5, "L"))]
)
def test_an_intermediate_is_the_picture_with_all_that_is_known_of_it(original: bytes) -> None:
    """To the pixel."""
    plan = a_plan(node("look"), node("same", way="2"))
    cut = Task(stage="a", at="", covers=("look",), next=(Task(stage="b", at="", covers=("2",)),))
    results = render(plan.model_copy(update={"start": cut}), original, ENVIRONMENT, MEANS)
    (left,) = (result.journey for result in results if isinstance(result, Leaving))

    again = unpack(pack(left))

    assert again.picture.pixels() == left.picture.pixels()
    assert (again.picture.width, again.picture.alpha) == (left.picture.width, left.picture.alpha)
    assert (again.format, again.known, again.recipe) == (left.format, left.known, left.recipe)


def test_a_killed_step_that_may_pass_is_gone_by() -> None:
    """It is not tried again; its error is told, and the picture is published as it came."""
    plan = a_plan(node("crash", output="a", on_error="pass"))
    cut = Task(stage="a", at="", covers=(), next=(Task(stage="b", at="", covers=("crash",)),))
    many = plan.model_copy(update={"start": cut})
    leaving = list(render(many, jpeg(60, 40), ENVIRONMENT, MEANS))[-1]
    assert isinstance(leaving, Leaving)
    killed = Failed((), "crash", "crash", "killed", {"error": "Sandbox.Timedout"}, "pass")

    told = list(carry(many, cut.next[0], leaving.journey, MEANS, by=killed))

    assert told[0] == killed
    assert [type(result).__name__ for result in told] == ["Failed", "Rendered"]
    assert list(nodes_of(many.nodes)) == list(nodes_of(plan.nodes))


def test_the_format_of_a_picture_stays_the_original_s() -> None:
    """A step may choose how the output is written; what goes on are pixels (rule 11)."""
    picture = Picture.plain(9, 9, (0, 0, 0, 255))
    chosen = picture.encoded_as(Encoding("webp"))
    applied = Applied(step="to", uses="convert", version=1, options_digest="0" * 64)
    journey = Journey(picture, "png", {}, ()).having(chosen, applied)

    assert journey.picture.carried.encoding.format == "webp"
    assert unpack(pack(journey)).environment(node("same"))["picture.format"] == "png"
