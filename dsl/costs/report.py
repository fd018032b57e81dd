"""Report: what a plan is, what it costs, and why it is so, as people read it in a terminal."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from darkroom.plan import Plan
from dsl.compile import Compiled
from dsl.costs.comparison import Comparison, Row
from dsl.costs.idle import PROFILES, Standing, endpoints, idle, network
from dsl.costs.photo import STORED_BYTES_A_PIXEL
from dsl.costs.platform import IMAGES_A_SECOND
from dsl.costs.pricing import Price, Prices
from dsl.costs.usage import Usage
from dsl.costs.work import (
    DYNAMODB_REQUEST_S,
    S3_BYTES_A_SECOND,
    S3_REQUEST_S,
    TYPICAL_SHARE,
)

WIDTH = 100
_LABEL = 36


def report(compiled: Compiled, found: Comparison) -> str:
    """Return the whole text, in lines of at most 100 columns."""
    plan = compiled.plan
    sections = (
        _headed(f"{plan.pipeline}: ${found.chosen.usd:.0f} for a million images", _in_short(found)),
        _headed("Steps", _indented(compiled.tree.splitlines())),
        _headed("Stages: each is a Lambda function", _stages(plan)),
        _headed(_one_image(found), _effort(found)),
        _headed(_million(found), _dollars(found)),
        _headed("Why it is so: what each pass did, or declined to do", _decisions(compiled)),
        _headed("A month in which nothing happens, in dollars", _idle(plan, found.prices)),
        _headed("What these numbers are", _assumptions(plan, found)),
    )
    return "\n\n".join("\n".join(section) for section in sections)


def _headed(title: str, lines: Iterator[str] | Sequence[str]) -> list[str]:
    return [title, *lines]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _in_short(found: Comparison) -> Iterator[str]:
    naive, by_step = found.bills[1:]
    parts = [f"{ratio:.2f}" for ratio in found.ratios]
    yield from _wrapped(
        f"A function for each step and variant, on Standard workflows, would cost ${naive.usd:.0f}:"
        f" this plan is {parts[0]} of that. One function for each step would cost"
        f" ${by_step.usd:.0f}: it is {parts[1]} of that. Below is how that comes about, and why."
    )


def _stages(plan: Plan) -> Iterator[str]:
    for stage in plan.stages:
        steps = " + ".join(stage.steps)
        tries = "1 try" if stage.retry.attempts == 1 else f"{stage.retry.attempts} tries"
        calls = f", calls {', '.join(stage.calls)}" if stage.calls else ""
        text = f"{stage.id}: {steps}; {stage.memory_mb:,} MB, at most {stage.timeout_s} s, {tries}"
        yield from _wrapped(text + calls)


def _one_image(found: Comparison) -> str:
    photo = found.photo
    return f"One image: a photo of {photo.megapixels:g} MP and {photo.byte_size / 10**6:.3g} MB"


def _effort(found: Comparison) -> Iterator[str]:
    used = [each.usage for each in found.bills]
    yield from _wrapped(
        "Compared with two forms on Standard workflows, each drawn as sparingly as it can be."
        " Naive: a function for each step and variant. By step: a function for each step."
    )
    yield _cells("", [each.form.name for each in used])
    for label, cells in _measures(used):
        yield _cells(label, cells)


def _measures(used: Sequence[Usage]) -> Iterator[tuple[str, list[str]]]:
    """Yield a label and what each form has of it; times are sums over all its functions."""
    works = [each.works for each in used]
    yield "engine", [each.form.engine for each in used]
    yield "functions invoked", [str(len(each)) for each in works]
    yield "states entered", [str(each.form.states) for each in used]
    yield "read from S3, MB", [f"{sum(w.bytes_read for w in each) / 1e6:.1f}" for each in works]
    yield "written to S3, MB", [f"{sum(w.bytes_written for w in each) / 1e6:.1f}" for each in works]
    yield "CPU, s", [f"{sum(w.cpu_s for w in each):.3f}" for each in works]
    begin = f"S3, {S3_REQUEST_S:g} s a request, s"
    yield begin, [f"{sum(w.requests_s for w in each):.3f}" for each in works]
    move = f"S3, {S3_BYTES_A_SECOND / 10**6:g} MB a second, s"
    yield move, [f"{sum(w.bytes_s for w in each):.3f}" for each in works]
    history = f"history, {DYNAMODB_REQUEST_S:g} s a request, s"
    yield history, [f"{sum(w.history_s for w in each):.3f}" for each in works]
    yield "functions, together, s", [f"{sum(w.seconds for w in each):.3f}" for each in works]
    yield "  of so many MB", [_memory(each) for each in used]
    yield "a run, from start to end, s", [f"{each.run_s:.2f}" for each in used]
    yield "a run at worst, s", [str(each.worst_case_s) for each in used]


def _memory(used: Usage) -> str:
    sizes = sorted({each.memory_mb for each in used.form.invocations})
    return "-".join(f"{size:,}" for size in dict.fromkeys((sizes[0], sizes[-1])))


def _million(found: Comparison) -> str:
    prices = found.prices
    return f"A million images, in dollars: {prices.region}, prices as read on {prices.read}"


def _dollars(found: Comparison) -> Iterator[str]:
    names = [each.usage.form.name for each in found.bills]
    yield "  The $ of a line: the quantity for one image x the $ for a million of it."
    yield _priced("", "$ a", [("", name) for name in names])
    yield _priced("", "million", [("quantity", "$")] * len(names))
    for service, amounts in found.services():
        yield _priced(service, "", [("", f"{amount:.2f}") for amount in amounts])
        for row in found.rows(service):
            yield _priced(f"  {row.what}", _rate(row.price), list(_sums(row)))
    yield _priced("together", "", [("", f"{each.usd:.2f}") for each in found.bills])
    ratios = [("", ""), *(("", f"{ratio:.3f}") for ratio in found.ratios)]
    yield _priced("this plan as a part of it", "", ratios)
    if found.prices.unverified:
        yield "  * not verified: taken to be as in us-east-1, nobody has seen it stated"


def _sums(row: Row) -> Iterator[tuple[str, str]]:
    for line in row.lines:
        yield ("", "") if line is None else (f"{line.charge.quantity:.4g}", f"{line.usd:.2f}")


def _rate(price: Price) -> str:
    usd = price.of(10**6)
    cents = f"{usd:.2f}"
    text = cents if abs(float(cents) - usd) < usd / 1000 else f"{usd:.4g}"
    return text + ("" if price.verified else "*")


def _decisions(compiled: Compiled) -> Iterator[str]:
    width = max(len(each.made_by) for each in compiled.decisions)
    for each in compiled.decisions:
        yield from _wrapped(f"{each.made_by:{width}}  {each.reason}", hanging=width + 2)


def _idle(plan: Plan, prices: Prices) -> Iterator[str]:
    always = tuple(idle(prices))
    yield from map(_standing, always)
    for profile in PROFILES:
        added = tuple(network(profile, plan, prices))
        yield from map(_standing, added)
        usd = sum(each.usd for each in (*always, *added))
        yield f"  {f'together, network: {profile}':{_LABEL + 7}}{usd:>9.2f}"
    yield from _wrapped(
        "`network` is a setting in environments/: `isolated` for prod, else `none`. Isolated"
        f" functions reach {', '.join(endpoints(plan))} by endpoints in each zone; those of S3 and"
        " DynamoDB are free. What passes a gateway or an endpoint is charged by the GB beside."
    )


def _standing(each: Standing) -> str:
    rate = f"x ${each.price.usd:.3f}" + ("" if each.price.verified else "*")
    return f"  {each.what:{_LABEL - 4}}{rate:>11}{each.usd:>9.2f}"


def _assumptions(plan: Plan, found: Comparison) -> Iterator[str]:
    photo = found.photo
    yield from _wrapped(
        "A model with assumptions, all of them in docs/costs.md; nothing of it was measured on AWS."
    )
    yield from _wrapped(
        f"Variants are as dense as the photo, {photo.bytes_a_pixel:.2g} bytes a pixel;"
        f" intermediates take {STORED_BYTES_A_PIXEL}. CPU time is {TYPICAL_SHARE:.0%} of the most"
        " that plugins declare. A run at worst is of the largest image that is accepted, with all"
        " its retries; otherwise all conditions hold, nothing is tried again, no function starts"
        f" cold. {IMAGES_A_SECOND} images come a second."
    )
    kept_kb = photo.byte_size / 1000 + found.chosen.kept_kb
    usd = found.prices.of["s3_kb_months"].of(kept_kb * 10**6)
    yield from _wrapped(
        f"Not in it: keeping a million originals and their variants (${usd:.0f} a month, whatever"
        " the plan), sending variants to those who look at them, and what steps' own calls cost."
    )
    calls = sorted({call for stage in plan.stages for call in stage.calls})
    if calls:
        yield from _wrapped(f"Such calls are made here: {', '.join(calls)}.")


def _wrapped(text: str, *, hanging: int = 0) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent=" " * (2 + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cells(label: str, cells: Sequence[str]) -> str:
    return f"  {label:{_LABEL + 5}}{''.join(f'{cell:>18}' for cell in cells)}".rstrip()


def _priced(label: str, price: str, pairs: Sequence[tuple[str, str]]) -> str:
    cells = "".join(f"{quantity:>9}{usd:>9}" for quantity, usd in pairs)
    return f"  {label:{_LABEL}}{price:>7}{cells}".rstrip()
