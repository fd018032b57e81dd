"""Render: each promised output comes exactly once, rendered or failed, whatever plugins do."""

import io
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.plan import Environment, Node, Opening, Plan, Task, Template, ways
from darkroom.plan.expressions import Binary, Constant, Else, Exists, Reference
from darkroom.runner.apply import AnyStep
from darkroom.runner.render import (
    FactsFound,
    Failed,
    Rendered,
    Result,
    Validated,
    Verdict,
    render,
)
from steps import plugins
from steps.contract import Asks, Call, Facts, Options, Picture, Rejected, StepFailed, step
from steps.limits import Limits
from steps.testing.sources import gif, jpeg, png

ENVIRONMENT: Environment = {"image.id": "an image", "image.owner": "an owner"}
PHOTO = jpeg(1000, 600)


class NoOptions(Options):
    """Nothing to choose."""


class TextOptions(Options):
    """What a text is."""

    text: str = "nothing"


class Found(Facts):
    """What `look` finds: nothing of the second."""

    width: int
    text: str | None = None


@step(version=1)
def same(picture: Picture, options: TextOptions) -> Picture:
    """Do nothing; its options stand in the recipe all the same."""
    return picture


@step(version=1)
def look(picture: Picture, options: NoOptions) -> Found:
    """Find the width."""
    return Found(width=picture.width)


@step(version=1, rejects=("too_dull",))
def judge(picture: Picture, options: NoOptions) -> Picture | Rejected:
    """Find every picture dull."""
    return Rejected("too_dull", {"limit": 3, "actual": 0})


@step(version=1, rejects=("too_dull",))
def judge_oddly(picture: Picture, options: NoOptions) -> Picture | Rejected:
    """Give a verdict that is not declared."""
    return Rejected("too_bright", {})


@step(version=1, fails=("no_room",))
def refuse(picture: Picture, options: NoOptions) -> Picture:
    """Fail as declared."""
    raise StepFailed("no_room", limit=4)


@step(version=1, fails=("no_room",))
def refuse_oddly(picture: Picture, options: NoOptions) -> Picture:
    """Fail with a code that is not declared."""
    raise StepFailed("no_patience")


@step(version=1, fails=("no_room",))
def refuse_endlessly(picture: Picture, options: NoOptions) -> Picture:
    """Fails with a fact that no event can hold."""
    raise StepFailed("no_room", limit=math.inf)


@step(version=1)
def crash(picture: Picture, options: NoOptions) -> Picture:
    """Fail by mistake."""
    raise ZeroDivisionError("secret")


@step(version=1)
def grow(picture: Picture, options: NoOptions) -> Picture:
    """Make a picture that no JPEG can hold: 70,000 pixels wide. Lazily, as pictures are."""
    return picture.cropped(0, 0, 1, 1).padded(0, 0, 70_000, 1, (0, 0, 0, 255))


@step(version=1, calls=("rekognition:DetectLabels",))
def ask(picture: Picture, options: NoOptions) -> Asks[Found]:
    """Ask AWS, which no pipeline can do yet."""
    yield Call("rekognition:DetectLabels", {})
    return Found(width=1)


PLUGINS: Mapping[str, AnyStep] = {
    each.name: each
    for each in (
        *(same, look, judge, judge_oddly, refuse, refuse_oddly),
        *(refuse_endlessly, crash, grow, ask),
    )
}


def node(uses: str, way: str = "", **kept: Any) -> Node:
    """Return a node for one of the plugins above; its step is called as its plugin."""
    kind = PLUGINS[uses].kind if uses in PLUGINS else "picture"
    return Node.model_validate(
        {"step": uses, "way": way or uses, "uses": uses, "version": 1, "kind": kind, "options": {}}
        | kept
    )


def a_plan(*nodes: Node, limits: Mapping[str, Any] | None = None) -> Plan:
    def promised(each: Node) -> Iterator[str]:
        if each.output is not None:
            yield each.output
        for below in each.next:
            yield from promised(below)

    return Plan(
        pipeline="photos",
        digest="5e" * 32,
        opening=Opening(
            step="check", version=1, options={**Limits().model_dump(), **(limits or {})}
        ),
        nodes=nodes,
        outputs=tuple(name for each in nodes for name in promised(each)),
        stages=(),
        start=Task(stage="photos", at="", covers=ways(nodes)),
        encoder=1,
        engine="express",
        worst_case_s=60,
    )


