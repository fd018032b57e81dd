"""Fuzz: files with bytes changed, taken out and put in, opened in great numbers.

    python -m steps.testing.fuzz --count 100000

opens so many, of every format, and tells what came of them: a picture, or which verdict. It stops
at the first file for which anything else happens, and writes that file. The same seed makes the
same files. Tests draw theirs by hypothesis from `changes` instead, which also finds the smallest.
"""

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from steps.formats import ORIGINAL_FORMATS
from steps.limits import CODES, Limits
from steps.opening import Opened, open_picture
from steps.testing import bombs, heics, sources, tiffs
from steps.values import Rejected

LIMITS = Limits(formats=ORIGINAL_FORMATS, max_frames=10, max_pixels=1_000_000)
"""Small pictures, so that a claim of a large one is no picture of a second's work."""
BOXES: tuple[tuple[tuple[int, int], ...], ...] = ((), ((9, 6),))
"""Decoded whole, and smaller: other code of the decoders."""
_TELLING = (b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xd9")


@dataclass(frozen=True)
class Change:
    """`removed` bytes at a place, a share of the file, give way to `put`."""

    at: float
    removed: int
    put: bytes


def seeds() -> Mapping[str, bytes]:
    """Return small valid files: each format, and each of the ways in which it keeps pixels."""
    return {
        "jpeg": sources.jpeg(),
        "progressive jpeg": sources.jpeg(progressive=True),
        "cmyk jpeg": sources.jpeg(mode="CMYK"),
        "jpeg with a profile": sources.jpeg(icc_profile=sources.srgb_profile(), orientation=6),
        "png": sources.png(),
        "palette png": sources.png(mode="P"),
        "16-bit png": sources.png(mode="I;16"),
        "png with a profile": sources.png(mode="LA", icc_profile=sources.srgb_profile()),
        "png with a text": bombs.png_with((b"zTXt", b"Comment\0\0" + bombs.deflated(1_000_000))),
        "gif": sources.gif(),
        "animated gif": sources.gif(20, 15, frames=3),
        "webp": sources.webp(),
        "lossless webp": sources.webp(mode="RGBA"),
        "animated webp": sources.webp(20, 15, frames=3),
        "avif": sources.avif(),
        "tiff": sources.tiff(mode="RGBA", compression="tiff_lzw"),
        "palette tiff": sources.tiff(mode="P", compression="packbits"),
        "cmyk tiff": sources.tiff(mode="CMYK", icc_profile=sources.srgb_profile()),
        "fax": sources.tiff(mode="1", compression="group4"),
        "tiff of a jpeg": sources.tiff(compression="jpeg"),
        "tiff in tiles": tiffs.of_tiles(64),
        "heic": heics.plain(heics.turned(1), exif=sources.exif()),
        "10-bit heic": heics.heic(heics.coded(heics.TEN_BITS)),
        "heic with alpha": heics.with_alpha(),
        "heic in tiles": heics.grid(2, 1),
    }


def changed(original: bytes, changes: Sequence[Change]) -> bytes:
    """Return the file with all of the changes made, one after the other."""
    for each in changes:
        at = int(each.at * len(original))
        original = original[:at] + each.put + original[at + each.removed :]
    return original


def changes() -> st.SearchStrategy[list[Change]]:
    """Draw a few changes; most leave the length, so that what follows is still in its place."""
    put = st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from(_TELLING))
    same = st.builds(lambda at, put: Change(at, len(put), put), _SHARES, put)
    other = st.builds(Change, _SHARES, st.integers(0, 20), st.binary(max_size=8))
    return st.lists(st.one_of(same, same, other), min_size=1, max_size=6)


def opened(original: bytes, keep: Collection[str] = ()) -> str:
    """Open the file, whole and smaller, and return what came of it: "opened", or the code.

    Raises ValueError for a verdict that is none of the closed set, or that is not told in full,
    and whatever opening raises: it should raise nothing.
    """
    whole, _ = (_told(open_picture(original, LIMITS, keep, boxes)) for boxes in BOXES)
    return whole


def _told(result: Opened | Rejected) -> str:
    if isinstance(result, Opened):
        result.picture.pixels()
        return "opened"
    if result.code not in CODES or set(result.facts) != {"limit", "actual"}:
        raise ValueError(f"no verdict of the closed set: {result}")
    return result.code


def drawn(random: Random) -> Iterator[bytes]:
    """Yield files without end, as `changes` would draw them: a hundred times as fast."""
    files = list(seeds().values())
    while True:
        count = 1 + int(random.expovariate(0.7))
        yield changed(random.choice(files), [_drawn(random) for _ in range(count)])


def _drawn(random: Random) -> Change:
    # Structure stands at the beginning of most files.
    at = random.random() ** random.choice((1, 1, 3))
    if random.random() < 0.2:
        return Change(at, random.randrange(21), random.randbytes(random.randrange(9)))
    put = random.choice((*_TELLING, random.randbytes(random.randrange(1, 5))))
    return Change(at, len(put), put)


def main() -> int:
    """Open as many files as asked for; 1 if any of them got no verdict."""
    asked = argparse.ArgumentParser(description="Open damaged files, and tell what came of them.")
    asked.add_argument("--count", type=int, default=10_000, help="how many files (10000)")
    asked.add_argument("--seed", type=int, default=1, help="another one makes other files (1)")
    asked.add_argument("--failing", type=Path, default=Path("out/failing"), help="where to keep it")
    options = asked.parse_args()
    say = partial(print, file=sys.stdout, flush=True)
    gc.freeze()  # opening collects garbage, and what was imported is none
    seen: Counter[str] = Counter()
    slowest = 0.0
    for original, _ in zip(drawn(Random(options.seed)), range(options.count), strict=False):
        began = time.process_time()
        try:
            seen[opened(original, ("icc", "copyright", "capture", "gps"))] += 1
        except Exception as error:  # noqa: BLE001  whatever it is: it is what is looked for
            options.failing.parent.mkdir(parents=True, exist_ok=True)
            options.failing.write_bytes(original)
            say(f"file {seen.total() + 1} raised {error!r}; it is in {options.failing}")
            return 1
        slowest = max(slowest, time.process_time() - began)
        if seen.total() % 10_000 == 0:
            say(f"{seen.total():,} files: {_counted(seen)}")
    say(f"{seen.total():,} files, each with a verdict: {_counted(seen)}; slowest {slowest:.2f} s")
    return 0


def _counted(seen: Counter[str]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in seen.most_common())


_SHARES = st.floats(0, 1, exclude_max=True)

if __name__ == "__main__":
    sys.exit(main())
