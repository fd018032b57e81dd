"""What one image takes, against a calculation written out by hand."""

import pytest

from darkroom.plan import Plan
from dsl.costs.forms import by_step, naive, of_plan
from dsl.costs.photo import Photo
from dsl.costs.usage import Usage, usage
from dsl.draft import Plugins
from tests.dsl.conftest import Compile

# 3000 x 2000, half a byte a pixel.
PHOTO = Photo(megapixels=6, byte_size=3_000_000)
ONE_RESIZE = """pipeline: photos
accept: { formats: [jpeg] }
steps:
  small: { uses: resize, with: { width: 1000 } }
"""
TWO_STEPS = """pipeline: photos
accept: { formats: [jpeg] }
steps:
  sizes:
    uses: resize
    variants: { small: { width: 1000 }, tiny: { width: 300 } }
  brand: { uses: watermark, only: [small], with: { text: ours }, when: picture.width > 10 }
"""


def quantities(used: Usage) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for charge in used.charges:
        key = charge.service, charge.item
        found[key] = found.get(key, 0) + charge.quantity
    return found


def test_one_resize_takes_what_the_hand_worked_out(compiled: Compile, plugins: Plugins) -> None:
    """All of it on one page, in the order of the formulas.

    pictures   3000 x 2000 = 6 MP in, 1000 x 667 = 0.667 MP out, at half a byte a pixel 333,333 B
    CPU        opening 30 ms x 6 + resize 25 ms x 6 + jpeg 60 ms x 0.667 = 370 ms declared
               a fifth of it: 0.074 s
    S3         2 requests x 0.1 s + 3,333,333 B / 85 MB/s = 0.2392 s
    history    1 load, and 2 requests for the one variant: 3 x 5 ms = 0.015 s
    together   0.3282 s, and 0.05 s to hand over: 0.3782 s of Express, charged as 0.4 s
    """
    plan = compiled(ONE_RESIZE).plan
    used = usage(of_plan(plan), plan, PHOTO, plugins)
    (work,) = used.works
    charged = quantities(used)

    assert (work.gets, work.puts, work.events) == (1, 1, 1)
    assert work.bytes_read == 3_000_000
    assert work.bytes_written == pytest.approx(333_333, abs=1)
    assert work.declared_cpu_s == pytest.approx(0.370)
    assert work.seconds == pytest.approx(0.074 + 0.2 + 3_333_333 / 85e6 + 0.015)
    assert used.run_s == pytest.approx(0.3782, abs=1e-4)
    assert charged["Step Functions", "express_gb_s"] == pytest.approx(0.4 * 64 / 1024)
    memory_gb = plan.stages[0].memory_mb / 1024
    assert charged["Lambda: stages", "lambda_gb_s"] == pytest.approx(0.3282 * memory_gb, rel=1e-3)
    assert charged["S3", "s3_puts"] == 2  # the upload, and the variant
    assert charged["S3", "s3_gets"] == 1


def test_waiting_is_paid_for(compiled: Compile, plugins: Plugins) -> None:
    """The orchestrator lasts as long as the run, at 256 MB: 0.05 s of its own, and 0.3782 s."""
    plan = compiled(ONE_RESIZE).plan
    used = usage(of_plan(plan), plan, PHOTO, plugins)

    waited = next(each for each in used.charges if each.what == "GB-s: orchestrator")
    assert waited.quantity == pytest.approx((0.05 + 0.3782) * 256 / 1024, rel=1e-3)


def test_the_naive_form_stores_and_reads_what_the_fused_one_hands_on(
    compiled: Compile, plugins: Plugins
) -> None:
    """Four functions: the opening, two sizes, and the brand on one of them.

    original   opened three times: 3 x 3 MB read
    handed on  small, 1000 x 667 at 3 bytes a pixel: 2 MB written, and read
    variants   small and tiny (300 x 200 = 0.06 MP): 333,333 B + 30,000 B
    states     4 tasks, the fork to the sizes, the verdict, the brand's condition: 7
    """
    plan = compiled(TWO_STEPS).plan
    used = usage(naive(plan), plan, PHOTO, plugins)
    charged = quantities(used)

    assert [each.name for each in used.form.invocations] == [
        "opening",
        "sizes.small",
        "sizes.small > brand",
        "sizes.tiny",
    ]
    assert sum(work.bytes_read for work in used.works) == pytest.approx(11_000_000)
    assert sum(work.bytes_written for work in used.works) == pytest.approx(2_363_333, abs=1)
    assert charged["Step Functions", "transitions"] == 7
    assert charged["S3", "s3_gets"] == 4
    assert charged["S3", "s3_puts"] == 1 + 3
    assert charged["S3", "s3_kb_months"] == pytest.approx(2000 * 1.5 / 30)


def test_by_step_is_a_chain_of_one_function_a_step(compiled: Compile, plugins: Plugins) -> None:
    """Three tasks and the verdict: what goes in parallel elsewhere comes one by one here."""
    plan = compiled(TWO_STEPS).plan
    used = usage(by_step(plan), plan, PHOTO, plugins)

    assert [each.name for each in used.form.invocations] == ["opening", "sizes", "brand"]
    assert used.form.states == 4
    assert used.run_s == pytest.approx(sum(work.seconds + 0.05 for work in used.works))


def test_parallel_invocations_take_the_time_of_the_longest(
    compiled: Compile, plugins: Plugins
) -> None:
    """Opening, then the way over `small`, which is longer than that over `tiny`."""
    plan = compiled(TWO_STEPS).plan
    used = usage(naive(plan), plan, PHOTO, plugins)
    opening, small, brand, _ = used.works

    assert used.run_s == pytest.approx(sum(w.seconds + 0.05 for w in (opening, small, brand)))


def test_every_form_promises_the_same_variants(shipped: Plan, real: Plugins) -> None:
    """Whatever else they do, they write the same pictures, and as many events."""
    used = [usage(form(shipped), shipped, PHOTO, real) for form in (of_plan, naive, by_step)]

    assert {sum(work.events for work in each.works) for each in used} == {3}
    covered = [sorted(w for i in each.form.invocations for w in i.covers) for each in used]
    assert covered[0] == covered[1] == covered[2]


def test_the_worst_case_is_the_plans_own(shipped: Plan, real: Plugins) -> None:
    """That of the naive form is worked out in the same way, over its longest way."""
    own = usage(of_plan(shipped), shipped, PHOTO, real)
    compared = usage(naive(shipped), shipped, PHOTO, real)

    assert own.worst_case_s == shipped.worst_case_s
    assert compared.worst_case_s > own.worst_case_s
