"""Quantities of rule 21: a number and its unit, `25MB` or `30s`, read exactly."""

import re
from decimal import Decimal
from fractions import Fraction

from dsl.diagnostics import Report
from dsl.tree import Scalar, Tree, kind_of
from steps.units import Unit

_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-zµ%]*)\s*")
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


def read(tree: Tree, unit: Unit, name: str, report: Report) -> int | float | None:
    """Return the quantity that `tree` spells, counted in `unit`; None, and a report, if none.

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
        _refuse_kind(tree, unit, name, report)
        return None
    number, suffix = match.groups()
    if suffix in _suffixes(unit):
        amount = Fraction(number) * Fraction(str(dict(unit.suffixes)[suffix]))
        # 100% is all of it, where a bare 1 may be one pixel.
        return float(amount) if suffix == "%" else _exact(amount)
    _refuse_suffix(tree, unit, f'{name} "{value}"', match, report)
    return None


def spell(amount: float, unit: Unit) -> str:
    """Return the quantity in the unit that people would choose for it, such as 25MB."""
    return f"{amount / dict(unit.suffixes)[_usual(unit)]:g}{_usual(unit)}"


def _exact(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _suffixes(unit: Unit) -> tuple[str, ...]:
    return tuple(suffix for suffix, _ in unit.suffixes)


def _example(unit: Unit) -> str:
    told = {"share": "40%", "length": "800, in pixels, or 40%"}
    return told.get(unit.name) or f"a number with its unit, such as 10{_usual(unit)}"


def _usual(unit: Unit) -> str:
    return _USUAL.get(unit.name, unit.suffixes[-1][0])


def _refuse_suffix(tree: Tree, unit: Unit, what: str, match: re.Match[str], report: Report) -> None:
    number, suffix = match.groups()
    allowed = _suffixes(unit)
    if suffix:
        meant = _meant(suffix, unit)
        cure = "use one of the units listed" if meant is None else f"write {number}{meant}"
        title = f"`{suffix}` is not a unit of {unit.name}"
        report.add("P026", tree.span, title, cure=cure, allowed=allowed)
    elif unit.name == "length":
        title = f"{what} is a text, and a length is a number"
        report.add("P026", tree.span, title, cure=f"write {number}")
    else:
        cure = f"write {_with_unit(number, unit)}"
        report.add("P009", tree.span, f"{what} has no unit", cure=cure, allowed=allowed)


def _meant(suffix: str, unit: Unit) -> str | None:
    """Return the unit that `suffix` is another spelling of; None for a unit that we lack."""
    own = {each.lower(): each for each in _suffixes(unit)}
    return (_ALSO.get(unit.name, {}) | own).get(suffix.lower())


def _with_unit(number: str, unit: Unit) -> str:
    """Return what a bare number most likely meant: 25 is 25MB, and so is 25000000."""
    usual = _usual(unit)
    scale = dict(unit.suffixes)[usual]
    if scale == 1 or Decimal(number) < _COUNTED:
        return f"{number}{usual}"
    return f"{(Decimal(number) / Decimal(scale)).normalize():f}{usual}"


def _refuse_kind(tree: Tree, unit: Unit, name: str, report: Report) -> None:
    wanted = "length" if unit.name == "length" else "quantity"
    title = f"{name} is a {wanted}, this is {kind_of(tree)}"
    report.add("P026", tree.span, title, cure=f"write {_example(unit)}", allowed=_suffixes(unit))
