"""Numbers as expressions write them: digits, a point if need be, and no exponent."""

from decimal import Decimal


def digits(number: float) -> str:
    """Return the shortest digits that give `number` again; a float keeps its point: `2.0`."""
    return str(number) if isinstance(number, int) else format(Decimal(repr(number)), "f")
