"""The contract of a step plugin: what it declares, what it takes and what it may answer.

A plugin is one pure function in one file, made a `Step` by `@step`. All that the compiler, the
runner and the contract suite know of it is read from its annotations and that decorator.
"""

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from steps.annotations import FileIn, LetIn, folders
from steps.picture import Picture
from steps.signature import Signature, check_requires
from steps.units import Bytes, PixelCount, Seconds, Share, Unit
from steps.values import (
    Call,
    Cost,
    Facts,
    InvalidStep,
    Options,
    Rejected,
    Reply,
    Scalar,
    StepFailed,
    WrongAnswer,
)

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Asks",
    "Bytes",
    "Call",
    "Cost",
    "Facts",
    "FileIn",
    "InvalidStep",
    "LetIn",
    "Options",
    "Picture",
    "PixelCount",
    "Rejected",
    "Reply",
    "Scalar",
    "Seconds",
    "Share",
    "Step",
    "StepFailed",
    "Unit",
    "WrongAnswer",
    "step",
]

F = TypeVar("F", bound="Picture | Facts | Rejected")
Asks = Generator[Call, Reply, F]
"""How a pure function talks to AWS: `reply = yield Call(...)`, then `return` the outcome."""

P = TypeVar("P", "Picture", "Image")
O = TypeVar("O", bound=Options)  # noqa: E741 - the design's name
R = TypeVar("R", bound="Picture | Image | Facts | Rejected | Generator[Call, Reply, Any]")

Outcome = Picture | Facts | Rejected
Frames = Literal["each", "all", "one"]

_USUAL_COST = Cost()


