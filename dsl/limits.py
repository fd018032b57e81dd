"""A step's limits: `timeout`, `memory` and `retry`, within what Lambda and Step Functions take."""

from dsl import fields, quantities
from dsl.diagnostics import Report
from dsl.keys import RETRY_KEYS
from dsl.model import Budget, RetryEntry
from dsl.text import shortened
from dsl.tree import Entry, Mapping, Scalar, Unreadable, kind_of
from steps.units import SECONDS, Unit

MEMORY_MB = (128, 10_240)  # Source: Lambda quotas, "Function memory allocation"
TIMEOUT_S = (1, 900)  # Source: Lambda quotas, "Function timeout"
ATTEMPTS = (1, 10)  # tries of a stage
_WAIT_S = (1, 60)  # whole seconds: ASL's IntervalSeconds is a positive integer


def read_budget(body: Mapping, report: Report) -> Budget:
    """Return what a step says of its limits."""
    timeout, memory, retry = body.get("timeout"), body.get("memory"), body.get("retry")
    timeout_s = _quantity(timeout, SECONDS, TIMEOUT_S, "s", report) if timeout else None
    memory_mb = _quantity(memory, quantities.MEGABYTES, MEMORY_MB, "MB", report) if memory else None
    return Budget(timeout_s, memory_mb, _retry(retry, report) if retry else None)


def _retry(entry: Entry, report: Report) -> RetryEntry | None:
    body = fields.as_mapping(entry, "write: retry: { attempts: 3, wait: 2s }", report)
    if body is None:
        return None
    fields.check_keys(body, RETRY_KEYS, "retry", report)
    attempts, wait = body.get("attempts"), body.get("wait")
    return RetryEntry(
        key=entry.key_span,
        attempts=_count(attempts, report) if attempts else None,
        wait_s=_quantity(wait, SECONDS, _WAIT_S, "s", report) if wait else None,
    )


def _count(entry: Entry, report: Report) -> int | None:
    value = entry.value.value if isinstance(entry.value, Scalar) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if _within(entry, value, ATTEMPTS, "", report) else None
    if not isinstance(entry.value, Unreadable):
        title = f"`attempts` is a whole number, this is {kind_of(entry.value)}"
        report.add("P015", entry.value.span, title, cure="write: attempts: 3")
    return None


def _quantity(
    entry: Entry, unit: Unit, bounds: tuple[int, int], suffix: str, report: Report
) -> int | None:
    """Return a whole quantity within `bounds`; None, and a report, if it is no such thing."""
    if isinstance(entry.value, Unreadable):
        return None
    amount = quantities.read(entry.value, unit, entry.key, report, bounds)
    if amount is None or not _within(entry, amount, bounds, suffix, report):
        return None
    if isinstance(amount, float):
        title = f"`{entry.key}` counts whole {unit.name}, this is {amount:g}{suffix}"
        cure = f"write {max(bounds[0], round(amount))}{suffix}"
        report.add("P003", entry.value.span, title, cure=cure)
        return None
    return amount


def _within(
    entry: Entry, amount: float, bounds: tuple[int, int], suffix: str, report: Report
) -> bool:
    least, most = bounds
    if least <= amount <= most:
        return True
    end, cure = ("small", least) if amount < least else ("large", most)
    whose = ", as Lambda has it" if bounds in (MEMORY_MB, TIMEOUT_S) else ""
    report.add(
        "P003",
        entry.value.span,
        f"`{entry.key}` is too {end}: {shortened(report.text(entry.value.span))}",
        cure=f"write {_spelt(cure, suffix)}",
        note=f"it is between {_spelt(least, suffix)} and {_spelt(most, suffix)}{whose}",
    )
    return False


def _spelt(number: int, suffix: str) -> str:
    """Return the bound in the unit that people would choose for it."""
    if suffix == "s" and number % 60 == 0:
        return f"{number // 60}min"
    return f"{number}{suffix}"
