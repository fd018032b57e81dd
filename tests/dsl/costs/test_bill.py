"""Bills: the arithmetic, the two ratios that the optimiser has to reach, and what must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.plan import Node, Plan, ways
from dsl.compile import Compiled
from dsl.costs.bill import Bill, bill
from dsl.costs.forms import Form, by_step, naive, of_plan
from dsl.costs.photo import Photo
from dsl.costs.pricing import REGIONS, Region, prices
from dsl.costs.usage import Charge, Usage, usage
from dsl.draft import Plugins

PHOTOS = st.builds(
    Photo,
    megapixels=st.floats(min_value=0.5, max_value=50),
    byte_size=st.integers(min_value=10_000, max_value=25_000_000),
)


def billed(form: Form, plan: Plan, plugins: Plugins, region: Region = "us-east-1") -> Bill:
    return bill(usage(form, plan, Photo(), plugins), prices(region))


def test_a_line_is_a_quantity_at_a_price(shipped: Plan) -> None:
    """7 transitions at 2.5 cents a thousand, a million times: 175 dollars."""
    charges = (
        Charge("Step Functions", "states", "transitions", 7),
        Charge("S3", "written", "s3_puts", 4),
        Charge("S3", "read", "s3_gets", 2),
    )
    total = bill(Usage(naive(shipped), (), 1.0, 1, charges), prices())

    assert [line.usd for line in total.lines] == pytest.approx([175.0, 20.0, 0.8])
    assert total.by_service["S3"] == pytest.approx(20.8)
    assert total.usd == pytest.approx(195.8)


@pytest.mark.parametrize("region", REGIONS)
def test_the_shipped_plan_costs_at_most_a_quarter_of_the_naive_one(
    shipped: Plan, real: Plugins, region: Region
) -> None:
    """The whole bill of each, all that both pay included."""
    chosen = billed(of_plan(shipped), shipped, real, region)
    compared = billed(naive(shipped), shipped, real, region)

    assert chosen.usd / compared.usd <= 1 / 4


def test_the_shipped_plan_costs_about_two_fifths_of_the_form_by_step(
    shipped: Plan, real: Plugins
) -> None:
    """0.40 of it: three functions on Standard are not naive, and all three pay the same API."""
    chosen = billed(of_plan(shipped), shipped, real)
    compared = billed(by_step(shipped), shipped, real)

    assert chosen.usd / compared.usd == pytest.approx(2 / 5, abs=0.01)


def test_the_naive_form_is_drawn_more_sparingly_than_we_would_deploy_it(
    project: Compiled, real: Plugins
) -> None:
    """It invokes as often as the plan with all fusing undone, and costs less than that."""
    undone = project.unfused.model_copy(update={"engine": "standard"})
    drawn = billed(naive(project.plan), project.plan, real)
    deployed = billed(of_plan(undone), undone, real)

    assert len(drawn.usage.works) == len(deployed.usage.works) == 6
    assert drawn.usd < deployed.usd


@given(photo=PHOTOS)
def test_fusing_never_costs_more(shipped: Plan, real: Plugins, photo: Photo) -> None:
    """Whatever the photo: the shipped plan, against both forms that it is compared with."""
    chosen, *others = (
        bill(usage(form(shipped), shipped, photo, real), prices()).usd
        for form in (of_plan, naive, by_step)
    )

    assert all(chosen < other for other in others)


@given(widths=st.lists(st.integers(min_value=16, max_value=4000), min_size=2, max_size=6))
def test_one_more_variant_never_costs_less(shipped: Plan, real: Plugins, widths: list[int]) -> None:
    """In any form."""
    fewer, more = _with_variants(shipped, widths[:-1]), _with_variants(shipped, widths)

    for form in (of_plan, naive, by_step):
        assert billed(form(fewer), fewer, real).usd < billed(form(more), more, real).usd


def _with_variants(plan: Plan, widths: list[int]) -> Plan:
    """Return the plan with one variant, resized and branded, for each width."""
    medium = plan.nodes[1]
    nodes = tuple(_variant(medium, f"v{index}", width) for index, width in enumerate(widths))
    covers = ways(nodes)
    return plan.model_copy(
        update={
            "nodes": nodes,
            "outputs": tuple(node.next[0].output for node in nodes),
            "start": plan.start.model_copy(update={"covers": covers}),
        }
    )


def _variant(node: Node, name: str, width: int) -> Node:
    (brand,) = node.next
    way = f"sizes.{name}"
    branded = brand.model_copy(update={"way": f"{way} > brand", "output": name})
    options = {**node.options, "width": width}
    changed = {"variant": name, "way": way, "options": options, "next": (branded,)}
    return node.model_copy(update=changed)
