"""estimates: what encoding takes, by the format that an output may really have."""

import pytest

from dsl import estimates, passes
from dsl.draft import Plugins
from steps.encoding import BUDGET_TRIES
from steps.formats import FORMATS, TRAITS, Encoding, Format
from tests.dsl.test_passes import draft_of

ACCEPT = "pipeline: p\naccept: {{ formats: [{}], max_frames: {}, max_pixels: 10MP }}\nsteps:\n"
GREY = "  a: { uses: greyscale }\n"


def seconds(body: str, plugins: Plugins, formats: str = "jpeg", frames: int = 1) -> float:
    """Return the seconds of the last step, its encoding included."""
    draft, report = draft_of(ACCEPT.format(formats, frames) + body, plugins)
    return list(estimates.loads(passes.run(draft, report)).values())[-1].seconds


def test_the_chosen_format_is_what_an_output_costs(plugins: Plugins) -> None:
    """Not the slowest of those that are accepted."""
    accepted = "avif, jpeg"
    slow, fast, as_it_comes = (
        seconds(body, plugins, accepted)
        for body in (
            "  a: { uses: convert, with: { format: avif } }\n",
            "  a: { uses: convert, with: { format: jpeg } }\n",
            "  a: { uses: greyscale }\n",
        )
    )

    assert fast < slow / 10
    assert as_it_comes == pytest.approx(slow)


@pytest.mark.parametrize("control", ["when: picture.alpha", "on_error: pass"])
def test_a_choice_that_may_be_passed_by_counts_as_the_slower(
    control: str, plugins: Plugins
) -> None:
    """Of what it chooses, and of what was there before."""
    jpeg = f"  a: {{ uses: convert, {control}, with: {{ format: jpeg }} }}\n"
    avif = "  a: { uses: convert, with: { format: avif } }\n"

    assert seconds(jpeg, plugins, "avif") == pytest.approx(seconds(avif, plugins, "avif"))


def test_a_budget_of_bytes_counts_every_try(plugins: Plugins) -> None:
    """The first one, and all that may follow."""
    once, often = (
        estimates.encoding_ms(Encoding("webp", max_bytes=most)) for most in (None, 60_000)
    )

    assert often == once * (1 + BUDGET_TRIES)


@pytest.mark.parametrize("file_format", [each for each in FORMATS if TRAITS[each].efforts])
def test_more_effort_never_costs_less(file_format: Format) -> None:
    """Each that the format has is counted, and the usual one stands among them."""
    efforts = TRAITS[file_format].efforts
    assert efforts is not None
    counted = [estimates.encoding_ms(Encoding(file_format, effort=each)) for each in efforts]

    assert counted == sorted(counted)
    assert counted[0] > 0
    assert estimates.encoding_ms(Encoding(file_format)) in counted


@pytest.mark.parametrize("slow", ["avif", "heic"])
def test_the_slowest_format_to_open_decides(slow: str, plugins: Plugins) -> None:
    """Any of those that are accepted may come."""
    usual, slower = (
        estimates.of_opening(passes.run(*draft_of(ACCEPT.format(formats, 1) + GREY, plugins)))
        for formats in ("jpeg, tiff", f"jpeg, {slow}")
    )

    assert usual.seconds == pytest.approx(estimates.BASE_S + 0.3)
    assert slower.seconds == pytest.approx(estimates.BASE_S + 1.2)


def test_all_frames_of_an_animation_are_counted(plugins: Plugins) -> None:
    """A small frame is small work; three hundred of them are as large as accept lets them be."""
    body = "  a: { uses: resize, with: { width: 100, height: 100 } }\n"
    one, few, many = (seconds(body, plugins, "gif", frames) for frames in (1, 10, 1000))

    assert one < few < many
    assert many == pytest.approx(seconds("  a: { uses: greyscale }\n", plugins, "gif"), rel=0.1)
