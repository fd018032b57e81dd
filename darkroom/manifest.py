"""Manifest: the variants of an image as sources of one `<picture>`, for browsers to choose from.

Sources show the same at several sizes and in several formats. A thumbnail cropped to a square is
no smaller form of the whole picture, so only variants of one shape go together: that of the
largest. Source: HTML Living Standard, 4.8.1 and 4.8.4.2.1 (srcset).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from darkroom.projections import VariantRow

# A browser takes the first that it knows: the smallest files first, what all know last.
_PREFERENCE = ("image/avif", "image/webp", "image/jpeg", "image/png", "image/gif")


@dataclass(frozen=True)
class Source:
    """All sizes of one media type, as the attributes `type` and `srcset` of a `<source>`."""

    media_type: str
    srcset: str


@dataclass(frozen=True)
class Manifest:
    """`sources` in the order in which they stand, and `html`, the element with all of them."""

    sources: tuple[Source, ...]
    html: str


@dataclass(frozen=True)
class _Candidate:
    url: str
    row: VariantRow


def manifest(linked: Mapping[str, tuple[str, VariantRow]]) -> Manifest:
    """Return the manifest of variants, each with its link; of none, one without sources."""
    found = [_Candidate(url, row) for url, row in linked.values()]
    if not found:
        return Manifest((), "")
    largest = max(found, key=lambda each: (each.row.width * each.row.height, each.url))
    alike = [each for each in found if same_shape(each.row, largest.row)]
    by_type = {
        media_type: _widths([each for each in alike if each.row.media_type == media_type])
        for media_type in sorted({each.row.media_type for each in alike}, key=_rank)
    }
    sources = tuple(
        Source(media_type, ", ".join(f"{each.url} {each.row.width}w" for each in sizes))
        for media_type, sizes in by_type.items()
    )
    *_, known_to_all = by_type.values()
    return Manifest(sources, _picture(sources, known_to_all[-1]))


def same_shape(one: VariantRow, other: VariantRow) -> bool:
    """Whether both are the same rectangle but for its size, each side rounded to a pixel.

    A side is half a pixel off at most, so the products of two are off by no more than half of
    all sides together.
    """
    skew = one.width * other.height - other.width * one.height
    return 2 * abs(skew) <= one.width + one.height + other.width + other.height


def _widths(candidates: list[_Candidate]) -> tuple[_Candidate, ...]:
    """One for each width, ascending: of two as wide, a browser would ignore the second."""
    by_width = {each.row.width: each for each in reversed(candidates)}
    return tuple(by_width[width] for width in sorted(by_width))


def _rank(media_type: str) -> tuple[int, str]:
    known = media_type in _PREFERENCE
    return (_PREFERENCE.index(media_type) if known else len(_PREFERENCE), media_type)


def _picture(sources: tuple[Source, ...], shown: _Candidate) -> str:
    """The element; what `alt` says of the picture, only the page's author knows."""
    *choices, last = sources
    listed = "".join(
        f'<source type="{escape(each.media_type)}" srcset="{escape(each.srcset)}">'
        for each in choices
    )
    return (
        f'<picture>{listed}<img srcset="{escape(last.srcset)}" src="{escape(shown.url)}"'
        f' width="{shown.row.width}" height="{shown.row.height}" alt=""></picture>'
    )
