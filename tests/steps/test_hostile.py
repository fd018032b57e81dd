"""Hostile files: each gets its verdict, at a known price, and does no harm where it opens."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import pyvips

from steps.contract import Rejected
from steps.encoding import encode
from steps.formats import FORMATS, ORIGINAL_FORMATS, Encoding, Format, OriginalFormat
from steps.headers import walk
from steps.limits import CODES, Limits
from steps.opening import Opened, open_picture
from steps.testing import bombs, heics, sources
from steps.testing.hostile import EVERY_FORMAT, HOSTILE, PAYLOAD, Hostile, cuts
from steps.vips import LOADERS

# Peak memory and time are of a process, so each file has to be opened away from the tests.
OPENED_ELSEWHERE = """
import json, time
from steps.opening import Opened, open_picture
from steps.testing.child import peak_mb
from steps.testing.hostile import HOSTILE
for hostile in HOSTILE:
    original = hostile.make()
    began = time.process_time()
    result = open_picture(original, hostile.limits)
    seconds = time.process_time() - began
    code = None if isinstance(result, Opened) else result.code
    print(json.dumps([hostile.name, code, seconds, peak_mb()]))
"""
PLAIN = {
    "jpeg": sources.jpeg(),
    "progressive jpeg": sources.jpeg(progressive=True),
    "png": bombs.png_with((b"tEXt", b"Comment\0hello")),
    "gif": bombs.gif_of_comments(3),
    "webp": bombs.webp_of(
        bombs.webp_canvas(60, 40, 8), bombs.webp_pixels(), (b"EXIF", bombs.TIFF_LOOP)
    ),
    "avif": sources.avif(),
    "tiff": sources.tiff(compression="tiff_lzw"),
    "heic": heics.plain(exif=sources.exif()),
}
named = pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.name)
each_plain = pytest.mark.parametrize("kind", PLAIN)


def kind_format(kind: str) -> OriginalFormat:
    return next(each for each in ORIGINAL_FORMATS if kind.endswith(each))


@cache
def opened_elsewhere() -> dict[str, tuple[str | None, float, float]]:
    """Return code, CPU seconds and peak memory in MB of each file, by its name."""
    path = os.pathsep.join(filter(None, sys.path))
    answered = subprocess.run(
        [sys.executable, "-P", "-c", OPENED_ELSEWHERE],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in answered.stdout.splitlines()]
    return {name: (code, seconds, peak_mb) for name, code, seconds, peak_mb in lines}


@named
def test_each_hostile_file_gets_its_verdict_cheaply(hostile: Hostile) -> None:
    """Its code, within a second and 256 MB; the memory of the process is no one file's alone."""
    code, seconds, peak_mb = opened_elsewhere()[hostile.name]

    assert code == hostile.code
    assert seconds < 1
    assert peak_mb < 256


@named
def test_a_verdict_tells_limit_and_actual(hostile: Hostile) -> None:
    """And its code is of the closed set; what opens has the size that its pixels have.

    Numbers are such as every reader of JSON keeps, however large the file's own are.
    """
    result = open_picture(hostile.make(), hostile.limits)

    if isinstance(result, Opened):
        assert (result.picture.width, result.picture.height) == (60, 40)
        assert result.picture.frames == 1
    else:
        assert result.code in CODES
        assert set(result.facts) == {"limit", "actual"}
        numbers = [each for each in result.facts.values() if isinstance(each, int)]
        assert all(0 <= each < 2**53 for each in numbers)


def test_there_are_many_and_no_name_twice() -> None:
    """Reports go by the name."""
    names = [hostile.name for hostile in HOSTILE]

    assert len(set(names)) == len(names) >= 24


def test_most_codes_are_met() -> None:
    """All that a file alone can bring about; its size is the file's, a decoder's end ours."""
    met = {hostile.code for hostile in HOSTILE} - {None}

    assert met == {*CODES} - {"too_many_bytes"} - {each for each in CODES if "decoder" in each}


def test_the_page_tells_every_code_and_how_many_files_there_are() -> None:
    """docs/hostile-input.md is what those read who have to answer for a rejection."""
    page = (Path(__file__).parents[2] / "docs/hostile-input.md").read_text("utf-8")
    told = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]

    assert told == list(CODES)
    assert f"the files, {len(HOSTILE)} of them" in page


@pytest.mark.parametrize(
    "name",
    [each.name for each in HOSTILE if each.code is None and PAYLOAD in each.make()],
)
@pytest.mark.parametrize("file_format", FORMATS)
def test_the_payload_of_a_polyglot_reaches_no_output(name: str, file_format: Format) -> None:
    """Whatever else the file is, its pixels are all that goes on, even with metadata kept."""
    (original,) = (each.make() for each in HOSTILE if each.name == name)
    opened = open_picture(original, EVERY_FORMAT, keep=("icc", "copyright", "capture"))
    assert isinstance(opened, Opened)

    written = encode(opened.picture.encoded_as(Encoding(file_format)), file_format)

    assert PAYLOAD not in written
    assert b"script" not in written


