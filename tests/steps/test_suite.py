"""Each rule about originals and memory is able to fail: a bad step for each, told in words."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL.Image import Image

from steps import icc
from steps.contract import Options, Picture, step
from steps.metadata import Tag
from steps.plugins import load
from steps.testing import RULES, RuleBroken
from steps.testing.memory import keeps_to_its_memory
from steps.testing.originality import (
    keeps_frames_as_it_declares,
    survives_every_kind_of_original,
    tells_no_more_than_it_was_given,
)
from steps.testing.originals import originals
from steps.testing.sources import p3_profile
from steps.testing.suite import leaves_its_input_alone

AddFile = Callable[[str, str], None]

GREEDY = """
from steps.contract import Options, Picture, step

class GreedyOptions(Options):
    '''Nothing to choose.'''

@step(version=1)
def greedy(picture: Picture, options: GreedyOptions) -> Picture:
    '''Hold many copies at once.'''
    return Picture.joined([picture.mirrored().rendered() for _ in range({copies})]).first()
"""


class NoOptions(Options):
    """Nothing to choose."""


def test_originals_are_of_every_kind() -> None:
    """What tells them apart arrives: frames and their times, alpha, a profile and kept tags."""
    found = originals()

    assert found["animated GIF"].carried.delays_ms == (40, 90, 200)
    assert found["animated WebP"].frames == 2
    assert found["grey with alpha"].alpha
    assert found["on its side"].height > found["on its side"].width
    assert found["in P3"].carried.profile == icc.anew(p3_profile())
    assert found["in P3"].carried.tags
    assert not found["CMYK"].carried.tags


def test_a_step_that_draws_on_its_input_is_told() -> None:
    """Pillow draws in place; nobody else has that image, but its function promises more."""

    @step(version=1)
    def stamp(picture: Image, options: NoOptions) -> Image:
        """Put a white corner on it."""
        picture.paste("white", (0, 0, 1, 1))
        return picture

    with pytest.raises(RuleBroken, match="stamp changed the picture that it was given: work on a"):
        leaves_its_input_alone(stamp)


def test_a_step_that_crashes_on_some_original_is_told() -> None:
    """Here on the profile, which pictures drawn by hypothesis never have."""

    @step(version=1)
    def particular(picture: Picture, options: NoOptions) -> Picture:
        """Take sRGB only."""
        if picture.carried.profile:
            raise KeyError("profile")
        return picture

    with pytest.raises(RuleBroken, match="particular crashed: KeyError"):
        survives_every_kind_of_original(particular)


def test_a_step_that_adds_frames_must_take_them_all() -> None:
    """One that takes each frame answers each with one."""

    @step(version=1)
    def echo(picture: Picture, options: NoOptions) -> Picture:
        """Show each frame twice."""
        return Picture.joined([picture, picture])

    with pytest.raises(RuleBroken, match=r'echo made 6 frames of 3: .*declares frames="all"'):
        keeps_frames_as_it_declares(echo)


def test_a_step_that_gives_other_frames_times_them_anew() -> None:
    """Else what is written shows them for times that were those of others."""

    @step(version=1, frames="all")
    def halved(picture: Picture, options: NoOptions) -> Picture:
        """Leave out every other frame."""
        return Picture.joined(picture.split()[::2]).carrying(picture.carried)

    @step(version=1, frames="all")
    def timed(picture: Picture, options: NoOptions) -> Picture:
        """Leave out every other frame, and its time."""
        frames, times = picture.split()[::2], picture.carried.delays_ms[::2]
        kept = times if len(frames) > 1 else ()
        return Picture.joined(frames).carrying(replace(picture.carried, delays_ms=kept))

    with pytest.raises(RuleBroken, match="halved made 2 frames, and times to show 3"):
        keeps_frames_as_it_declares(halved)
    keeps_frames_as_it_declares(timed)


def test_a_frame_is_what_it_would_be_alone() -> None:
    """A step that counts the frames it sees makes animations that its version does not tell."""
    seen = iter(range(10**6))

    @step(version=1)
    def wandering(picture: Picture, options: NoOptions) -> Picture:
        """Move to the right, more with each frame."""
        return Picture.plain(picture.width, picture.height, (next(seen) % 250, 0, 0, 255))

    with pytest.raises(RuleBroken, match="wandering makes something else of a frame alone"):
        keeps_frames_as_it_declares(wandering)


def test_a_step_brings_no_metadata_and_no_profile() -> None:
    """What the pipeline did not keep does not come back; less is always allowed."""
    secret = Tag("image", 0x010E, 2, 7, b"secret\0")

    @step(version=1)
    def telling(picture: Picture, options: NoOptions) -> Picture:
        """Write who made it."""
        return picture.carrying(replace(picture.carried, tags=(*picture.carried.tags, secret)))

    @step(version=1)
    def tinted(picture: Picture, options: NoOptions) -> Picture:
        """Call its colours P3's."""
        return picture.carrying(replace(picture.carried, profile=p3_profile()))

    with pytest.raises(RuleBroken, match="telling added metadata to the picture"):
        tells_no_more_than_it_was_given(telling)
    with pytest.raises(RuleBroken, match="tinted gave the picture another profile"):
        tells_no_more_than_it_was_given(tinted)
    tells_no_more_than_it_was_given(load("strip_metadata"))


def test_a_step_that_takes_more_memory_than_it_says_is_told(add_file: AddFile) -> None:
    """By the megapixel, as it declares it; one that holds a copy or two is within the slack."""
    add_file("greedy", GREEDY.format(copies=40))

    with pytest.raises(RuleBroken, match=r"^greedy took \d{3} MB for 1\.76 megapixels, .* 12 MB"):
        keeps_to_its_memory(load("greedy"))


def test_the_rules_about_originals_and_memory_are_of_the_suite() -> None:
    """So every plugin is held to them."""
    own = {survives_every_kind_of_original, keeps_frames_as_it_declares, keeps_to_its_memory}

    assert own | {tells_no_more_than_it_was_given} <= set(RULES)
