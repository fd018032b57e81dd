"""Every plugin keeps the contract: `pytest tests/steps -k greyscale` holds a new one to it."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, cast

import pytest
from annotated_types import Ge
from mypy import api
from PIL import Image, ImageOps
from pydantic import ConfigDict, ValidationError, create_model

from steps.contract import (
    Asks,
    Call,
    Cost,
    Facts,
    InvalidStep,
    Options,
    Picture,
    Rejected,
    StepFailed,
    step,
)
from steps.plugins import AnyStep, find
from steps.testing import RULES, Rule, RuleBroken, outcome
from steps.testing.strategies import patterned


class NoOptions(Options):
    """Nothing to choose."""


class Shade(Facts):
    """How light a picture is."""

    light: float


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("plugin", find().values(), ids=find().keys())
def test_every_plugin_keeps_the_contract(plugin: AnyStep, rule: Rule) -> None:
    """The public suite finds nothing to object to in any plugin of steps/."""
    rule(plugin)


PICTURE = patterned(6, 4, alpha=False, pattern=b"\x10\x20\x30\x40")


def test_a_step_is_read_from_its_annotations() -> None:
    """Name, kind, options and what it takes need not be said twice."""

    @step(version=3, cost=Cost(cpu_ms=4))
    def mirror(picture: Picture, options: NoOptions) -> Picture:
        """Do nothing much."""
        return picture

    assert (mirror.name, mirror.version, mirror.kind, mirror.takes) == (
        "mirror",
        3,
        "picture",
        "Picture",
    )
    assert mirror.options_model is NoOptions
    assert mirror.facts_model is None
    assert mirror(PICTURE, NoOptions()) is PICTURE


def test_a_step_may_be_written_against_pillow() -> None:
    """`apply` hands it a Pillow image and brings what it returns back to a Picture."""

    @step(version=1)
    def flip(picture: Image.Image, options: NoOptions) -> Image.Image:
        """Turn it upside down."""
        return ImageOps.flip(picture)

    result = flip.apply(PICTURE, NoOptions())

    assert flip.takes == "Image"
    assert isinstance(result, Picture)
    assert result.pixels()[:18] == PICTURE.pixels()[-18:]


def test_a_steps_pixels_are_computed_in_the_step() -> None:
    """What `apply` gives is in memory: the output's encoder finds no work left, and no crash."""

    @step(version=1)
    def grey(picture: Picture, options: NoOptions) -> Picture:
        """Take the colour out."""
        return picture.greyscale()

    result = grey.apply(PICTURE, NoOptions())

    assert isinstance(result, Picture)
    assert result.rendered() is result


def test_a_step_may_ask_aws() -> None:
    """It yields calls as data and is sent replies as data, so it stays pure."""

    @step(version=1, calls=("rekognition:DetectFaces",), rejects=("nobody",))
    def faces(picture: Picture, options: NoOptions) -> Asks[Shade | Rejected]:
        """Look for faces."""
        reply = yield Call("rekognition:DetectFaces", {"Image": picture.width})
        found = reply["FaceDetails"]
        return Shade(light=found[0]) if found else Rejected("nobody", {"limit": 1, "actual": 0})

    def reply(call: Call) -> Mapping[str, list[float]]:
        assert call.parameters == {"Image": 6}
        return {"FaceDetails": [0.5]}

    assert (faces.kind, faces.facts_model) == ("facts", Shade)
    assert outcome(faces, PICTURE, NoOptions(), reply) == Shade(light=0.5)
    with pytest.raises(RuleBroken, match="give the suite its replies"):
        outcome(faces, PICTURE, NoOptions())


def test_declarations_that_break_the_contract_are_refused_in_words() -> None:
    """The mistake shows where the plugin is imported, with the rule."""

    class Loose(Options):
        """Options that let unknown keys pass."""

        model_config = ConfigDict(extra="ignore")

    def rejecting(picture: Picture, options: NoOptions) -> Picture | Rejected:
        return picture

    def loose(picture: Picture, options: Loose) -> Picture:
        return picture

    def plain(picture: Picture, options: NoOptions) -> Picture:
        return picture

    with pytest.raises(InvalidStep, match="declare its codes"):
        step(version=1)(rejecting)
    with pytest.raises(InvalidStep, match="never returns Rejected"):
        step(version=1, rejects=("late",))(plain)
    with pytest.raises(InvalidStep, match="not lower_snake_case"):
        step(version=1, fails=("TooLate",))(plain)
    with pytest.raises(InvalidStep, match="exactly if it returns Asks"):
        step(version=1, calls=("s3:GetObject",))(plain)
    with pytest.raises(InvalidStep, match="loosens extra"):
        step(version=1)(loose)


