"""The contract suite: what every step plugin keeps to, as rules that any of them can be held to.

A rule takes a step and raises RuleBroken, which names the step and what it did. hypothesis finds
the picture and the options for which it does so, and shows them.
"""

from dataclasses import replace
from typing import Any, Protocol

from hypothesis import strategies as st
from PIL.Image import Image

from steps.contract import Facts, Options, Picture, Rejected, StepFailed
from steps.encoding import OverBudget, encode, output_format
from steps.plugins import AnyStep
from steps.testing.memory import keeps_to_its_memory
from steps.testing.originality import (
    keeps_frames_as_it_declares,
    survives_every_kind_of_original,
    tells_no_more_than_it_was_given,
)
from steps.testing.packages import has_its_packages
from steps.testing.purity import is_pure
from steps.testing.running import Outcome, Replies, for_all, outcome, require, told
from steps.testing.strategies import KINDS

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried


class Rule(Protocol):
    """One rule of the contract. Only steps that make calls need `replies`."""

    __name__: str

    def __call__(self, step: AnyStep, replies: Replies | None = None, /) -> None:
        """Raise RuleBroken if the step breaks the rule."""


def leaves_its_input_alone(step: AnyStep, replies: Replies | None = None) -> None:
    """A step changes no pixel of the picture that it is given: others take that picture too."""

    def check(picture: Picture, options: Options) -> None:
        before = picture.pixels()
        given: list[tuple[Image, bytes]] = []

        def watched(taken: Any, options: Options) -> Any:
            if step.takes == "Image":
                given.append((taken, taken.tobytes()))
            return step.function(taken, options)

        outcome(replace(step, function=watched), picture, options, replies)
        same = picture.pixels() == before and all(image.tobytes() == was for image, was in given)
        require(same, f"{step.name} changed the picture that it was given: work on a copy")

    for_all(step, check)


def does_the_same_twice(step: AnyStep, replies: Replies | None = None) -> None:
    """The same picture and options give the same outcome, to the byte: retries happen."""

    def check(picture: Picture, options: Options) -> None:
        first, second = (told(outcome(step, picture, options, replies)) for _ in range(2))
        require(first == second, f"{step.name} answered differently the second time")

    for_all(step, check)


def answers_as_it_declares(step: AnyStep, replies: Replies | None = None) -> None:
    """The outcome is of the step's kind, and every code is one that it declares."""

    def check(picture: Picture, options: Options) -> None:
        _assert_declared(step, outcome(step, picture, options, replies))

    for_all(step, check)


def survives_every_kind_of_picture(step: AnyStep, replies: Replies | None = None) -> None:
    """One pixel, strips, grey, transparency, a photo's size: none makes it crash."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if isinstance(result, Picture):
            result.pixels()

    for picture in KINDS.values():
        for_all(step, check, st.just(picture), examples=4)


def makes_pictures_that_can_be_written(step: AnyStep, replies: Replies | None = None) -> None:
    """What a picture step makes can be encoded, and gives the same file each time."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if isinstance(result, Picture):
            file_format = output_format(result, "")
            try:
                first, second = (encode(result, file_format) for _ in range(2))
            except OverBudget:
                return  # a step may ask for fewer bytes than there can be
            require(first == second, f"{step.name} made a picture that is encoded differently")

    for_all(step, check)


def options_survive_the_plan(step: AnyStep, _: Replies | None = None) -> None:
    """Options written to the plan as JSON and read back are the same: digests rest on that."""

    def check(__: Picture, options: Options) -> None:
        again = step.read_options(options.model_dump(mode="json"))
        require(again == options, f"{step.name}'s options are other ones after JSON")

    for_all(step, check)


def is_documented(step: AnyStep, _: Replies | None = None) -> None:
    """The step and its options say what they do; `explain` and the docs are made of it."""
    require(step.function.__doc__, f"{step.name} has no docstring")
    require(step.options_model.__doc__, f"{step.options_model.__name__} has no docstring")


def has_its_assets(step: AnyStep, _: Replies | None = None) -> None:
    """Every declared asset lies beside the plugin's file."""
    for name in step.assets:
        require(step.asset_path(name).is_file(), f"{step.name} lacks its asset {name}")


RULES: tuple[Rule, ...] = (
    is_documented,
    has_its_assets,
    has_its_packages,
    is_pure,
    options_survive_the_plan,
    answers_as_it_declares,
    leaves_its_input_alone,
    does_the_same_twice,
    makes_pictures_that_can_be_written,
    survives_every_kind_of_picture,
    survives_every_kind_of_original,
    keeps_frames_as_it_declares,
    tells_no_more_than_it_was_given,
    keeps_to_its_memory,
)


def _assert_declared(step: AnyStep, result: Outcome) -> None:
    match result:
        case StepFailed(code=code):
            require(code in step.fails, f"{step.name} fails with {code!r}, which `fails` lacks")
        case Rejected(code=code):
            require(code in step.rejects, f"{step.name} rejects {code!r}, which `rejects` lacks")
        case Facts():
            require(isinstance(result, step.facts_model or ()), f"{step.name} gave other facts")
            again = type(result).model_validate_json(result.model_dump_json())
            require(again == result, f"{step.name}'s facts are other ones after JSON")
        case _:
            require(step.kind == "picture", f"{step.name} gave a picture, but is a facts step")
