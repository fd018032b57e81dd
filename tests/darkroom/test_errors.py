"""Errors carry a code for machines and facts with types."""

from darkroom import errors
from darkroom.errors import DarkroomError, InvalidRequest, StreamConflict, Unfinished


def test_each_error_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    """Codes become HTTP bodies and reasons in events: two errors never share one."""
    classes = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DarkroomError)
    ]

    assert len({kind.code for kind in classes}) == len(classes) <= 13
    assert all(kind.__name__ in str(errors.__doc__) for kind in classes)


def test_a_more_exact_code_and_facts_are_kept_and_told() -> None:
    """The text is for logs; programs read `code` and `facts`."""
    error = InvalidRequest("too_many_bytes", limit=10, actual=12)

    assert (error.code, error.facts) == ("too_many_bytes", {"limit": 10, "actual": 12})
    assert str(error) == "too_many_bytes: limit=10, actual=12"
    assert str(InvalidRequest()) == "invalid_request"


def test_typed_facts_are_attributes_too() -> None:
    """Whoever retries a conflict reads numbers, not text; a throttle is no fact of the image."""
    conflict = StreamConflict(stream="main#image#x", expected=3, actual=5)

    assert (conflict.expected, conflict.actual, conflict.facts["actual"]) == (3, 5, 5)
    assert Unfinished("throttled", throttled=True).throttled is True
    assert Unfinished("throttled", throttled=True).facts == {}
