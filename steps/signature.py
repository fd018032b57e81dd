"""What a plugin's annotations say: its kind, its options, its facts, the picture it takes."""

import inspect
import re
import typing
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union

from steps.picture import Picture
from steps.values import Facts, InvalidStep, Options, Rejected

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")
# One release of one package, by PEP 508 and PEP 440: `name[extra]==1.2.3; marker`.
_PIN = re.compile(
    r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])? *(\[[A-Z0-9._, -]+\])? *"
    r"== *[A-Z0-9]([A-Z0-9.!+_-]*[A-Z0-9])? *"
    r"(; *[A-Z(]['\"A-Z0-9_.,<>=!()~ -]*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Signature:
    """A plugin function as its annotations describe it."""

    name: str
    takes: Literal["Picture", "Image"]
    options: type[Options]
    kind: Literal["picture", "facts"]
    facts: type[Facts] | None
    may_reject: bool
    asks: bool  # a generator, that yields calls

    @classmethod
    def of(cls, function: Callable[..., object]) -> "Signature":
        """Read the annotations of `function`; raises InvalidStep for what is no plugin."""
        name = function.__name__
        hints = _hints(function, name)
        parameters = [hints.get(each) for each in inspect.signature(function).parameters]
        if len(parameters) != 2:
            raise InvalidStep(f"{name} must take (picture, options), both annotated")
        picture, options = parameters
        answers = set(_answers(hints.get("return")))
        facts = [each for each in answers if _is_a(each, Facts)]
        pictures = [each for each in answers if _picture_kind(each)]
        if answers - {*facts, *pictures, Rejected} or len(facts) + len(pictures) > 1 or not answers:
            raise InvalidStep(_not_an_answer(name, answers))
        return cls(
            name=name,
            takes=_takes(picture, name),
            options=_options(options, name),
            kind="picture" if pictures else "facts",
            facts=facts[0] if facts else None,
            may_reject=Rejected in answers,
            asks=typing.get_origin(hints["return"]) is Generator,
        )

    def check_codes(self, rejects: tuple[str, ...], fails: tuple[str, ...]) -> None:
        """Raise InvalidStep unless the codes are well formed and `rejects` agrees with the type."""
        for code in (*rejects, *fails):
            if not _CODE.fullmatch(code):
                raise InvalidStep(f"{self.name}: the code {code!r} is not lower_snake_case")
        if rejects and not self.may_reject:
            raise InvalidStep(f"{self.name} declares rejects, but its type never returns Rejected")
        if self.may_reject and not rejects:
            raise InvalidStep(f"{self.name} returns Rejected: declare its codes in rejects=(...)")

    def check_calls(self, calls: tuple[str, ...]) -> None:
        """Raise InvalidStep unless `calls` are AWS actions, and there exactly if it yields any."""
        for action in calls:
            if not _ACTION.fullmatch(action):
                raise InvalidStep(f"{self.name}: {action!r} is no action like service:DoThis")
        if bool(calls) != self.asks:
            raise InvalidStep(f"{self.name}: a step declares calls exactly if it returns Asks[...]")


def check_requires(name: str, requires: object) -> None:
    """Raise InvalidStep unless what the step `name` requires are pins: `("numpy==2.4.0",)`.

    Another release computes other pixels, and would do so without a new `version` of the step.
    """
    if not isinstance(requires, tuple):
        raise InvalidStep(f"{name}: requires is a tuple, as in requires=('numpy==2.4.0',)")
    for each in requires:
        if not isinstance(each, str) or not _PIN.fullmatch(each):
            raise InvalidStep(
                f"{name} requires {each!r}: name one release of one package, as in 'numpy==2.4.0'"
            )


def _hints(function: Callable[..., object], name: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except NameError as missing:
        raise InvalidStep(f"{name}'s annotations must be importable: {missing}") from missing


def _answers(hint: Any) -> Iterator[Any]:
    """Yield what the plugin may answer: the members of its union, or of what it ends with."""
    if typing.get_origin(hint) is Generator:
        hint = typing.get_args(hint)[2]
    if typing.get_origin(hint) in {Union, UnionType}:
        yield from typing.get_args(hint)
    else:
        yield hint


def _not_an_answer(name: str, answers: Collection[Any]) -> str:
    """Return what is wrong with the answers of a plugin, and which there may be."""
    for each in answers:
        if any(_picture_kind(inner) for inner in typing.get_args(each)):
            kind = typing.get_origin(each).__name__
            return (
                f"{name} returns a {kind} of pictures; a step gives one: how many "
                "a run makes is known before it starts, by the pipeline's `variants`"
            )
    return (
        f"{name} must return one of Picture, PIL.Image.Image or a Facts model, "
        "alone or with `| Rejected`, or Asks[...] of that"
    )


def _takes(hint: Any, name: str) -> Literal["Picture", "Image"]:
    kind = _picture_kind(hint)
    if kind is None:
        raise InvalidStep(f"{name} must take a Picture or a PIL.Image.Image, not {hint!r}")
    return kind


def _options(hint: Any, name: str) -> type[Options]:
    if not _is_a(hint, Options):
        raise InvalidStep(f"{name}'s options must be a model derived from Options, not {hint!r}")
    loose = [key for key in ("frozen", "strict") if not hint.model_config.get(key)] + ["extra"] * (
        hint.model_config.get("extra") != "forbid"
    )
    if loose:
        raise InvalidStep(f"{hint.__name__} loosens {', '.join(loose)} of Options: leave it as is")
    model: type[Options] = hint
    for field, info in model.model_fields.items():
        if not _is_plain(info.annotation):
            kind = getattr(info.annotation, "__name__", None) or str(info.annotation)
            raise InvalidStep(
                f"{model.__name__}.{field} is of the type {kind}: an option is a str, int, float, "
                "bool, Literal or Enum, a tuple of those, or `| None`"
            )
    return model


def _is_plain(hint: Any) -> bool:
    """Whether an option may be of this type: it never changes, and a line of YAML can write it."""
    hint = getattr(hint, "__value__", hint)  # of `type Name = ...`
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint in {str, int, float, bool, NoneType} or issubclass(hint, Enum)
    inner = typing.get_args(hint)
    match typing.get_origin(hint):
        case typing.Annotated:
            return _is_plain(inner[0])
        case typing.Literal:
            return True
        case origin if origin in {Union, UnionType}:
            return all(map(_is_plain, inner))
        case origin if origin is tuple:
            return all(_is_plain(each) for each in inner if each is not ...)
    return False


def _picture_kind(hint: Any) -> Literal["Picture", "Image"] | None:
    if _is_a(hint, Picture):
        return "Picture"
    # By name: importing PIL here would make every stage pay for it.
    is_pillow = isinstance(hint, type) and (hint.__module__, hint.__name__) == (
        "PIL.Image",
        "Image",
    )
    return "Image" if is_pillow else None


def _is_a(hint: Any, base: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, base)
