"""Units of capacity, by the rules of DynamoDB's developer guide."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from darkroom.history.capacity import Meter, Units, item_bytes, read_units, write_units
from darkroom.history.items import Item


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({}, 0),
        ({"pk": ""}, 2),
        ({"pk": "abc"}, 5),
        ({"d": "é"}, 3),
        ({"d": "写🌄"}, 8),
        ({"größe": "x"}, 8),
        ({"sk": 1}, 4),
        ({"sk": 12}, 4),
        ({"sk": 123}, 5),
        ({"sk": 1000}, 4),
        ({"sk": 1001}, 5),
        ({"pk": "abc", "sk": 7, "d": "é"}, 12),
    ],
    ids=str,
)
def test_an_items_size_is_its_names_and_values_in_bytes(item: Item, size: int) -> None:
    """Text as UTF-8; a number by its significant digits, two a byte, and one byte more."""
    assert item_bytes(item) == size


@pytest.mark.parametrize(("size", "units"), [(1, 1), (1024, 1), (1025, 2), (10_240, 10)])
def test_a_write_is_paid_by_the_kibibyte(size: int, units: int) -> None:
    """Each item by itself; in a transaction twice."""
    item: Item = {"d": "x" * (size - 1)}

    assert write_units([item]) == units
    assert write_units([item, item, item]) == 2 * 3 * units


@pytest.mark.parametrize(
    ("sizes", "units"),
    [([], 1), ([1], 1), ([4096], 1), ([4097], 2), ([1000] * 4, 1), ([900] * 5, 2)],
)
def test_a_read_is_paid_by_four_kibibytes_of_all_it_finds(sizes: list[int], units: int) -> None:
    """Rounded up once, not for each item."""
    assert read_units([{"d": "x" * (size - 1)} for size in sizes]) == units


def test_a_meter_loses_no_unit_between_threads() -> None:
    """One store serves all threads of a process."""
    meter = Meter()

    def work(_: int) -> None:
        for _each in range(200):
            meter.count_write([{"d": "x"}])
            meter.count_read([])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert meter.spent == Units(read=1600, written=1600)
    assert meter.spent - Units(read=600) == Units(read=1000, written=1600)
