"""Metadata: what is kept is whole, what is not is gone, and no block of bytes does harm."""

import io
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from steps.metadata import (
    KEPT,
    MAX_ENTRIES,
    MAX_VALUE_BYTES,
    Kept,
    Tag,
    exif_block,
    kept_tags,
    only,
)

NOTICE = "© Zoë Łukasik, 東京".encode()
ARTIST, COPYRIGHT, MAKE, DESCRIPTION = 0x013B, 0x8298, 0x010F, 0x010E
EXPOSURE, MAKER_NOTE, SERIAL_NUMBER, LENS_SERIAL, OWNER = 0x829A, 0x927C, 0xA431, 0xA435, 0xA430
CAPTURE, GPS = 0x8769, 0x8825
BOTH = pytest.mark.parametrize("order", ["<", ">"], ids=["Intel", "Motorola"])


def entry(order: str, number: int, kind: int, count: int, value: bytes) -> bytes:
    """Return an entry of a directory whose value, or its place, is those four bytes."""
    return struct.pack(order + "HHI", number, kind, count) + value.ljust(4, b"\0")


def block(order: str, *entries: bytes, behind: bytes = b"", first: int = 8) -> bytes:
    """Return an EXIF block with one directory, and what lies behind it."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", first)
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4) + behind


def saved() -> bytes:
    """Return the EXIF block that Pillow writes of a camera's tags."""
    exif = Image.Exif()
    exif[MAKE] = "Seagull"
    exif[DESCRIPTION] = "secret"
    exif[COPYRIGHT] = NOTICE
    exif[CAPTURE] = {
        EXPOSURE: IFDRational(1, 250),
        MAKER_NOTE: b"secret",
        SERIAL_NUMBER: "secret",
        LENS_SERIAL: "secret",
        OWNER: "secret",
        0x9003: "2026:11:24 10:00:00",
    }
    exif[GPS] = {1: "N", 2: (48.0, 8.0, 14.5)}
    return exif.tobytes()


def iptc(*datasets: tuple[int, int, bytes]) -> bytes:
    return b"".join(
        b"\x1c" + struct.pack(">BBH", record, number, len(value)) + value
        for record, number, value in datasets
    )


def numbers(tags: tuple[Tag, ...]) -> set[int]:
    return {tag.number for tag in tags}


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ((), set()),
        (("icc",), set()),
        (("copyright",), {COPYRIGHT}),
        (("capture",), {MAKE, EXPOSURE, 0x9003}),
        (("gps",), {1, 2}),
    ],
    ids=str,
)
def test_only_what_is_asked_for_is_kept(keep: tuple[Kept, ...], expected: set[int]) -> None:
    """No description, maker's note, owner or serial number, whatever is asked for."""
    tags = kept_tags(saved(), b"", keep)

    assert numbers(tags) == expected
    assert not any(b"secret" in tag.value for tag in kept_tags(saved(), b"", KEPT))
    assert only(kept_tags(saved(), b"", KEPT), keep) == tags


def test_what_is_written_is_read_as_it_was() -> None:
    """By us to the byte, and by Pillow to the letter."""
    tags = kept_tags(saved(), b"", KEPT)

    written = exif_block(tags)

    assert kept_tags(written, b"", KEPT) == tags
    exif = Image.Exif()
    exif.load(written)
    assert exif[COPYRIGHT].encode("latin-1") == NOTICE
    assert exif.get_ifd(ExifTags.IFD.GPSInfo)[2] == (48.0, 8.0, 14.5)
    assert exif.get_ifd(ExifTags.IFD.Exif)[EXPOSURE] == pytest.approx(1 / 250)


KINDS = {2: "c", 3: "H", 4: "I", 5: "II", 7: "c", 9: "i", 10: "ii"}


@st.composite
def tags(draw: st.DrawFn) -> tuple[Tag, ...]:
    """Draw tags that are kept, each once, of any type and length, in the order of a block."""
    names = draw(st.sets(st.sampled_from([ARTIST, COPYRIGHT, MAKE, EXPOSURE, 0x9003, 1, 2])))
    found = []
    for number in names:
        directory = "gps" if number < 3 else "image" if number not in {EXPOSURE, 0x9003} else None
        kind = draw(st.sampled_from(sorted(KINDS)))
        size = struct.calcsize("<" + KINDS[kind])
        count = draw(st.integers(1, 40))
        value = draw(st.binary(min_size=size * count, max_size=size * count))
        found.append(Tag(directory or "capture", number, kind, count, value))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda tag: (tag.directory, tag.number)))


