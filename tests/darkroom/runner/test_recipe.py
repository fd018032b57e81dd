"""Recipes name a variant's object: by all that decides its bytes, and by nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from darkroom.events import Applied
from darkroom.runner.recipe import options_digest, variant_digest

options = st.dictionaries(
    st.text(), st.one_of(st.none(), st.booleans(), st.integers(), st.text()), max_size=5
)


def applied(uses: str = "resize", version: int = 1, width: int = 800, step: str = "s") -> Applied:
    return Applied(
        step=step, uses=uses, version=version, options_digest=options_digest({"width": width})
    )


@given(values=options, data=st.data())
def test_the_order_of_options_does_not_matter(values: dict[str, Any], data: st.DataObject) -> None:
    """A pipeline file may be tidied up without rendering anything again."""
    shuffled = dict(data.draw(st.permutations(list(values.items()))))

    assert options_digest(shuffled) == options_digest(values)


@given(one=options, other=options)
def test_other_options_have_another_digest(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Types count: 1, true and "1" are three options."""
    same = repr(sorted(one.items(), key=str)) == repr(sorted(other.items(), key=str))

    assert (options_digest(one) == options_digest(other)) is same


def test_digests_are_what_they_were() -> None:
    """Object keys of years follow from them: a change here would render everything again."""
    assert options_digest({"text": "© Ada", "width": 800}) == (
        "7eb40f1f244710d5e607fdd671124df20d40dd8547e74da878b85e1059b5c73a"
    )
    assert variant_digest("v1", (applied(), applied("watermark"))) == (
        "7231fd2aa90bfb2879c68149fd46d1d7"
    )


def test_a_renamed_step_gives_the_same_object() -> None:
    """A step's name decides no pixel."""
    assert variant_digest("v1", (applied(step="a"),)) == variant_digest("v1", (applied(step="b"),))


def test_a_salted_digest_names_another_object() -> None:
    """For each salt another."""
    salted = {variant_digest("v1", (applied(),), *salt) for salt in ((), (1,), (2,))}

    assert len(salted) == 3


def test_all_that_decides_pixels_decides_the_name() -> None:
    """Original, plugins, their versions, their options, and the order of all that."""
    recipes: list[tuple[str, tuple[Applied, ...]]] = [
        ("v1", (applied(), applied("watermark"))),
        ("v2", (applied(), applied("watermark"))),
        ("v1", (applied("watermark"), applied())),
        ("v1", (applied(), applied("watermark", version=2))),
        ("v1", (applied(width=801), applied("watermark"))),
        ("v1", (applied(),)),
        ("v1", ()),
    ]

    digests = {variant_digest(version_id, recipe) for version_id, recipe in recipes}

    assert len(digests) == len(recipes)
    assert all(len(digest) == 32 for digest in digests)
