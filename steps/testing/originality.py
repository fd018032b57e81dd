"""Rules about what comes with an original: its frames, their times, its profile and metadata."""

from hypothesis import strategies as st

from steps.contract import Options, Picture
from steps.plugins import AnyStep
from steps.testing.originals import originals
from steps.testing.running import Replies, for_all, outcome, require, told

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried


def survives_every_kind_of_original(step: AnyStep, replies: Replies | None = None) -> None:
    """Palette, 16 bits, CMYK, grey with alpha, profiles, animations: none makes it crash."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if isinstance(result, Picture):
            result.pixels()

    for picture in originals().values():
        for_all(step, check, st.just(picture), examples=2)


def keeps_frames_as_it_declares(step: AnyStep, replies: Replies | None = None) -> None:
    """An animation is what the step makes of each frame alone, and has a time for each.

    A step that takes "all" frames may give fewer or more, each with its time.
    """

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if not isinstance(result, Picture):
            return
        if step.frames == "each":
            _assert_each(step, picture, options, result, replies)
        times = len(result.carried.delays_ms)
        require(
            times == (result.frames if result.frames > 1 else 0),
            f"{step.name} made {result.frames} frames, and times to show {times}: give what it "
            "returns `carried` with as many `delays_ms`",
        )

    if step.frames != "one":
        for name in ("animated GIF", "animated WebP"):
            for_all(step, check, st.just(originals()[name]), examples=4)


def tells_no_more_than_it_was_given(step: AnyStep, replies: Replies | None = None) -> None:
    """What a picture carries is less after the step, or the same: no metadata comes back."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if not isinstance(result, Picture):
            return
        before, after = picture.carried, result.carried
        require(
            set(after.tags) <= set(before.tags),
            f"{step.name} added metadata to the picture: only the pipeline's `keep` does",
        )
        require(
            after.profile in {before.profile, b""},
            f"{step.name} gave the picture another profile: only the original has one to give",
        )

    for name in ("in P3", "CMYK"):
        for_all(step, check, st.just(originals()[name]), examples=4)


def _assert_each(
    step: AnyStep, picture: Picture, options: Options, result: Picture, replies: Replies | None
) -> None:
    require(
        result.frames == picture.frames,
        f"{step.name} made {result.frames} frames of {picture.frames}: a step that gives other "
        'frames than it takes declares frames="all"',
    )
    alone = [outcome(step, each, options, replies) for each in picture.split()]
    made = [each for each in alone if isinstance(each, Picture)]
    require(
        len(made) == len(alone) and told(Picture.joined(made)) == told(result),
        f"{step.name} makes something else of a frame alone than of the same in its animation",
    )
