"""Render: each promised output comes exactly once, rendered or failed, whatever plugins do."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Unfinished
from darkroom.plan import Environment, Node, Plan, Template
from darkroom.plan.expressions import Binary, Constant, Else, Exists, Reference
from darkroom.runner.calls import CallRefused, Reply
from darkroom.runner.render import Means, render
from darkroom.runner.results import FactsFound, Failed, Rendered, Result, Validated, Verdict
from steps import plugins
from steps.contract import Call
from steps.testing.sources import gif, jpeg, png
from tests.darkroom.runner.stub_plans import ENVIRONMENT, PLUGINS, a_plan, node

PHOTO = jpeg(1000, 600)


def results(
    plan: Plan,
    original: bytes = PHOTO,
    environment: Environment = ENVIRONMENT,
    **means: Any,
) -> list[Result]:
    return list(render(plan, original, environment, Means(load=PLUGINS.__getitem__, **means)))


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
        ("ask", "call_refused", {"action": "rekognition:DetectLabels", "error": "NotPlanned"}),
        ("ask_oddly", "crashed", {"undeclared": "s3:DeleteObject"}),
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


def test_a_dropped_error_gives_up_the_outputs_below_it_and_no_more() -> None:
    """The other branch runs to its end; what was lost says that the image is not (rule 14)."""
    below = (node("same", way="x", output="b"),)
    plan = a_plan(node("refuse", on_error="drop", output="a", next=below), node("same", output="c"))

    found = answers(plan)

    lost = found["a"]
    assert isinstance(lost, Failed)
    assert (lost.names, lost.on_error) == (("a", "b"), "drop")
    assert isinstance(found["c"], Rendered)


def test_a_passed_error_lets_the_picture_go_on_as_it_came() -> None:
    """Without facts, and with the error told."""
    exists = Exists(name="look.width")
    below = (node("look", way="x", next=(node("refuse", way="y", when=exists, output="c"),)),)
    plan = a_plan(node("refuse", on_error="pass", output="a", next=below))
    plain = a_plan(node("same", output="a"))

    told = results(plan)

    assert [type(result).__name__ for result in told] == [
        *("Validated", "Failed", "Rendered", "FactsFound", "Failed")
    ]
    assert isinstance(told[1], Failed)
    assert (told[1].names, told[1].way, told[1].on_error) == ((), "refuse", "pass")
    passed, rendered = told[2], answers(plain)["a"]
    assert isinstance(passed, Rendered)
    assert isinstance(rendered, Rendered)
    assert passed.encoded == rendered.encoded
    assert [applied.uses for applied in passed.recipe] == ["open", "encode"]


def test_a_step_gets_the_replies_to_its_calls_one_by_one() -> None:
    """What it asks for next may follow from the reply; its facts are facts like any other."""
    asked = []

    def answer(call: Call) -> Reply:
        asked.append(call)
        return {"seen": call.parameters["MaxLabels"] + 1}

    told = results(a_plan(node("ask")), ask=answer)

    assert told[1:] == [FactsFound("ask", "ask", {"width": 3, "text": None})]
    assert [call.parameters["MaxLabels"] for call in asked] == [1, 2]


def test_facts_on_record_are_not_asked_for_again() -> None:
    """A service may change its mind, but steps below have seen what it said first."""

    def refuse_all(call: Call) -> Reply:
        raise CallRefused(call.action, "AskedAgain")

    told = results(a_plan(node("ask")), ask=refuse_all, found={"ask": {"width": 7}})

    assert told[1:] == [FactsFound("ask", "ask", {"width": 7})]


def test_a_service_that_does_not_answer_ends_the_stage() -> None:
    """It is nobody's verdict: the engine tries again."""

    def silent(call: Call) -> Reply:
        raise Unfinished("call_broke_off", action=call.action)

    with pytest.raises(Unfinished):
        results(a_plan(node("ask", on_error="pass")), ask=silent)


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


def test_another_font_makes_another_recipe() -> None:
    """A recipe names the picture's object: what a step reads is part of it."""
    plans = [a_plan(node("same", output="a", assets={"font.otf": digest})) for digest in ("1", "2")]
    one, other = (answers(plan)["a"] for plan in plans)

    assert isinstance(one, Rendered)
    assert isinstance(other, Rendered)
    assert one.encoded == other.encoded
    assert one.recipe != other.recipe
