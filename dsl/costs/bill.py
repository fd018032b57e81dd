"""Bill: what a million images cost, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.costs.pricing import Price, Prices
from dsl.costs.usage import SERVICES, Charge, Usage

IMAGES = 1_000_000


@dataclass(frozen=True)
class Line:
    """One charge at its price."""

    charge: Charge
    price: Price

    @property
    def usd(self) -> float:
        """Dollars for a million images."""
        return self.price.of(self.charge.quantity * IMAGES)


@dataclass(frozen=True)
class Bill:
    """All lines of one form."""

    usage: Usage
    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """Dollars for a million images."""
        return sum(line.usd for line in self.lines)

    @property
    def kept_kb(self) -> float:
        """Kilobytes of variants that one image leaves."""
        works = self.usage.works
        return sum(work.bytes_written - work.bytes_stored for work in works) / 1000

    @property
    def by_service(self) -> Mapping[str, float]:
        """Dollars for a million images, of each service, in one order for all forms."""
        return {
            service: sum(line.usd for line in self.lines if line.charge.service == service)
            for service in SERVICES
        }


def bill(usage: Usage, prices: Prices) -> Bill:
    """Return the bill for `usage`."""
    lines = tuple(Line(charge, prices.of[charge.item]) for charge in usage.charges)
    return Bill(usage, lines)