def results(
    plan: Plan, original: bytes = PHOTO, environment: Environment = ENVIRONMENT
) -> list[Result]:
    return list(render(plan, original, environment, load=PLUGINS.__getitem__))


def answers(plan: Plan, environment: Environment = ENVIRONMENT) -> dict[str, Result]:
    """Return what came of each promised output; each comes exactly once."""
    found: dict[str, Result] = {}
    for result in results(plan, environment=environment):
        names = result.names if isinstance(result, Failed) else ()
        for name in (result.name,) if isinstance(result, Rendered) else names:
            assert name not in found
            found[name] = result
    assert set(found) == set(plan.outputs)
    return found


def failed(result: Result) -> tuple[tuple[str, ...], str, str, dict[str, Any]]:
    assert isinstance(result, Failed)
    return result.names, result.step, result.code, dict(result.facts)


def test_the_pipeline_gives_its_three_variants_of_a_photo(plan: Plan) -> None:
    """Compiled from pipeline.yaml, with the real plugins: sizes, formats and recipes."""
    validated, *rendered = list(render(plan, jpeg(2000, 1200), ENVIRONMENT))

    assert isinstance(validated, Validated)
    assert (validated.step, validated.header.width, validated.header.height) == (
        "check",
        2000,
        1200,
    )
    sizes, recipes = {}, {}
    for result in rendered:
        assert isinstance(result, Rendered)
        with Image.open(io.BytesIO(result.encoded)) as opened:
            assert (opened.format, opened.size) == ("JPEG", (result.width, result.height))
        sizes[result.name] = (result.width, result.height)
        recipes[result.name] = [applied.uses for applied in result.recipe]
    assert sizes == {"thumbnail": (150, 150), "medium": (800, 480), "large": (1920, 1152)}
    assert recipes["thumbnail"] == ["open", "resize", "encode"]
    assert recipes["medium"] == recipes["large"] == ["open", "resize", "watermark", "encode"]


def test_the_brand_goes_by_a_picture_that_is_too_small_for_it(plan: Plan) -> None:
    """`when: picture.width >= 400`, looked at as the picture enters: it goes on untouched."""
    rendered = {
        result.name: [applied.uses for applied in result.recipe]
        for result in render(plan, jpeg(399, 300), ENVIRONMENT)
        if isinstance(result, Rendered)
    }

    assert rendered == {name: ["open", "resize", "encode"] for name in plan.outputs}


def test_the_owners_name_is_drawn_and_another_name_is_another_picture(plan: Plan) -> None:
    """Filled from the environment, or by `else`; the recipe tells them apart."""

    def medium(environment: Environment) -> Rendered:
        (found,) = (
            result
            for result in render(plan, PHOTO, environment)
            if isinstance(result, Rendered) and result.name == "medium"
        )
        return found

    nobody, ada = medium(ENVIRONMENT), medium({**ENVIRONMENT, "image.owner_name": "Ada"})
    darkroom = medium({**ENVIRONMENT, "image.owner_name": "Darkroom"})

    assert ada.encoded != nobody.encoded
    assert ada.recipe != nobody.recipe
    assert (darkroom.encoded, darkroom.recipe) == (nobody.encoded, nobody.recipe)


def test_rendering_twice_gives_the_same_to_the_byte(plan: Plan) -> None:
    """Retries write the same objects and tell the same events."""
    assert list(render(plan, PHOTO, ENVIRONMENT)) == list(render(plan, PHOTO, ENVIRONMENT))


@pytest.mark.parametrize(
    ("original", "code"),
    [
        (b"", "empty"),
        (b"not a picture at all", "unsupported_format"),
        (PHOTO[:-200], "truncated"),
        (gif(frames=2), "too_many_frames"),
    ],
    ids=["empty", "text", "cut", "animated"],
)
def test_an_original_that_is_not_accepted_gives_a_verdict_and_nothing_more(
    plan: Plan, original: bytes, code: str
) -> None:
    """By the step that is the opening, with limit and actual value."""
    (verdict,) = render(plan, original, ENVIRONMENT)

    assert isinstance(verdict, Verdict)
    assert (verdict.step, verdict.code) == ("check", code)
    assert set(verdict.facts) == {"limit", "actual"}