@given(tags=tags())
def test_no_tag_is_lost_or_changed_by_writing(tags: tuple[Tag, ...]) -> None:
    """Of any type and any length: odd ones and those of four bytes too."""
    again = kept_tags(exif_block(tags), b"", KEPT)

    assert set(again) == set(tags)
    assert len(again) == len(tags)
    assert kept_tags(exif_block(again), b"", KEPT) == again


@BOTH
def test_both_orders_of_bytes_are_read(order: str) -> None:
    """Numbers come out the same, texts as they stand."""
    behind = struct.pack(order + "II", 1, 250)
    capture = struct.pack(order + "I", 8 + 2 + 12 * 2 + 4)
    below = (
        struct.pack(order + "H", 1)
        + entry(order, EXPOSURE, 5, 1, struct.pack(order + "I", 8 + 2 + 24 + 4 + 18))
        + bytes(4)
        + behind
    )

    found = kept_tags(
        block(
            order,
            entry(order, COPYRIGHT, 2, 4, b"Zoe\0"),
            entry(order, CAPTURE, 4, 1, capture),
            behind=below,
        ),
        b"",
        KEPT,
    )

    assert [(tag.number, tag.value) for tag in found] == [
        (COPYRIGHT, b"Zoe\0"),
        (EXPOSURE, struct.pack("<II", 1, 250)),
    ]


def hostile(order: str) -> Iterator[tuple[str, bytes]]:
    """Yield blocks that have hung, crashed or misled readers of EXIF."""
    long = order + "I"
    text = entry(order, COPYRIGHT, 2, 4, b"Zoe\0")
    yield (
        "a directory that is its own",
        block(order, entry(order, CAPTURE, 4, 1, struct.pack(long, 8))),
    )
    yield (
        "a place beyond the end",
        block(order, entry(order, COPYRIGHT, 2, 9, struct.pack(long, 2**31))),
    )
    yield (
        "a place at the very end",
        block(order, entry(order, COPYRIGHT, 2, 9, b"\xff\xff\xff\xff")),
    )
    yield (
        "a length of 4 GB",
        block(order, entry(order, COPYRIGHT, 2, 2**32 - 1, struct.pack(long, 8))),
    )
    yield (
        "fractions of 32 GB",
        block(order, entry(order, COPYRIGHT, 5, 2**32 - 1, struct.pack(long, 8))),
    )
    yield "no values", block(order, entry(order, COPYRIGHT, 2, 0, b"Zoe\0"))
    yield "an unknown type", block(order, entry(order, COPYRIGHT, 99, 4, b"Zoe\0"))
    yield "a directory beyond the end", block(order, text, first=2**31)
    yield "more entries than bytes", block(order, text)[:8] + b"\xff\xff" + text
    yield "nothing behind the head", block(order)[:8]
    yield "half an entry", block(order, text)[:15]


@BOTH
def test_a_hostile_block_keeps_nothing(order: str) -> None:
    """Loops, lying lengths, places outside: what does not hold together is left out."""
    for name, exif in hostile(order):
        found = kept_tags(exif, b"", KEPT)

        assert all(tag.value == b"Zoe\0" for tag in found), name


@BOTH
def test_a_long_directory_is_read_so_far(order: str) -> None:
    """Of 65,535 entries the first few hundred count: reading takes no longer than a photo's."""
    filling = [entry(order, 0x9999, 2, 4, b"abc\0")] * (MAX_ENTRIES - 1)
    within = block(order, *filling, entry(order, COPYRIGHT, 2, 4, b"Zoe\0"))
    beyond = block(order, *filling, filling[0], entry(order, COPYRIGHT, 2, 4, b"Zoe\0"))

    assert numbers(kept_tags(within, b"", KEPT)) == {COPYRIGHT}
    assert kept_tags(beyond, b"", KEPT) == ()


