"""The manifest: what a browser may choose from, and only that."""

from html.parser import HTMLParser

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from darkroom.manifest import Source, manifest, same_shape
from darkroom.projections import VariantRow


def variant(width: int, height: int, format_: str = "jpeg") -> VariantRow:
    """Return a variant of that size."""
    return VariantRow(
        key=f"{width}x{height}.{format_}",
        digest="ab" * 32,
        byte_size=width * height,
        width=width,
        height=height,
        format=format_,
        media_type=f"image/{format_}",
    )


def linked(*rows: VariantRow) -> dict[str, tuple[str, VariantRow]]:
    """Return them as they are linked to, by a name each."""
    return {
        f"v{number}": (f"https://v.example/{row.key}?a=1&b=2", row)
        for number, row in enumerate(rows)
    }


def test_sizes_of_one_picture_are_one_source() -> None:
    """By width, ascending, as `srcset` has it; the square is another picture."""
    made = manifest(linked(variant(1920, 1280), variant(150, 150), variant(800, 533)))

    assert made.sources == (
        Source(
            "image/jpeg",
            "https://v.example/800x533.jpeg?a=1&b=2 800w,"
            " https://v.example/1920x1280.jpeg?a=1&b=2 1920w",
        ),
    )


def test_formats_are_tried_in_the_order_of_their_size() -> None:
    """What every browser knows comes last, and is the `<img>` itself."""
    made = manifest(
        linked(*(variant(800, 533, each) for each in ("jpeg", "avif", "png", "heic", "webp")))
    )

    types = [source.media_type for source in made.sources]
    assert types == ["image/avif", "image/webp", "image/jpeg", "image/png", "image/heic"]


def test_of_two_as_wide_one_is_offered() -> None:
    """A browser would ignore the second."""
    made = manifest(linked(variant(800, 533), variant(800, 534)))

    assert made.sources[0].srcset == "https://v.example/800x533.jpeg?a=1&b=2 800w"


def test_an_image_without_variants_has_no_sources() -> None:
    """And no element."""
    made = manifest({})

    assert (made.sources, made.html) == ((), "")


def test_the_element_is_html_whatever_is_in_a_link() -> None:
    """Signed links are full of `&`; a browser reads the same link out of the attribute."""
    rows = (variant(800, 533, "webp"), variant(800, 533), variant(1920, 1280))
    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)))

    Reader().feed(manifest(linked(*rows)).html)

    assert [tag for tag, _ in seen] == ["picture", "source", "img"]
    (_, source), (_, img) = seen[1:]
    assert source["type"] == "image/webp"
    assert source["srcset"] == "https://v.example/800x533.webp?a=1&b=2 800w"
    assert img["src"] == "https://v.example/1920x1280.jpeg?a=1&b=2"
    assert (img["width"], img["height"]) == ("1920", "1280")


sides = st.integers(min_value=1, max_value=4000)


@given(width=sides, height=sides, box=sides)
def test_a_picture_scaled_to_any_width_keeps_its_shape(width: int, height: int, box: int) -> None:
    """Whatever is lost by rounding a side to a pixel; a line that stays a pixel high gives way."""
    assume(round(height * box / width) >= 1)
    scaled = variant(box, round(height * box / width))

    assert same_shape(variant(width, height), scaled)
    assert same_shape(scaled, variant(width, height))


@pytest.mark.parametrize(("width", "height"), [(150, 150), (533, 800), (800, 450)])
def test_another_crop_is_another_shape(width: int, height: int) -> None:
    """A square, a portrait, and a landscape that is wider."""
    assert not same_shape(variant(1920, 1280), variant(width, height))
