"""The nearest name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.suggest import did_you_mean, nearest

NAMES = ("watermark", "resize", "validate", "max_bytes", "max_pixels")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("watermrk", "watermark"),
        ("resise", "resize"),
        ("maxBytes", "max_bytes"),
        ("max-pixel", "max_pixels"),
        ("Validate", "validate"),
        ("sharpen", None),
        ("", None),
    ],
)
def test_a_typo_finds_its_name(word: str, name: str | None) -> None:
    """And what is like nothing finds nothing."""
    assert nearest(word, NAMES) == name


@given(word=st.text(), names=st.lists(st.text()))
def test_the_order_of_the_names_does_not_matter(word: str, names: list[str]) -> None:
    """Sets and dicts give one answer under every hash seed."""
    assert nearest(word, names) == nearest(word, reversed(names))


def test_without_a_near_name_another_cure_is_given() -> None:
    """A message never ends in silence."""
    assert did_you_mean("x", NAMES, "see the list") == "see the list"
