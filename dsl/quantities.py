"""Quantities of rule 21: a number and its unit, `25MB` or `30s`, read exactly."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dsl.diagnostics import Report
from dsl.tree import Scalar, Tree, kind_of
from steps.units import Unit

_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-zµ%]*)\s*")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])")
_LONGEST = 20  # characters; what is longer is no quantity, and slow to read exactly

MEGABYTES = Unit("megabytes", (("MB", 1), ("GB", 1024)))
"""Memory as Lambda counts it: its MB are MiB. Source: Lambda's quotas, "128 MB to 10,240 MB"."""

# What a bare number of each unit most likely meant, for the cure.
_USUAL = {"bytes": "MB", "pixels": "MP", "seconds": "s", "megabytes": "MB"}
_COUNTED = 10_000  # a bare number from here on counts single bytes or pixels, not millions

# Other spellings of a unit. The nearest name will not do: 5TB is not 5B, and 5m is not 5ms.
_ALSO: dict[str, dict[str, str]] = {
    "length": {"px": "", "pixel": "", "pixels": ""},
    "bytes": {"k": "kB", "m": "MB", "g": "GB", "byte": "B", "bytes": "B"},
    "pixels": {"m": "MP", "mpx": "MP", "megapixels": "MP"},
    "seconds": {"m": "min", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min"}
    | {"minute": "min", "minutes": "min"},
    "megabytes": {"m": "MB", "g": "GB", "mib": "MB", "gib": "GB"},
}

# Units that we lack, in those that we have.
_HOURS = dict.fromkeys(("h", "hr", "hour", "hours"), ("min", 60))
_LARGER: dict[str, dict[str, tuple[str, int]]] = {
    "seconds": _HOURS | dict.fromkeys(("d", "day", "days"), ("min", 24 * 60)),
    "bytes": {"tb": ("GB", 1000), "tib": ("GiB", 1024)},
    "megabytes": {"tb": ("GB", 1024), "tib": ("GB", 1024)},
}


def read(
    tree: Tree, unit: Unit, name: str, report: Report, bounds: tuple[int, int] | None = None
) -> int | float | None:
    """Return the quantity that `tree` spells, counted in `unit`; None, and a report, if none.

    What is no quantity gets a cure within `bounds`, if there are any; no quantity is held to them.
    A share may be a bare number, 0.4 or 40%. All else has a unit, for `max_pixels: 50` is
    nearly always meant as 50MP.
    """
    value = tree.value if isinstance(tree, Scalar) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in _suffixes(unit):
            return value
        value = str(value)
    match = (
        _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    )
    if match is None:
        if not _refuse_clock(tree, unit, name, report):
            _refuse_kind(tree, unit, name, report)
        return None
    number, suffix = match.groups()
    if suffix in _suffixes(unit):
        amount = Fraction(number) * Fraction(str(dict(unit.suffixes)[suffix]))
        # 100% is all of it, where a bare 1 may be one pixel.
        return float(amount) if suffix == "%" else _exact(amount)
    _refuse_suffix(_Asked(tree, unit, name, bounds), match, report)
    return None


def spell(amount: float, unit: Unit) -> str:
    """Return the quantity in the unit that people would choose for it, such as 25MB."""
    return f"{amount / dict(unit.suffixes)[_usual(unit)]:g}{_usual(unit)}"


def _exact(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _suffixes(unit: Unit) -> tuple[str, ...]:
    return tuple(suffix for suffix, _ in unit.suffixes)


_NUMBER = "a number with its unit, such as "


def _example(unit: Unit) -> str:
    told = {
        "share": "40%",
        "length": "800, in pixels, or 40%",
        "megabytes": f"{_NUMBER}1024MB",
    }
    return told.get(unit.name) or f"{_NUMBER}10{_usual(unit)}"


def _listed(unit: Unit) -> str:
    return f"one of the units listed, such as {_example(unit).removeprefix(_NUMBER)}"


def _usual(unit: Unit) -> str:
    return _USUAL.get(unit.name, unit.suffixes[-1][0])


@dataclass(frozen=True)
class _Asked:
    """What was to be read: where it stands, what it counts, of what, and how much it may be."""

    tree: Tree
    unit: Unit
    name: str
    bounds: tuple[int, int] | None

    def admits(self, amount: Decimal) -> bool:
        """Whether the amount is within the bounds."""
        return self.bounds is None or self.bounds[0] <= amount <= self.bounds[1]


def _refuse_suffix(asked: _Asked, match: re.Match[str], report: Report) -> None:
    number, suffix = match.groups()
    unit, what = asked.unit, f'{asked.name} "{match[0].strip()}"'
    if suffix:
        meant = _meant(suffix, unit)
        cure = f"write {number}{meant}" if meant is not None else _in_smaller(asked, number, suffix)
        title = f"{what}: `{suffix}` is not a unit of {unit.name}"
        report.add("P026", asked.tree.span, title, cure=cure, allowed=_suffixes(unit))
    elif unit.name == "length":
        title = f"{what} is a text, and a length is a number"
        report.add("P026", asked.tree.span, title, cure=f"write {number}")
    else:
        title, cure = f"{what} has no unit", f"write {_with_unit(number, asked)}"
        report.add("P009", asked.tree.span, title, cure=cure, allowed=_suffixes(unit))


def _in_smaller(asked: _Asked, number: str, suffix: str) -> str:
    """Return the cure for a unit that we lack: the amount in one that we have, if it is allowed."""
    usual, scales = _usual(asked.unit), dict(asked.unit.suffixes)
    unit, times = _LARGER.get(asked.unit.name, {}).get(suffix.lower(), ("", 0))
    if not unit:
        return f"use {_listed(asked.unit)}"
    amount = Decimal(number) * times
    if asked.admits(amount * Decimal(str(scales[unit]))):
        return f"write {amount.normalize():f}{unit}"
    most = asked.bounds[1] if asked.bounds else 0
    return f"write {most}{usual}, the most that there is"


def _refuse_clock(tree: Tree, unit: Unit, name: str, report: Report) -> bool:
    """Report a time that is written as a clock has it, and say whether it is one."""
    text = str(tree.value) if isinstance(tree, Scalar) else ""
    match = _CLOCK.fullmatch(text) if unit.name == "seconds" else None
    if match:
        cure = f"write {60 * int(match[1]) + int(match[2])}s, if it is minutes and seconds"
        title, allowed = f'{name} "{text}" has no unit', _suffixes(unit)
        report.add("P009", tree.span, title, cure=cure, allowed=allowed)
    return match is not None


def _meant(suffix: str, unit: Unit) -> str | None:
    """Return the unit that `suffix` is another spelling of; None for a unit that we lack."""
    own = {each.lower(): each for each in _suffixes(unit)}
    return (_ALSO.get(unit.name, {}) | own).get(suffix.lower())


def _with_unit(number: str, asked: _Asked) -> str:
    """Return what a bare number most likely meant: 25 is 25MB, and so is 25000000."""
    usual = _usual(asked.unit)
    scale = dict(asked.unit.suffixes)[usual]
    if asked.bounds is not None:
        likely = (usual, *_suffixes(asked.unit))
        scales = {each: Decimal(str(dict(asked.unit.suffixes)[each])) for each in likely}
        fit = [each for each in likely if asked.admits(Decimal(number) * scales[each])]
        most = f"{asked.bounds[1]}{usual}, the most that there is"
        return f"{number}{fit[0]}" if fit else most
    if scale == 1 or Decimal(number) < _COUNTED:
        return f"{number}{usual}"
    return f"{(Decimal(number) / Decimal(scale)).normalize():f}{usual}"


def _refuse_kind(tree: Tree, unit: Unit, name: str, report: Report) -> None:
    wanted = "length" if unit.name == "length" else "quantity"
    title = f"{name} is a {wanted}, this is {kind_of(tree)}"
    report.add("P026", tree.span, title, cure=f"write {_example(unit)}", allowed=_suffixes(unit))
