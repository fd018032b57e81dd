"""What is a change, of which kind, and which of them break something."""

import pytest

from darkroom.plan import Plan
from dsl.difference.change import Change
from dsl.difference.pipeline import plan_changes
from tests.dsl.conftest import Compile

SIZES = "  sizes: { uses: resize, variants: { small: { width: 100 }, large: { width: 900 } } }\n"
MARK = "  mark: { uses: watermark, with: { text: ours } }\n"
GREY = "  grey: { uses: greyscale }\n"
HEAD = "pipeline: photos\nsteps:\n"


@pytest.fixture
def plan(compiled: Compile) -> Plan:
    """Two sizes, each marked."""
    return compiled(HEAD + SIZES + MARK).plan


def of_steps(found: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.of, each.text) for each in found if each.section == "steps"]


def test_equal_plans_have_no_changes(plan: Plan) -> None:
    """None at all."""
    assert plan_changes(plan, plan) == ()


TURNED = "  sizes: { uses: resize, variants: { large: { width: 900 }, small: { width: 100 } } }\n"
LOOK = "  look: { uses: faces }\n"
SEE = "  see: { uses: faces }\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SIZES, TURNED, "order of ways: sizes.large comes before sizes.small now"),
        (SIZES + LOOK + SEE, SIZES + SEE + LOOK, "see comes before"),
    ],
)
def test_another_order_is_a_change(old: str, new: str, told: str, compiled: Compile) -> None:
    """It changes the digest, so the pipeline's images are others: something has to be told."""
    before, after = (compiled(HEAD + steps).plan for steps in (old, new))

    assert before.digest != after.digest
    assert any(told in each.text for each in plan_changes(before, after))


def test_another_set_of_tags_is_a_change(compiled: Compile) -> None:
    """An upload may bring one more."""
    before = compiled(HEAD + SIZES).plan
    after = compiled(HEAD.replace("steps", "accept: { tags: [plan] }\nsteps") + SIZES).plan

    assert "tags: nothing -> plan" in [each.text for each in plan_changes(before, after)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SIZES, SIZES + GREY, ("whole", "grey", "is new: greyscale v1")),
        (SIZES + GREY, SIZES, ("whole", "grey", "is gone: greyscale v1")),
        (
            SIZES,
            SIZES.replace("width: 900", "width: 950"),
            ("options", "sizes", "large: width: 900 -> 950"),
        ),
        (
            SIZES,
            SIZES.replace("small", "tiny"),
            ("options", "sizes", "variant small is now called tiny"),
        ),
        (
            MARK,
            MARK.replace("ours", "'${image.id}'"),
            ("options", "mark", "text: ours -> ${image.id}"),
        ),
        (
            SIZES + GREY,
            SIZES + GREY.replace(" }", ", when: picture.width > 5 }"),
            ("control", "grey", "when: nothing -> picture.width > 5"),
        ),
        (
            SIZES + GREY,
            SIZES + GREY.replace(" }", ", only: [small] }"),
            ("control", "grey", "takes sizes.large no more"),
        ),
        (
            SIZES + GREY,
            SIZES + GREY.replace(" }", ", on_error: drop }"),
            ("control", "grey", "on_error: fail -> drop"),
        ),
        (
            SIZES + GREY,
            SIZES + GREY.replace(" }", ", alone: true }"),
            ("control", "grey", "alone: false -> true"),
        ),
    ],
)
def test_a_change_of_a_step_is_told_once(
    old: str, new: str, told: tuple[str, str, str], compiled: Compile
) -> None:
    """Whatever the number of pictures that go through it."""
    plans = (compiled(HEAD + steps).plan for steps in (old, new))

    assert of_steps(plan_changes(*plans)) == [told]


def test_another_version_of_a_plugin_and_another_asset_are_code(plan: Plan) -> None:
    """Neither shows in the pipeline file."""
    first, *others = plan.nodes
    changed = first.model_copy(update={"version": 4, "assets": {"font.otf": "ab" * 32}})
    new = plan.model_copy(update={"nodes": (changed, *others)})

    assert of_steps(plan_changes(plan, new)) == [
        ("code", "sizes", "plugin: resize v3 -> resize v4"),
        ("code", "sizes", "asset font.otf: nothing -> abababab"),
    ]


def test_another_engine_breaks_what_is_deployed(plan: Plan) -> None:
    """AWS cannot change the type of a state machine."""
    new = plan.model_copy(update={"engine": "standard"})

    (change,) = plan_changes(plan, new)
    assert change.section == "engine"
    assert change.breaking
    assert change.text.startswith("engine: express -> standard: another state machine")


def test_outputs_break_clients_where_they_are_lost_or_renamed(
    plan: Plan, compiled: Compile
) -> None:
    """A new one breaks nobody."""
    more = compiled(HEAD + SIZES.replace("small", "tiny: { width: 9 }, small") + MARK).plan

    assert [each.breaking for each in plan_changes(plan, more) if each.section == "outputs"] == [
        False
    ]
    assert [each.breaking for each in plan_changes(more, plan) if each.section == "outputs"] == [
        True
    ]


def test_another_name_breaks_what_is_stored(plan: Plan) -> None:
    """Keys of objects and events carry it."""
    (change,) = plan_changes(plan, plan.model_copy(update={"pipeline": "pictures"}))

    assert change.breaking
    assert change.text == "name: photos -> pictures: keys of objects begin with it"


def test_calls_are_permissions(compiled: Compile) -> None:
    """With the function that gets them, and what that means for the one before."""
    old, new = (
        compiled(f"{HEAD}{steps}").plan for steps in (SIZES, "  look: { uses: moderate }\n" + SIZES)
    )
    found = [each for each in plan_changes(old, new) if each.kind == "permissions"]
    rights = {(each.of, each.text) for each in found}

    assert ("look", "may call rekognition:DetectModerationLabels") in rights
    assert ("photos", "may write intermediates") in rights
    assert ("look", "may read intermediates") in rights


def test_the_way_back_has_as_many_changes(compiled: Compile) -> None:
    """What is new one way is gone the other."""
    old = compiled(HEAD + SIZES + MARK).plan
    new = compiled(HEAD + SIZES.replace("900", "950") + GREY).plan

    assert len(plan_changes(old, new)) == len(plan_changes(new, old))
