"""The decoder's own process: the same answers as without one, and a verdict if it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steps.contract import Rejected
from steps.formats import ORIGINAL_FORMATS
from steps.isolation import Bounds, Decoder, NotStarted
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.testing import heics, sources

LIMITS = Limits(formats=ORIGINAL_FORMATS, max_frames=10)
ORIGINALS = {
    "jpeg": sources.jpeg(400, 300, orientation=6),
    "png with alpha": sources.png(mode="RGBA"),
    "grey png": sources.png(mode="I;16"),
    "animation": sources.gif(frames=3, duration=[70, 80, 90], loop=2),
    "avif": sources.avif(),
    "tiff": sources.tiff(orientation=6),
    "heic": heics.plain(heics.turned(1), exif=sources.exif()),
    "profile and tags": sources.jpeg(icc_profile=sources.srgb_profile()),
    "cut": sources.jpeg()[:-100],
    "text": b"<svg/>",
    "empty": b"",
}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One process for all."""
    with Decoder() as decoder:
        yield decoder


@pytest.mark.parametrize("kind", ORIGINALS)
def test_the_answer_is_that_of_this_process(kind: str, decoder: Decoder) -> None:
    """Pixels, header, scale, and all that the picture carries; or the same verdict."""
    asked = ORIGINALS[kind], LIMITS, ("icc", "gps"), ((20, 20),)

    there, here = decoder.open(*asked), open_picture(*asked)

    if isinstance(here, Rejected):
        assert there == here
        return
    assert isinstance(there, Opened)
    assert (there.header, there.scale) == (here.header, here.scale)
    assert there.picture.carried == here.picture.carried
    assert there.picture.pixels() == here.picture.pixels()
    assert there.picture.stored.pixels() == here.picture.stored.pixels()


def test_pictures_outlive_the_next_one_and_the_process() -> None:
    """What one original left is not written over by another."""
    with Decoder() as decoder:
        first = decoder.open(sources.png(), LIMITS)
        second = decoder.open(sources.png(90, 30), LIMITS)

    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    assert first.picture.pixels() == _opened(sources.png()).picture.pixels()
    assert second.picture.pixels() == _opened(sources.png(90, 30)).picture.pixels()


def test_a_process_that_crashes_is_a_verdict_and_the_next_original_gets_another() -> None:
    """As a fault in a decoder would end it."""
    with Decoder() as decoder:
        _opened_by(decoder, sources.png())
        _end(decoder, signal.SIGSEGV)
        crashed = decoder.open(sources.png(), LIMITS)

        assert crashed == Rejected("decoder_crashed", {"limit": None, "actual": "SIGSEGV"})
        _opened_by(decoder, sources.png())


def test_a_process_that_cannot_start_is_no_verdict_on_the_original(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It lacks a module, say: that is an error of ours, to be tried again and looked at."""
    monkeypatch.setattr("steps.isolation._PROGRAM", "import a_module_that_was_not_packed")
    with Decoder() as decoder, pytest.raises(NotStarted):
        decoder.open(sources.png(), LIMITS)


def test_what_opening_raises_there_is_a_verdict_and_a_line_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody foresaw it: the picture is let go, and not called corrupt; the log has the mistake."""
    raising = "import steps.isolation as own; own.opened = lambda *_: 1 / 0; own.main()"
    monkeypatch.setattr("steps.isolation._PROGRAM", raising)
    with Decoder() as decoder:
        refused = decoder.open(sources.png(), LIMITS)

    told = {"limit": None, "actual": "opening it raised ZeroDivisionError"}
    assert refused == Rejected("decoder_crashed", told)
    assert "division by zero" in caplog.text


def test_an_original_whose_process_was_killed_is_opened_by_another() -> None:
    """The kernel kills what it has no memory for, whoever took it."""
    with Decoder() as decoder:
        _opened_by(decoder, sources.png())
        _end(decoder, signal.SIGKILL)

        _opened_by(decoder, sources.png())


def test_an_original_whose_processes_are_killed_twice_takes_too_much_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each came to be ready, and was gone with the original."""
    killed = (
        "import os, signal, socket; there = socket.socket(fileno=0); there.send(b'r');"
        "there.recv(1); os.kill(os.getpid(), signal.SIGKILL)"
    )
    monkeypatch.setattr("steps.isolation._PROGRAM", killed)
    with Decoder() as decoder:
        assert decoder.open(sources.png(), LIMITS) == Rejected(
            "decoder_out_of_memory", {"limit": None, "actual": None}
        )


def test_a_process_that_hangs_is_a_verdict_after_its_time() -> None:
    """It is waited for so long and no longer, and then killed."""
    with Decoder(Bounds(seconds=0.5)) as decoder:
        _opened_by(decoder, sources.png())
        child = _child(decoder)
        os.kill(child, signal.SIGSTOP)
        hung = decoder.open(sources.png(), LIMITS)

        assert isinstance(hung, Rejected)
        assert (hung.code, hung.facts["limit"]) == ("decoder_timeout", 0.5)
        assert 0.5 <= float(hung.facts["actual"] or 0) < 10
        assert not _is_there(child)


def test_cpu_and_memory_are_limited_in_the_process() -> None:
    """Where the platform has it: a loop inside a decoder ends by SIGXCPU, an allocation fails."""
    with Decoder(Bounds(seconds=7, memory_bytes=50_000_000)) as decoder:
        _opened_by(decoder, sources.png())
        held = Path(f"/proc/{_child(decoder)}/limits").read_text("ascii").splitlines()
        seconds, data, core = (
            next(line.split() for line in held if line.startswith(f"Max {name}"))
            for name in ("cpu time", "data size", "core file")
        )
        too_large = decoder.open(sources.png(4000, 4000), LIMITS)

        assert 7 <= int(seconds[3]) < 60
        assert int(data[3]) < 1_000_000_000
        assert core[4] == "0"
        assert isinstance(too_large, Rejected)
        assert too_large == Rejected("decoder_out_of_memory", {"limit": None, "actual": None})


def test_the_process_knows_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a decoder could be made to tell is not there."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret-token")
    with Decoder() as decoder:
        _opened_by(decoder, sources.png())
        there = Path(f"/proc/{_child(decoder)}/environ").read_bytes()

        assert b"secret-token" not in there
        assert b"PATH=" in there


def test_the_process_ends_with_whoever_started_it() -> None:
    """Nobody has to be told: its way is gone."""
    program = (
        "from steps.isolation import Decoder; decoder = Decoder(); decoder.start();"
        "print(decoder._process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    child = int(done.stdout)

    for _ in range(100):
        if not _is_there(child):
            break
        time.sleep(0.1)
    assert not _is_there(child)


def _opened(original: bytes) -> Opened:
    result = open_picture(original, LIMITS)
    assert isinstance(result, Opened)
    return result


def _opened_by(decoder: Decoder, original: bytes) -> Opened:
    result = decoder.open(original, LIMITS)
    assert isinstance(result, Opened), result
    return result


def _child(decoder: Decoder) -> int:
    process = decoder._process
    assert process is not None
    return process.pid


def _end(decoder: Decoder, by: signal.Signals) -> None:
    """End the process while it is asked for something."""
    child = _child(decoder)
    os.kill(child, signal.SIGSTOP)

    def strike() -> None:
        os.kill(child, by)
        os.kill(child, signal.SIGCONT)

    threading.Timer(0.3, strike).start()


def _is_there(process: int) -> bool:
    """Say whether it runs; one that has ended and was not asked after yet does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