def test_limits_are_those_of_the_plan() -> None:
    """As the pipeline's `accept` and its first step have tightened them."""
    (verdict,) = results(a_plan(node("same", output="a"), limits={"max_pixels": 599_999}))

    assert isinstance(verdict, Verdict)
    assert verdict.facts == {"limit": 599_999, "actual": 600_000}


def test_results_come_in_the_order_of_the_plan() -> None:
    """The opening, then each branch with all that is below it before the next."""
    plan = a_plan(
        node("same", way="1", output="a", next=(node("look", way="1 > look", output="b"),)),
        node("same", way="2", output="c"),
    )

    told = [
        result.name if isinstance(result, Rendered) else type(result).__name__
        for result in results(plan)
    ]

    assert told == ["Validated", "a", "FactsFound", "b", "c"]


@pytest.mark.parametrize(
    ("uses", "code", "facts"),
    [
        ("refuse", "no_room", {"limit": 4}),
        ("refuse_oddly", "crashed", {"undeclared": "no_patience"}),
        ("judge_oddly", "crashed", {"undeclared": "too_bright"}),
        ("refuse_endlessly", "crashed", {"undeclared": "facts"}),
        ("crash", "crashed", {"exception": "ZeroDivisionError"}),
        ("ask", "crashed", {"undeclared": "calls"}),
        ("grow", "not_encodable", {"exception": "Error"}),
    ],
)
def test_a_step_that_fails_takes_only_its_own_output(
    uses: str, code: str, facts: dict[str, Any]
) -> None:
    """The other branch runs to its end; codes that no plugin declared are never made public."""
    found = answers(a_plan(node(uses, output="bad"), node("same", output="good")))

    assert failed(found["bad"]) == (("bad",), uses, code, facts)
    assert isinstance(found["good"], Rendered)


def test_what_a_plugin_raised_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """Its text may hold anything; the operator reads it, the history does not."""
    (_, result) = results(a_plan(node("crash", output="bad")))

    assert "secret" in caplog.text
    assert "secret" not in repr(result)


def test_a_failure_takes_all_outputs_below_it_at_once() -> None:
    """And nothing is run down there."""
    below = (
        node("crash", way="x", output="b"),
        node("look", way="y", next=(node("same", way="z", output="c"),)),
    )
    found = answers(a_plan(node("refuse", output="a", next=below), node("same", output="d")))

    assert failed(found["a"]) == (("a", "b", "c"), "refuse", "no_room", {"limit": 4})
    assert found["a"] is found["b"] is found["c"]


def test_what_came_out_above_a_failure_stays() -> None:
    """An output is published as it leaves its node."""
    found = answers(a_plan(node("same", output="a", next=(node("crash", output="b"),))))

    assert isinstance(found["a"], Rendered)
    assert isinstance(found["b"], Failed)


def test_a_verdict_ends_the_walk_wherever_it_is_given() -> None:
    """Nothing comes after it, from no branch."""
    plan = a_plan(
        node("judge", output="a", next=(node("same", output="b"),)), node("same", output="c")
    )

    validated, verdict = results(plan)

    assert isinstance(validated, Validated)
    assert verdict == Verdict("judge", "too_dull", {"limit": 3, "actual": 0})


def test_facts_are_told_with_their_way_and_known_below() -> None:
    """A fact that was not found is absent, so `exists` and `else` see it so."""
    wide = Binary(operator=">", left=Reference(name="look.width"), right=Constant(value=10))
    text = Template(template=(Else(name="look.text", fallback=Constant(value="none")),))
    knows = Exists(name="look.text")
    plan = a_plan(
        node(
            "look",
            next=(
                node("refuse", way="1", when=knows, output="a"),
                node("refuse", way="2", when=wide, output="b"),
                node("same", way="3", templates={"text": text}, output="c"),
                node("same", way="4", options={"text": "none"}, output="d"),
            ),
        )
    )

    found = answers(plan)

    assert results(plan)[1] == FactsFound("look", "look", {"width": 1000, "text": None})
    assert isinstance(found["a"], Rendered)
    assert isinstance(found["b"], Failed)
    third, fourth = found["c"], found["d"]
    assert isinstance(third, Rendered)
    assert isinstance(fourth, Rendered)
    assert third.recipe == fourth.recipe


