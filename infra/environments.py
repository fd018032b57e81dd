"""Environments: reading environments/<name>.yaml into settings, with mistakes told in place.

settings: {…}                    what this environment has otherwise than infra/settings.py
like: dev                        or: it is as that one, and for each difference says
differences: {name: {is, because, leaves_out}}   why, and which resources it goes without
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from infra.settings import Environment, Settings

ENVIRONMENTS = Path(__file__).parent.parent / "environments"

_SETTINGS = TypeAdapter(Settings)
_NAMES = sorted(field.name for field in fields(Settings) if field.name != "environment")


class SettingsError(ValueError):
    """A file of an environment says what cannot be; the message has all mistakes, each in place."""


class Difference(BaseModel):
    """One setting in which an environment differs from the one that it is like, and why.

    `leaves_out` are the types of resources of which its stacks have fewer because of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    value: Any = Field(alias="is")
    because: str = Field(min_length=10)
    leaves_out: tuple[str, ...] = Field(default=(), strict=False)


class _Written(BaseModel):
    """A file of an environment, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    settings: dict[str, Any] = {}
    like: str | None = None
    differences: dict[str, Difference] = {}


@dataclass(frozen=True)
class _File:
    """A file, and the text that mistakes are looked up in."""

    path: Path
    text: str

    def refused(self, mistakes: Iterable[tuple[str, str]]) -> SettingsError:
        """The error that tells each (name, what) at the first line that is about the name."""
        placed = sorted((self._line(name), what) for name, what in mistakes)
        return SettingsError(
            "\n".join(f"environments/{self.path.name}:{line}: {what}" for line, what in placed)
        )

    def _line(self, name: str) -> int:
        lines = enumerate(self.text.splitlines(), start=1)
        return next((n for n, line in lines if line.strip().startswith(f"{name}:")), 1)


def settings_for(environment: str, folder: Path = ENVIRONMENTS) -> Settings:
    """Return the settings of `environment`.

    Raises SettingsError, with the names there are, for an environment that is none, and with every
    mistake of its file: settings that do not exist, and values that they cannot have.
    """
    names = get_args(Environment)
    if environment not in names:
        raise SettingsError(
            f"There is no environment '{environment}'. There are: {', '.join(names)}."
        )
    file, written = _read(environment, folder)
    chosen = dict(written.settings)
    if written.like is not None:
        chosen = {**_like(file, written.like, folder), **chosen}
    chosen |= {name: each.value for name, each in written.differences.items()}
    try:
        # As JSON, which is read strictly and still makes the dataclass of a mapping.
        given = json.dumps({**chosen, "environment": environment}, default=str)
        return _SETTINGS.validate_json(given)
    except ValidationError as invalid:
        raise file.refused(map(_wrong_setting, invalid.errors())) from invalid


def differences(environment: str, folder: Path = ENVIRONMENTS) -> Mapping[str, Difference]:
    """Return in what `environment` differs from the one that it is like, by setting, in order."""
    return _read(environment, folder)[1].differences


def table(environment: str, folder: Path = ENVIRONMENTS) -> Iterator[str]:
    """Yield the lines that tell people in what `environment` differs, and why."""
    _, written = _read(environment, folder)
    here, there = (settings_for(each, folder) for each in (environment, written.like or "dev"))
    yield f"{environment} is {there.environment}, but for this:"
    for name, each in written.differences.items():
        values = f"{_shown(getattr(here, name))}, not {_shown(getattr(there, name))}"
        yield f"\n  {name}: {values}\n    {each.because}"
        if each.leaves_out:
            yield f"    without: {', '.join(each.leaves_out)}"


def _read(environment: str, folder: Path) -> tuple[_File, _Written]:
    path = folder / f"{environment}.yaml"
    file = _File(path, path.read_text("utf-8"))
    try:
        return file, _Written.model_validate(yaml.safe_load(file.text) or {})
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise SettingsError(f"environments/{path.name}:{line}: {broken.problem}") from broken
    except ValidationError as invalid:
        raise file.refused(map(_wrong_entry, invalid.errors())) from invalid


def _like(file: _File, other: str, folder: Path) -> dict[str, object]:
    if other == file.path.stem:
        raise file.refused([("like", f"'{other}' cannot be like itself")])
    settings = settings_for(other, folder)
    return {name: getattr(settings, name) for name in _NAMES}


def _wrong_setting(error: ErrorDetails) -> tuple[str, str]:
    """The setting that an error is about, and the error in words, with the cure."""
    name = str(error["loc"][0])
    if error["type"] == "unexpected_keyword_argument":
        return name, _unknown("setting", name, _NAMES)
    return name, f"`{name}` is {error['input']!r}: {_lowered(error['msg'])}"


def _wrong_entry(error: ErrorDetails) -> tuple[str, str]:
    """The same of an entry that is no setting."""
    *above, name = ("", *map(str, error["loc"]))
    if not above:
        return name, f"there is no mapping of {', '.join(_Written.model_fields)}"
    if error["type"] == "extra_forbidden":
        known = ("is", "because", "leaves_out") if above[1:] else tuple(_Written.model_fields)
        return name, _unknown("key", name, known)
    return name, f"`{'.'.join((*above[1:], name))}`: {_lowered(error['msg'])}"


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    cure = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}."
    return f"there is no {what} `{name}`. {cure}"


def _lowered(message: str) -> str:
    return message[0].lower() + message[1:]


def _shown(value: object) -> str:
    return (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else f"{value}"
    )
