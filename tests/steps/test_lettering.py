"""Lettering writes every script that the bundled typefaces have, the same on every machine."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from steps.lettering import lettered, one_line, proportions
from steps.typefaces import SCRIPTS, TYPEFACES, needed_for, script_of, typeface_for, undrawable

WHITE = (255, 255, 255, 255)
NAMES = {
    "Latin": "Łódź Ñandú Ava",
    "Greek": "Ψηφιακή",
    "Cyrillic": "Фото Љиљана",
    "Arabic": "محمد الأمين",
    "Armenian": "Արամ Խաչատրյան",
    "Bengali": "রবীন্দ্রনাথ",
    "Devanagari": "क्षत्रिय हिन्दी",
    "Georgian": "გიორგი",
    "Gujarati": "મોહનદાસ",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "Hebrew": "שלום עולם",
    "Kannada": "ಕ್ಷಮಾ",
    "Khmer": "ស្រីមុំ",
    "Lao": "ບຸນມີ",
    "Malayalam": "ശ്രീനിവാസൻ",
    "Sinhala": "ශ්‍රී ලංකා",
    "Tamil": "கிருஷ்ணன்",
    "Telugu": "శ్రీనివాస్",
    "Thai": "ฐิติพงษ์ น้ำใจ",
}
DRAWABLE = st.text(
    st.characters(max_codepoint=0x2000).filter(lambda each: not undrawable(each)), min_size=1
)


def inked(line: str, px: float = 64) -> tuple[int, int]:
    picture = lettered(line, px, WHITE)
    return picture.width, picture.height


def columns(line: str) -> list[int]:
    """Return how much ink each column has, from the left."""
    alpha = lettered(line, 64, WHITE).to_pillow().getchannel("A")
    return list(alpha.resize((alpha.width, 1), Image.Resampling.BOX).tobytes())


def test_there_is_a_name_to_try_for_each_script() -> None:
    """What is promised is tried."""
    assert tuple(NAMES) == SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_written_in_its_own_typeface(script: str) -> None:
    """All characters of a name are there, and nothing else is read for them."""
    line = one_line(NAMES[script])
    first, *others = needed_for(line)

    assert undrawable(line) == []
    assert first is TYPEFACES[0]
    assert [each.scripts for each in others] == ([] if script in first.scripts else [(script,)])
    assert min(inked(line)) > 20


@given(line=DRAWABLE.map(one_line).filter(bool), px=st.floats(5, 100))
def test_what_can_be_drawn_leaves_ink(line: str, px: float) -> None:
    """Marks without a letter, letters without their mark, all scripts in a heap: no error."""
    width, height = inked(line, px)

    assert min(width, height) >= 1


@given(line=st.sampled_from(sorted(NAMES.values())), px=st.floats(12, 200))
def test_ink_grows_with_its_type(line: str, px: float) -> None:
    """Whole pixels between letters make no text wider than it should be, however small it is."""
    wide, high = proportions(line)

    width, height = inked(line, px)

    assert width == pytest.approx(wide * px, abs=2 + 0.02 * wide * px)
    assert height == pytest.approx(high * px, abs=2 + 0.02 * high * px)


@pytest.mark.parametrize("word", ["ஸ்ரீ", "ক্ষ", "ක්‍ෂ"])
def test_letters_are_stacked(word: str) -> None:
    """A word is narrower than its letters kept apart, as their script allows to write them."""
    assert inked(word)[0] < inked("\u200c".join(word))[0]


def test_letters_are_joined() -> None:
    """No column goes free in an Arabic word, unless its letters are kept apart."""
    assert all(columns("محمد"))
    assert not all(columns("\u200c".join("محمد")))


def test_letters_are_kerned() -> None:
    """An A and a V stand closer than their sides are."""
    assert inked("AVAVAV")[0] < inked("AAAVVV")[0]


@pytest.mark.parametrize(("line", "letters_at"), [("MM....", 0), ("שש....", -1)])
def test_scripts_run_their_own_way(line: str, letters_at: int) -> None:
    """A sentence begins on the left in Latin, on the right in Hebrew."""
    ink = columns(line)
    halves = sum(ink[: len(ink) // 2]), sum(ink[len(ink) // 2 :])

    assert halves[letters_at] == max(halves)


LINES = {
    "two\nlines\r\n": "two lines",
    "  a \t b  ": "a b",
    "a\x00b\x1f": "a b",
    "e\u0301tude": "étude",
    "x\u0331": "x\u0331",
    "\u202eevil\u202c": "evil",
    "zero\u200bwidth\ufeff": "zerowidth",
    "soft\u00adhyphen": "softhyphen",
    "©\ufe0f": "©",
    "\uff21\uff56\uff41": "Ava",
    "\U0001d4d0\U0001d4ff\U0001d4ea": "Ava",
    "ශ්\u200dරී": "ශ්\u200dරී",
    "\u200f\u200d": "",
    " \n\u2003": "",
}


@pytest.mark.parametrize(("text", "line"), LINES.items())
def test_a_text_becomes_one_line(text: str, line: str) -> None:
    """What leaves no ink goes, but for what says how letters join."""
    assert one_line(text) == line


@given(text=st.text())
def test_a_line_stays_as_it_is(text: str) -> None:
    """Whatever it is made of, there is no second reading of it, and no control character."""
    line = one_line(text)

    assert one_line(line) == line
    assert line == line.strip()
    assert not any(ord(each) < 32 for each in line)


CALLED = {
    "漢": "cjk",
    "か": "hiragana",
    "한": "hangul",
    "😀": "emoji",
    "✈": "emoji",
    "Ꮳ": "cherokee",
    "\ud800": "unassigned",
    "\ue000": "unassigned",
}


@pytest.mark.parametrize(
    ("character", "word"),
    CALLED.items(),
)
def test_a_character_that_no_typeface_has_is_called_by_its_script(
    character: str, word: str
) -> None:
    """A word that its writer knows, without telling what was written."""
    assert typeface_for(character) is None
    assert script_of(character) == word


CONFUSING = """<?xml version="1.0"?><fontconfig>
<dir>/usr/share/fonts</dir>
<match target="pattern"><edit name="family" mode="assign"><string>Lato</string></edit></match>
<match target="font"><edit name="embolden" mode="assign"><bool>true</bool></edit></match>
</fontconfig>"""
WRITES = """
from steps.lettering import lettered, one_line
from hashlib import sha256
texts = "© Ava 1", "۴۶۷ محمد", "Љубгдпт"
pixels = [lettered(one_line(text), 40, (255, 255, 255, 255)).pixels() for text in texts]
print(sha256(b"".join(pixels)).hexdigest())
"""


def test_no_setting_of_the_machine_changes_what_is_written(tmp_path: Path) -> None:
    """Locales, the user's fonts and settings: all bytes are those of this process."""
    (tmp_path / "fontconfig").mkdir()
    for place in ("fonts.conf", "fontconfig/fonts.conf"):
        (tmp_path / place).write_text(CONFUSING)
    texts = "© Ava 1", "۴۶۷ محمد", "Љубгдпт"
    here = b"".join(lettered(one_line(text), 40, WHITE).pixels() for text in texts)
    elsewhere = {
        "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"),
        "FONTCONFIG_PATH": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "LANG": "sr_RS.UTF-8",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "ur:sr",
    }

    there = subprocess.run(
        [sys.executable, "-c", WRITES],
        env={**os.environ, **elsewhere, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )

    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert there.stderr == ""