def test_the_suite_names_the_rule_that_a_step_breaks() -> None:
    """A crash, an undeclared code and a moody step are each told apart, in words."""
    moods = iter(range(10**6))

    @step(version=1)
    def crashing(picture: Picture, options: NoOptions) -> Picture:
        """Crash."""
        raise KeyError("colour")

    @step(version=1, fails=("late",))
    def failing(picture: Picture, options: NoOptions) -> Picture:
        """Fail with another code."""
        raise StepFailed("early")

    @step(version=1)
    def moody(picture: Picture, options: NoOptions) -> Shade:
        """Answer as the mood is."""
        return Shade(light=next(moods))

    @step(version=1)
    def forgetful(picture: Picture, options: NoOptions) -> Picture:
        """Forget to return, as only mypy would see."""
        return cast("Picture", None)

    rules = {rule.__name__: rule for rule in RULES}
    with pytest.raises(RuleBroken, match=r"^forgetful returned None, not a picture"):
        rules["answers_as_it_declares"](forgetful)
    with pytest.raises(RuleBroken, match=r"Fix it; or, .* raise StepFailed with a code"):
        rules["answers_as_it_declares"](crashing)
    with pytest.raises(RuleBroken, match="crashing crashed: KeyError"):
        rules["answers_as_it_declares"](crashing)
    with pytest.raises(RuleBroken, match="failing fails with 'early'"):
        rules["answers_as_it_declares"](failing)
    with pytest.raises(RuleBroken, match="moody answered differently"):
        rules["does_the_same_twice"](moody)


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (dict, "dict"),
        (dict[str, int], r"dict"),
        (list[int], "list"),
        (tuple[dict[str, int], ...], r"tuple"),
        (int | set[int], r"int \| set"),
        (bytes, "bytes"),
        (Any, "Any"),
    ],
)
def test_an_option_that_no_pipeline_can_write_is_refused(hint: Any, said: str) -> None:
    """As the plugin is made, with the name of the field and the types there are."""
    model = create_model("Curve", __base__=Options, points=(hint, ...))

    def curved(picture: Picture, options: Options) -> Picture:
        return picture

    curved.__annotations__["options"] = model

    with pytest.raises(InvalidStep, match=rf"^Curve\.points is of the type {said}.*: an option is"):
        step(version=1)(curved)


def test_options_are_scalars_choices_and_tuples_of_those() -> None:
    """Every kind that is allowed, with limits and without a value."""

    class Tone(Enum):
        """A choice."""

        WARM = "warm"

    class Toned(Options):
        """Some of each."""

        tone: Tone = Tone.WARM
        names: tuple[Literal["a", "b"], ...] = ()
        at: tuple[Annotated[int, Ge(0)], float] | None = None
        share: Annotated[float, Ge(0)] | None = None

    def toned(picture: Picture, options: Toned) -> Picture:
        return picture

    toned.__annotations__["options"] = Toned

    assert step(version=1)(toned).read_options({"tone": "warm", "at": [1, 0.5]}).at == (1, 0.5)


def test_options_are_read_as_strict_json() -> None:
    """A list will do for a tuple, but text is no number, and an unknown key is refused."""

    class Places(Options):
        """Some numbers."""

        at: tuple[int, ...]

    assert Places.read({"at": [1, 2]}).at == (1, 2)
    for wrong in ({"at": ["1"]}, {"at": [True]}, {"at": [1], "to": 2}, {}):
        with pytest.raises(ValueError, match="validation error"):
            Places.read(wrong)


def test_a_step_reads_only_the_assets_that_it_declares() -> None:
    """What is not in `assets` is not in the lock either."""
    watermark = find()["watermark"]

    assert watermark.asset("fonts/Inter-SemiBold.otf").startswith(b"OTTO")
    with pytest.raises(KeyError, match="declares no asset"):
        watermark.asset("watermark.py")


SNIPPET = """
from collections.abc import Mapping
from steps.contract import Facts, Options, Picture, step
from PIL import Image

class NoOptions(Options):
    pass

@step(version=1)
def tried(picture: {takes}, options: {options}) -> {gives}:
    raise NotImplementedError
"""


@pytest.mark.slow
class Count(Facts):
    """How many there are of something."""

    number: int | None


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
def test_facts_are_numbers_that_a_double_holds(number: int) -> None:
    """The state machine's conditions count in doubles, the runner's in whole numbers."""
    assert Count(number=2**53 - 1).number == 2**53 - 1
    assert Count(number=None).number is None
    with pytest.raises(ValidationError, match="number is too large to be kept exactly"):
        Count(number=number)


@pytest.mark.parametrize(
    ("takes", "options", "gives", "accepted"),
    [
        ("Picture", "NoOptions", "Picture", True),
        ("Image.Image", "NoOptions", "Image.Image", True),
        ("Picture", "NoOptions", "Facts", True),
        ("Picture", "NoOptions", "str", False),
        ("str", "NoOptions", "Picture", False),
        ("Picture", "dict[str, int]", "Picture", False),
    ],
)
def test_mypy_strict_knows_a_plugin(takes: str, options: str, gives: str, accepted: bool) -> None:
    """It passes plugins as they should be, and refuses other pictures, options and answers."""
    source = SNIPPET.format(takes=takes, options=options, gives=gives)

    # Without the repository's file of settings, which names packages to check instead.
    settings = ["--config-file=", "--strict", "--ignore-missing-imports"]
    report, _, status = api.run([*settings, "-c", source])

    assert (status == 0) == accepted, report
