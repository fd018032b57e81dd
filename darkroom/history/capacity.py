"""What a history costs: DynamoDB's capacity units, counted by the store itself.

Emulators count them wrongly or not at all, so that no test could hold a store to a price by what
they answer. The rules are those of the developer guide, "DynamoDB item sizes and formats" and
"DynamoDB read and write operations".
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darkroom.history.items import Item

_WRITE_UNIT = 1024  # bytes of one item
_READ_UNIT = 4096  # bytes of all that one consistent query finds


@dataclass(frozen=True)
class Units:
    """Units of capacity: what reads and writes are paid by."""

    read: int = 0
    written: int = 0

    def __sub__(self, earlier: "Units") -> "Units":
        """Return what was spent since `earlier`."""
        return Units(self.read - earlier.read, self.written - earlier.written)


class Meter:
    """Counts the units of all that a store reads and writes. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent = Units()

    @property
    def spent(self) -> Units:
        """All that has been counted so far."""
        return self._spent

    def count_write(self, items: Sequence[Item]) -> None:
        """Count one attempt to write `items`, all or none; a refused one costs as much."""
        self._add(written=write_units(items))

    def count_read(self, items: Iterable[Item]) -> None:
        """Count one consistent query that found `items`."""
        self._add(read=read_units(items))

    def _add(self, *, read: int = 0, written: int = 0) -> None:
        with self._lock:
            self._spent = Units(self._spent.read + read, self._spent.written + written)


def write_units(items: Sequence[Item]) -> int:
    """Return the units to write `items`: one a KiB and item, each twice in a transaction."""
    once = sum(_ceil(item_bytes(item), _WRITE_UNIT) for item in items)
    return once if len(items) == 1 else 2 * once


def read_units(items: Iterable[Item]) -> int:
    """Return the units of a consistent query that finds `items`: one for each 4 KiB in all.

    One that finds nothing costs one.
    """
    return max(1, _ceil(sum(map(item_bytes, items)), _READ_UNIT))


def item_bytes(item: Item) -> int:
    """Return the size of an item as DynamoDB counts it: names and values, in bytes."""
    texts = [value for value in item.values() if isinstance(value, str)]
    numbers = [value for value in item.values() if isinstance(value, int)]
    return len("".join((*item, *texts)).encode()) + sum(map(_number_bytes, numbers))


def _number_bytes(value: int) -> int:
    """One for each two significant digits, and one more."""
    digits = str(value).strip("0")  # zeros at the ends are trimmed
    return _ceil(len(digits), 2) + 1


def _ceil(amount: int, unit: int) -> int:
    return -(-amount // unit)