@dataclass(frozen=True)
class Step(Generic[P, O, R]):
    """A plugin: its function and everything it declares. Calling it runs the function."""

    function: Callable[[P, O], R]
    name: str
    version: int
    kind: Literal["picture", "facts"]
    takes: Literal["Picture", "Image"]
    options_model: type[O]
    facts_model: type[Facts] | None
    rejects: tuple[str, ...]
    fails: tuple[str, ...]
    calls: tuple[str, ...]
    assets: tuple[str, ...]
    requires: tuple[str, ...]
    frames: Frames
    cost: Cost

    def __call__(self, picture: P, options: O) -> R:
        """Run the function as its author wrote it."""
        return self.function(picture, options)

    def apply(self, picture: Picture, options: O) -> "Outcome | Asks[Outcome]":
        """Run the function on a Picture, whichever type of picture it was written for.

        The outcome, or what the generator returns in the end, is a Picture, Facts or Rejected:
        a `PIL.Image.Image` is made of the picture, and brought back to 8-bit sRGB. What a picture
        carries goes with it, unless the step says otherwise. Its pixels are computed here, so what
        goes wrong with them goes wrong in the step. Of an animation a step that takes "each" frame
        gets one after the other.

        Raises WrongAnswer for an answer of any other type, such as a forgotten return's None.
        """
        if picture.frames == 1 or self.frames == "all":
            return self._once(picture, options)
        # Facts are those of the first frame; of a step that may reject, all are looked at.
        every = self.kind == "picture" or self.rejects
        frames = picture.split() if every else (picture.first(),)
        if self.calls:
            return _asking_of_each(self, frames, picture, options)
        outcomes = [cast("Outcome", self._once(frame, options)) for frame in frames]
        return _joined(self, outcomes, picture)

    def _once(self, picture: Picture, options: O) -> "Outcome | Asks[Outcome]":
        taken = picture if self.takes == "Picture" else picture.to_pillow()
        answer = self.function(cast("P", taken), options)
        if isinstance(answer, Generator):
            return _converting(answer, self, picture)
        return _outcome(answer, self, picture)

    def read_options(self, values: Mapping[str, object]) -> O:
        """Return the options that JSON `values` spell; raises pydantic's ValidationError."""
        return self.options_model.read(values)

    def asset(self, name: str) -> bytes:
        """Return the content of an asset: a declared one, or one that options may choose.

        Raises KeyError for any other name: what a step reads is in the lock by its digest, or is
        not read. Raises OSError where the file is missing.
        """
        return _content(self.asset_path(name))

    def asset_path(self, name: str) -> Path:
        """Return where an asset lies, beside the plugin's file; raises KeyError as `asset` does."""
        folder, _, file = name.rpartition("/")
        chosen = folder in folders(self.options_model).values() and not file.startswith(".")
        if name not in self.assets and not chosen:
            raise KeyError(f"{self.name} declares no asset {name!r}")
        return Path(inspect.getfile(self.function)).parent / name

    def files_in(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in a folder beside the plugin's file, in order."""
        path = Path(inspect.getfile(self.function)).parent / folder
        files = path.iterdir() if path.is_dir() else ()
        return tuple(sorted(each.name for each in files if not each.name.startswith(".")))

    def assets_of(self, options: O) -> tuple[str, ...]:
        """Return the names of all files that the step reads with these options."""
        return (*self.assets, *options.assets())


def step(
    *,
    version: int,
    rejects: tuple[str, ...] = (),
    fails: tuple[str, ...] = (),
    calls: tuple[str, ...] = (),
    assets: tuple[str, ...] = (),
    requires: tuple[str, ...] = (),
    frames: Frames = "each",
    cost: Cost = _USUAL_COST,
) -> Callable[[Callable[[P, O], R]], Step[P, O, R]]:
    """Make a plugin of a pure function. Name = function = file.

    Kind, options and facts are read from the annotations. `version` is raised when the same
    input gives other pixels or facts. `rejects` and `fails` are the codes of `Rejected` and
    `StepFailed`, `calls` the AWS actions it yields, `assets` the files beside the plugin that it
    always reads, `requires` the packages of this step alone, one release of each, as in
    `("numpy==2.4.0",)`: `make lock` finds all that they need, and only functions that run the step
    hold it. Of `frames` the runner gives it "each", or "all", or only "one" and animations are
    refused.

    Raises InvalidStep, as the plugin is imported, for a declaration that breaks the contract.
    """

    said = _Declared(version, rejects, fails, calls, assets, requires, frames, cost)
    return lambda function: _made(function, said)


@dataclass(frozen=True)
class _Declared:
    """What `@step` is told, by the names that it has in a Step."""

    version: int
    rejects: tuple[str, ...]
    fails: tuple[str, ...]
    calls: tuple[str, ...]
    assets: tuple[str, ...]
    requires: tuple[str, ...]
    frames: Frames
    cost: Cost


def _made(function: Callable[[P, O], R], said: _Declared) -> Step[P, O, R]:
    """Return the step of a function; raises InvalidStep where it breaks the contract."""
    signature = Signature.of(function)
    signature.check_codes(said.rejects, said.fails)
    signature.check_calls(said.calls)
    check_requires(signature.name, said.requires)
    return Step(
        function=function,
        name=signature.name,
        kind=signature.kind,
        takes=signature.takes,
        options_model=cast("type[O]", signature.options),
        facts_model=signature.facts,
        **vars(said),
    )


def _outcome(answer: object, step: Step[Any, Any, Any], picture: Picture) -> Outcome:
    if isinstance(answer, Facts | Rejected):
        return answer
    if isinstance(answer, Picture):
        return answer.after(picture).rendered()
    from PIL import Image  # noqa: PLC0415 - only stages that draw pay for importing it

    if isinstance(answer, Image.Image):
        return Picture.from_pillow(answer).after(picture).rendered()
    what = "None" if answer is None else f"a {type(answer).__name__}"
    wanted = "a picture" if step.kind == "picture" else "facts"
    raise WrongAnswer(f"{step.name} returned {what}, not {wanted}")


def _converting(
    asking: Generator[Call, Reply, Any], step: Step[Any, Any, Any], picture: Picture
) -> "Asks[Outcome]":
    return _outcome((yield from asking), step, picture)


def _asking_of_each(
    step: Step[Any, Any, Any], frames: Sequence[Picture], picture: Picture, options: Options
) -> "Asks[Outcome]":
    outcomes = []
    for frame in frames:
        outcomes.append((yield from cast("Asks[Outcome]", step._once(frame, options))))
    return _joined(step, outcomes, picture)


def _joined(step: Step[Any, Any, Any], outcomes: Sequence[Outcome], picture: Picture) -> Outcome:
    """Return what a step made of a picture whose frames it took one by one."""
    for each in outcomes:
        if not isinstance(each, Picture):
            return next((other for other in outcomes if isinstance(other, Rejected)), each)
    made = [each for each in outcomes if isinstance(each, Picture)]
    if len({(each.width, each.height) for each in made}) > 1:
        raise WrongAnswer(f'{step.name} made frames of different sizes: declare frames="all"')
    joined = Picture.joined(made)
    return joined.carrying(replace(joined.carried, delays_ms=picture.carried.delays_ms))


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()
