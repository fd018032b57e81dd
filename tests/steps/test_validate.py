"""validate holds pictures to limits, and limits may only be tightened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.contract import Rejected, StepFailed
from steps.limits import LimitOptions, Limits, LoosenedLimit
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import options_for, pictures
from steps.testing.sources import png
from steps.validate import ValidateFacts, ValidateOptions, facts_of, validate


@given(picture=pictures(), most=st.integers(1, 8000))
def test_a_picture_passes_up_to_the_limit_and_not_beyond(picture: Picture, most: int) -> None:
    """The verdict gives the limit and what the picture has instead."""
    size = picture.width * picture.height

    result = validate(picture, ValidateOptions(max_pixels=most))

    if size <= most:
        assert result == ValidateFacts(
            width=picture.width, height=picture.height, frames=1, alpha=picture.alpha
        )
    else:
        assert result == Rejected("too_many_pixels", {"limit": most, "actual": size})


@pytest.mark.parametrize(
    "wrong",
    [{"formats": ["png"]}, {"max_bytes": 10}, {"max_scans": 9}, {"max_metadata": 9}],
)
def test_what_only_an_original_has_cannot_be_asked_of_a_picture(wrong: dict[str, object]) -> None:
    """A picture on its way has no format and no bytes; to pass it would be a lie."""
    with pytest.raises(StepFailed) as failed:
        validate(Picture.plain(1, 1, (0, 0, 0, 255)), ValidateOptions.read(wrong))

    assert failed.value.code == "not_the_original"


def test_the_opening_finds_the_same_facts() -> None:
    """A first step that validates is the opening: its header tells what `validate` would."""
    opened = open_picture(png(30, 20, mode="RGBA"), Limits())

    assert isinstance(opened, Opened)
    assert facts_of(opened.header) == validate(opened.picture, ValidateOptions())


@given(accept=options_for(Limits), asked=options_for(LimitOptions))
def test_limits_only_ever_get_tighter(accept: Limits, asked: LimitOptions) -> None:
    """What comes out accepts nothing that either side refuses."""
    fits = set(asked.formats or ()) <= set(accept.formats) and all(
        (getattr(asked, name) or 1) <= getattr(accept, name)
        for name in LimitOptions.model_fields
        if name != "formats"
    )
    if not fits:
        with pytest.raises(LoosenedLimit):
            accept.tightened(asked)
        return

    both = accept.tightened(asked)

    assert set(both.formats) <= set(accept.formats)
    assert both.max_bytes <= accept.max_bytes
    assert both.max_pixels <= accept.max_pixels
    assert both.max_frames <= accept.max_frames
    assert asked.max_bytes in {None, both.max_bytes}
    assert asked.formats in {None, both.formats}


@pytest.mark.parametrize(
    ("option", "wider"),
    [
        ("formats", ["avif"]),
        ("max_bytes", 25_000_001),
        ("max_pixels", 50_000_001),
        ("max_frames", 2),
    ],
)
def test_a_limit_that_loosens_is_refused_by_name(option: str, wider: object) -> None:
    """The error names the option, what is accepted and what was asked."""
    with pytest.raises(LoosenedLimit, match=f"{option} may only tighten") as loosened:
        Limits().tightened(ValidateOptions.read({option: wider}))

    assert loosened.value.option == option


def test_limits_survive_the_plan() -> None:
    """`opening.options` is what they dump, and reads as the same limits."""
    limits = Limits().tightened(ValidateOptions(formats=("png",), max_bytes=1000))

    assert Limits.read(limits.model_dump(mode="json")) == limits


def test_endless_animations_are_refused_by_the_options_already() -> None:
    """Each frame is a picture of its own to every step, so there is a most."""
    with pytest.raises(ValueError, match="less than or equal to 1000"):
        Limits.read({"max_frames": 1001})
