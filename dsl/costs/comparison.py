"""Comparison: a plan's bill beside those of the forms that it is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass

from darkroom.plan import Plan
from dsl.costs.bill import Bill, Line, bill
from dsl.costs.forms import by_step, naive, of_plan
from dsl.costs.photo import Photo
from dsl.costs.pricing import Price, Prices
from dsl.costs.usage import SERVICES, usage
from dsl.draft import Plugins


@dataclass(frozen=True)
class Row:
    """One thing that is charged for, in each form; None where a form has none of it."""

    service: str
    what: str
    price: Price
    lines: tuple[Line | None, ...]


@dataclass(frozen=True)
class Comparison:
    """Bills for one photo at one region's prices; the first is of the plan as it is deployed."""

    photo: Photo
    prices: Prices
    bills: tuple[Bill, ...]

    @property
    def chosen(self) -> Bill:
        """The bill of the plan as it is deployed."""
        return self.bills[0]

    @property
    def ratios(self) -> tuple[float, ...]:
        """What the plan costs, as a part of each of the others."""
        return tuple(self.chosen.usd / other.usd for other in self.bills[1:])

    def rows(self, service: str) -> Iterator[Row]:
        """Yield what `service` charges for, in the order of the first form that has it."""
        found: dict[str, Price] = {}
        for each in self.bills:
            for line in each.lines:
                if line.charge.service == service:
                    found.setdefault(line.charge.what, line.price)
        for what, price in found.items():
            lines = tuple(_line(each, service, what) for each in self.bills)
            yield Row(service, what, price, lines)

    def services(self) -> Iterator[tuple[str, tuple[float, ...]]]:
        """Yield each service with the dollars that it takes in each form."""
        for service in SERVICES:
            yield service, tuple(each.by_service[service] for each in self.bills)


def compare(plan: Plan, photo: Photo, plugins: Plugins, prices: Prices) -> Comparison:
    """Return the bills for a million such photos: of the plan, of the naive form, and by step."""
    forms = of_plan(plan), naive(plan), by_step(plan)
    bills = (bill(usage(form, plan, photo, plugins), prices) for form in forms)
    return Comparison(photo, prices, tuple(bills))


def _line(found: Bill, service: str, what: str) -> Line | None:
    lines = (line for line in found.lines if line.charge.service == service)
    return next((line for line in lines if line.charge.what == what), None)
