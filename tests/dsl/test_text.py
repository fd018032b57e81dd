"""Places in a text, and carets below what they mean."""

from hypothesis import given
from hypothesis import strategies as st

from dsl.text import Place, SourceText, Span


def test_lines_and_columns_count_from_one_in_characters() -> None:
    """As editors do, whichever way lines end."""
    source = SourceText("file", "é€\r\nab\nc")

    places = [source.place(offset) for offset in (0, 2, 4, 5, 7)]

    assert places == [Place(1, 1), Place(1, 3), Place(2, 1), Place(2, 2), Place(3, 1)]
    assert [source.line(number) for number in (1, 2, 3)] == ["é€", "ab", "c"]


def test_carets_stand_below_wide_and_combining_characters() -> None:
    """A terminal gives 図 two cells and a combining accent none."""
    text = "name: 図書 e\u0301x"

    line, carets = SourceText("file", text).underline(Span(6, 8))
    behind = SourceText("file", text).underline(Span(11, 12))[1]

    assert line == text
    assert carets == "      ^^^^"
    assert behind == " " * 12 + "^"


def test_a_span_of_several_lines_is_underlined_on_its_first() -> None:
    """Without the spaces at the line's end."""
    assert SourceText("file", "ab  \ncd").underline(Span(0, 7)) == ("ab", "^^")


def test_a_span_at_the_end_of_the_text_has_a_caret_behind_it() -> None:
    """There is something to point at, though nothing stands there."""
    assert SourceText("file", "ab").underline(Span(2, 2)) == ("ab", "  ^")


@given(before=st.integers(0, 400), marked=st.integers(1, 400), after=st.integers(0, 400))
def test_a_long_line_is_cut_around_the_mistake(before: int, marked: int, after: int) -> None:
    """What is underlined stays in sight, and the line fits a terminal."""
    source = SourceText("file", "a" * before + "X" * marked + "b" * after)

    line, carets = source.underline(Span(before, before + marked))

    assert len(line) <= 96
    shown = [char for char, caret in zip(line, carets, strict=False) if caret == "^"]
    assert set(shown) <= {"X", "…"}
    assert "X" in shown
