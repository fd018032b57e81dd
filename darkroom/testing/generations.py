"""The contract of a generation store: which views are shown, and which are in the making."""

from concurrent.futures import ThreadPoolExecutor

from darkroom.projections import CurrentViews, Generations, GenerationStore, opened
from darkroom.projections.rebuild import abandon, begin, switch
from darkroom.testing.samples import OWNER, REF
from darkroom.testing.view_store import gallery_row, image_row


class GenerationCases:
    """Subclass it, and give a fixture `generations` that makes an empty store for each test."""

    def test_before_any_rebuild_the_first_generation_is_shown(
        self, generations: GenerationStore
    ) -> None:
        """Nothing has to be set up for it."""
        assert generations.current() == Generations(live=1, building=None, made=1)

    def test_a_change_is_kept_if_nobody_was_first(self, generations: GenerationStore) -> None:
        """The second of two who saw the same is refused, and what the first kept stays."""
        seen = generations.current()
        ours, theirs = seen.with_next(), Generations(live=1, building=9, made=9)

        assert generations.change(seen, ours) is True
        assert generations.change(seen, theirs) is False
        assert generations.change(theirs, seen) is False
        assert generations.current() == ours

    def test_of_many_who_begin_at_once_each_has_a_number_of_its_own(
        self, generations: GenerationStore
    ) -> None:
        """And the one that began last is the one that is built."""
        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda _: begin(generations), range(8)))

        assert sorted(numbers) == list(range(2, 10))
        assert generations.current() == Generations(live=1, building=9, made=9)

    def test_only_what_is_being_built_can_be_switched_to(
        self, generations: GenerationStore
    ) -> None:
        """Not what another rebuild has overtaken, nor what was given up."""
        overtaken, given_up = begin(generations), begin(generations)

        assert switch(generations, overtaken) is False
        abandon(generations, overtaken)
        assert generations.current().building == given_up
        abandon(generations, given_up)
        assert switch(generations, given_up) is False
        assert generations.current() == Generations(live=1, building=None, made=given_up)

    def test_to_switch_twice_is_to_switch_once(self, generations: GenerationStore) -> None:
        """The reply to the first may have been lost."""
        number = begin(generations)

        assert [switch(generations, number), switch(generations, number)] == [True, True]
        assert generations.current() == Generations(live=number, building=None, made=number)

    def test_rows_of_generations_are_kept_apart(self, generations: GenerationStore) -> None:
        """The same row in two generations is two rows."""
        generations.views(2).put_if_newer(image_row(v=5))
        generations.views(2).put_if_newer(gallery_row(0))

        assert generations.views(1).image(REF) is None
        assert generations.views(1).images_of("main", OWNER).items == ()
        assert generations.views(3).put_if_newer(image_row(v=4)) is True
        assert generations.views(2).image(REF) == image_row(v=5)
        assert generations.views(2).images_of("main", OWNER).items == (gallery_row(0),)

    def test_a_fold_is_put_into_the_live_generation_and_into_that_being_built(
        self, generations: GenerationStore
    ) -> None:
        """And read from the live one, until that is another."""
        views = CurrentViews(generations)
        number = begin(generations)

        assert views.put_if_newer(image_row(v=1)) is True
        assert views.put_if_newer(gallery_row(0)) is True
        for each in (1, number):
            assert generations.views(each).image(REF) == image_row(v=1)
        generations.views(number).put_if_newer(image_row(v=2))
        assert views.image(REF) == image_row(v=1)
        switch(generations, number)
        assert views.image(REF) == image_row(v=2)
        assert views.images_of("main", OWNER).items == (gallery_row(0),)

    def test_a_fold_that_is_old_where_shown_may_be_new_where_built(
        self, generations: GenerationStore
    ) -> None:
        """Each generation has its own newest."""
        generations.views(1).put_if_newer(image_row(v=3))
        number = begin(generations)

        assert opened(generations).put_if_newer(image_row(v=3)) is False
        assert generations.views(number).image(REF) == image_row(v=3)

    def test_only_rows_of_older_generations_are_removed(self, generations: GenerationStore) -> None:
        """Not those of the generation itself, of newer ones, nor what says which there are."""
        for generation in (1, 2, 10, 11):
            generations.views(generation).put_if_newer(image_row())
            generations.views(generation).put_if_newer(gallery_row(0))
        kept = Generations(live=10, building=11, made=11)
        generations.change(generations.current(), kept)

        assert generations.remove_before(10) == 4
        assert generations.remove_before(10) == 0
        there = [generations.views(each).image(REF) is not None for each in (1, 2, 10, 11)]
        assert there == [False, False, True, True]
        assert generations.views(10).images_of("main", OWNER).items == (gallery_row(0),)
        assert generations.current() == kept