def test_facts_of_one_branch_are_not_known_on_another() -> None:
    """Facts are per picture."""
    plan = a_plan(node("look"), node("refuse", when=Exists(name="look.width"), output="a"))

    assert isinstance(answers(plan)["a"], Rendered)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image.format", "jpeg"),
        ("image.width", 1000),
        ("image.frames", 1),
        ("image.alpha", False),
        ("image.owner", "an owner"),
        ("check.height", 600),
        ("picture.format", "jpeg"),
        ("picture.height", 600),
        ("picture.frames", 1),
        ("picture.alpha", False),
    ],
)
def test_expressions_read_the_image_and_the_picture_about_to_enter(name: str, value: Any) -> None:
    """What was known before, what the opening found, and the picture as it is."""
    right = Binary(operator="==", left=Reference(name=name), right=Constant(value=value))

    result = answers(a_plan(node("refuse", when=right, output="a")))["a"]

    assert isinstance(result, Failed)


@pytest.mark.parametrize("value", ["Ada", 3, True])
def test_a_filled_value_that_the_option_does_not_admit_is_a_bad_option(value: Any) -> None:
    """Named, but not told: it may be somebody's name."""
    template = Template(template=(Reference(name="image.owner_name"),))
    plan = a_plan(node("same", templates={"text": template}, output="a"))

    result = answers(plan, {**ENVIRONMENT, "image.owner_name": value})["a"]

    if isinstance(value, str):
        assert isinstance(result, Rendered)
    else:
        assert failed(result) == (("a",), "same", "bad_option", {"options": "text"})


def test_a_step_that_is_gone_by_is_not_in_the_recipe_and_not_even_loaded() -> None:
    """So its object is the one that there is without the step."""
    never = Constant(value=False)
    found = answers(a_plan(node("not_there", when=never, output="a"), node("look", output="b")))

    first, second = found["a"], found["b"]
    assert isinstance(first, Rendered)
    assert isinstance(second, Rendered)
    assert first.recipe == second.recipe
    assert first.encoded == second.encoded


def test_the_formats_of_outputs_are_those_of_their_originals() -> None:
    """A PNG stays a PNG, with its transparency."""
    (_, result) = results(a_plan(node("same", output="a")), png(mode="RGBA"))

    assert isinstance(result, Rendered)
    assert result.format == "png"
    with Image.open(io.BytesIO(result.encoded)) as opened:
        assert opened.mode == "RGBA"


def test_plugins_are_those_of_steps_unless_others_are_given() -> None:
    """An unknown one is a broken deployment, not a bad picture: it is raised."""
    with pytest.raises(plugins.UnknownPlugin):
        list(render(a_plan(node("same", output="a")), PHOTO, ENVIRONMENT))


leaves = st.sampled_from(["same", "look", "refuse", "crash", "judge_oddly"])
Build = Callable[[list[Node]], Node]


@st.composite
def some_plans(draw: st.DrawFn) -> Plan:
    """Draw a plan of any shape over plugins of every behaviour but giving verdicts."""
    count = 0

    def some_node(depth: int) -> Node:
        nonlocal count
        count += 1
        way, output = f"way {count}", f"output_{count}" if draw(st.booleans()) else None
        below = draw(st.integers(0, 2 if depth < 3 else 0))
        when = draw(st.sampled_from([None, Constant(value=False), Constant(value=True)]))
        children = tuple(some_node(depth + 1) for _ in range(below))
        return node(draw(leaves), way=way, output=output, when=when, next=children)

    return a_plan(*(some_node(1) for _ in range(draw(st.integers(0, 3)))))


@given(plan=some_plans())
def test_every_promised_output_comes_exactly_once(plan: Plan) -> None:
    """Rendered, or in a failure; `answers` holds that, for plans of any shape."""
    answers(plan)