@pytest.mark.parametrize(("length", "kept"), [(MAX_VALUE_BYTES, 1), (MAX_VALUE_BYTES + 1, 0)])
def test_a_value_has_a_longest_length(length: int, kept: int) -> None:
    """Longer ones are no notice of copyright."""
    exif = block("<", entry("<", COPYRIGHT, 2, length, struct.pack("<I", 26)), behind=b"a" * length)

    assert len(kept_tags(exif, b"", KEPT)) == kept


@given(exif=st.binary(max_size=400), at=st.integers(0, 400), iptc=st.binary(max_size=60))
def test_no_bytes_do_harm(exif: bytes, at: int, iptc: bytes) -> None:
    """Alone, or in the middle of a sound block: nothing is raised, and little kept."""
    sound = saved()

    for each in (exif, b"Exif\0\0" + exif, sound[:at] + exif + sound[at:], sound[:at]):
        found = kept_tags(each, b"\x1c" + iptc, KEPT)
        assert kept_tags(exif_block(found), b"", KEPT) == found
        assert sum(len(tag.value) for tag in found) <= 3 * MAX_ENTRIES * MAX_VALUE_BYTES


@given(at=st.integers(6, 200), value=st.integers(0, 255))
def test_no_byte_of_a_sound_block_can_be_changed_to_harm(at: int, value: int) -> None:
    """Each place, length and count in it gets other values."""
    exif = bytearray(saved())
    exif[min(at, len(exif) - 1)] = value

    found = kept_tags(bytes(exif), b"", KEPT)

    assert kept_tags(exif_block(found), b"", KEPT) == found


@pytest.mark.parametrize(
    ("marker", "text", "expected"),
    [
        ((1, 90, b"\x1b%G"), NOTICE, NOTICE),
        ((2, 0, b"\0\2"), "© Zoë".encode("latin-1"), "© Zoë".encode()),
    ],
    ids=["UTF-8", "Latin-1"],
)
def test_author_and_notice_may_stand_in_iptc(
    marker: tuple[int, int, bytes], text: bytes, expected: bytes
) -> None:
    """They are read in the alphabet that the block declares, and kept as UTF-8."""
    found = kept_tags(b"", iptc(marker, (2, 80, b"Zoe"), (2, 116, text)), ["copyright"])

    assert [(tag.number, tag.value) for tag in found] == [
        (ARTIST, b"Zoe\0"),
        (COPYRIGHT, expected + b"\0"),
    ]


def test_exif_goes_before_iptc() -> None:
    """And without `copyright` nothing of it is kept."""
    exif = block("<", entry("<", COPYRIGHT, 2, 4, b"Zoe\0"))
    other = iptc((2, 116, b"Eve"), (2, 80, b"Adam"))

    assert [tag.value for tag in kept_tags(exif, other, ["copyright"])] == [b"Adam\0", b"Zoe\0"]
    assert kept_tags(exif, other, ["gps", "capture", "icc"]) == ()


@pytest.mark.parametrize(
    "block",
    [
        b"\x1c",
        b"\x1c\x02\x74\xff\xff" + b"a",
        b"\x1c\x02\x74\x80\x04\0\0\0\x05hello",
        iptc((2, 116, b"")),
        iptc((2, 116, b"a" * (MAX_VALUE_BYTES + 1))),
    ],
    ids=["a mark", "cut short", "an extended length", "empty", "endless"],
)
def test_of_a_broken_iptc_block_nothing_is_kept(block: bytes) -> None:
    """What lies beyond its end is not there, and what follows a lie is none of it."""
    assert kept_tags(b"", block, ["copyright"]) == ()


def test_the_first_of_two_tags_counts() -> None:
    """A block that says two things is taken at its first word."""
    exif = block("<", entry("<", COPYRIGHT, 2, 4, b"Zoe\0"), entry("<", COPYRIGHT, 2, 4, b"Eve\0"))

    assert [tag.value for tag in kept_tags(exif, b"", KEPT)] == [b"Zoe\0"]


def test_a_jpeg_reads_as_pillow_reads_it() -> None:
    """The block of a file of another writer, prefix and all."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=saved())
    exif = Image.open(file).info["exif"]

    assert kept_tags(exif, b"", KEPT) == kept_tags(saved(), b"", KEPT)