@each_plain
@pytest.mark.parametrize("boxes", [(), ((10, 10),), ((20, 13),)], ids=["whole", "small", "half"])
def test_no_cut_file_opens_at_any_scale(kind: str, boxes: tuple[tuple[int, int], ...]) -> None:
    """Decoders that shrink while they load pass over a missing end; the gate does not."""
    for cut in cuts(PLAIN[kind]):
        result = open_picture(cut, EVERY_FORMAT, boxes=boxes)

        assert isinstance(result, Rejected)
        assert result.code in {"truncated", "corrupt", "unsupported_format", "empty"}


@pytest.mark.parametrize("missing", [2, 10, 50, 200, 2_000])
@pytest.mark.parametrize("side", [400, 200, 100, 50], ids=["1", "2", "4", "8"])
@pytest.mark.parametrize(
    "how", [{}, {"progressive": True}, {"subsampling": 0}], ids=["plain", "progressive", "4:4:4"]
)
def test_a_jpeg_closed_after_a_cut_opens_at_no_scale(
    missing: int, side: int, how: dict[str, int]
) -> None:
    """With an end mark behind the cut its structure is whole, and only the decoder can tell."""
    whole = sources.jpeg(800, 600, quality=95, **how)
    boxes = ((side * 5 // 4, side * 15 // 16),)
    assert isinstance(open_picture(whole, EVERY_FORMAT, boxes=boxes), Opened)

    result = open_picture(whole[: -missing - 2] + b"\xff\xd9", EVERY_FORMAT, boxes=boxes)

    assert isinstance(result, Rejected)
    assert result.code in {"truncated", "corrupt"}


@each_plain
@pytest.mark.parametrize("limit", ["max_bytes", "max_pixels", "max_side", "max_metadata"])
def test_a_limit_holds_to_the_last_unit(kind: str, limit: str) -> None:
    """One more than the file has, exactly that, and one less: only the last is a verdict."""
    original = PLAIN[kind]
    *_, seen = walk(original, kind_format(kind))
    actual = {
        "max_bytes": len(original),
        "max_pixels": seen.width * seen.height,
        "max_side": max(seen.width, seen.height),
        "max_metadata": seen.metadata,
    }[limit]
    assert actual > 1

    for accepted in (actual, actual + 1):
        limits = EVERY_FORMAT.model_copy(update={limit: accepted})
        assert isinstance(open_picture(original, limits), Opened)
    refused = open_picture(original, EVERY_FORMAT.model_copy(update={limit: actual - 1}))
    assert isinstance(refused, Rejected)
    assert dict(refused.facts) == {"limit": actual - 1, "actual": actual}


def test_scans_are_counted_to_the_last() -> None:
    """As many as accepted open; one more is a verdict, before any is gone over."""
    original = PLAIN["progressive jpeg"]
    *_, seen = walk(original, "jpeg")
    scans = seen.scans

    assert scans > 4
    assert isinstance(open_picture(original, Limits(max_scans=scans)), Opened)
    assert open_picture(original, Limits(max_scans=scans - 1)) == Rejected(
        "too_many_scans", {"limit": scans - 1, "actual": scans}
    )


def test_metadata_counts_as_it_inflates() -> None:
    """A text of a megabyte is one, however few bytes it takes in the file."""
    original = bombs.png_with((b"zTXt", b"Comment\0\0" + bombs.deflated(1_000_000)))

    refused = open_picture(original, Limits(max_metadata=500_000))

    assert isinstance(open_picture(original, Limits(max_metadata=1_100_000)), Opened)
    assert isinstance(refused, Rejected)
    assert refused.code == "metadata_too_large"


def test_the_name_of_a_text_may_be_any_bytes() -> None:
    """libvips makes it a field of the picture; pyvips would raise as it lists them."""
    original = bombs.png_with((b"tEXt", b"C\n\xed\xaa\xb2nt\0hello"))

    assert isinstance(open_picture(original, Limits()), Opened)


def test_no_loader_but_the_listed_can_be_entered(tmp_path: Path) -> None:
    """Each that the installed libvips has, by file, buffer or stream, says that it is blocked.

    But for AVIF's by file and by buffer, which libvips leaves open: the listed decoder, other ways.
    """
    junk = tmp_path / "junk"
    junk.write_bytes(b"xx")
    entered = []
    for loader, name in _loaders():
        given = {"buffer": b"xx", "source": pyvips.Source.new_from_memory(b"xx")}
        with pytest.raises(pyvips.Error) as refused:
            pyvips.Operation.call(name, given.get(name.rpartition("_")[2], str(junk)))
        if "operation is blocked" not in str(refused.value):
            entered.append(loader)

    listed = {f"VipsForeignLoad{each}" for each in LOADERS}
    assert listed <= set(entered)
    assert set(entered) - listed <= {"VipsForeignLoadHeifFile", "VipsForeignLoadHeifBuffer"}


def _loaders() -> list[tuple[str, str]]:
    """Return the class and the operation of every loader of libvips."""
    found: list[tuple[str, str]] = []

    def visit(kind: int, *_: object) -> object:
        pyvips.type_map(kind, visit)
        found.append((pyvips.type_name(kind), pyvips.nickname_find(kind)))
        return pyvips.ffi.NULL

    pyvips.type_map(pyvips.type_from_name("VipsForeignLoad"), visit)
    # Raw pixels have no header to load: their sides are arguments, and it is none of the rest.
    return [each for each in found if not each[1].endswith("_base") and each[1] != "rawload"]
