"""The errors that callers of `darkroom` can meet; each has a stable code and typed facts.

DarkroomError
├── InvalidRequest   the caller asked for what no caller may have; the code says what
│   └── InvalidKey   an object key that no grant of ours can have made
├── NotSignedIn      there is no valid session
├── TooManyRequests  a quota is used up, or the platform is busy with this caller
├── NotFound         it does not exist, or not for this caller
├── Unfinished       a run could not be started, or broke off
├── StreamConflict   another writer was first: load and decide again
│   └── CorruptRetry  a decision's events are in the stream in part
├── EventIdReuse     one event id was used for two different facts
├── EventTooLarge    an event's payload is over the limit
├── UnknownEvent     a stored event of a type or version that this code does not know
└── BrokenStream     a stored history with a gap, a wrong link or an unreadable event

Codes are lower snake case. They become HTTP bodies, log fields and the reasons in events.
"""

Fact = str | int | float | bool | None


class DarkroomError(Exception):
    """The base of all of them: `code` says what is wrong, `facts` with which values."""

    code = "error"

    def __init__(self, code: str | None = None, /, **facts: Fact) -> None:
        self.code = code or type(self).code
        self.facts = facts
        told = ", ".join(f"{name}={value!r}" for name, value in facts.items())
        super().__init__(f"{self.code}: {told}" if told else self.code)


class InvalidRequest(DarkroomError):
    """The request cannot be served as it is; the caller can mend it."""

    code = "invalid_request"


class InvalidKey(InvalidRequest):
    """An object key that is not of the form of our keys."""

    code = "invalid_key"


class NotSignedIn(DarkroomError):
    """There is no session, or not a valid one; every reason looks the same from outside."""

    code = "not_signed_in"


class TooManyRequests(DarkroomError):
    """Too much was asked for; the same request may be served after `retry_after_s` seconds."""

    code = "too_many_requests"

    def __init__(
        self, code: str | None = None, /, *, retry_after_s: int = 1, **facts: Fact
    ) -> None:
        super().__init__(code, **facts)
        self.retry_after_s = retry_after_s


class NotFound(DarkroomError):
    """What was asked for does not exist, or belongs to somebody else: callers cannot tell."""

    code = "not_found"


class Unfinished(DarkroomError):
    """The engine could not start a run, or the run broke off before its outcome.

    With `throttled` the platform was only busy: trying again later is all it takes.
    """

    code = "unfinished"

    def __init__(
        self, code: str | None = None, /, *, throttled: bool = False, **facts: Fact
    ) -> None:
        super().__init__(code, **facts)
        self.throttled = throttled


class StreamConflict(DarkroomError):
    """Another writer appended to the stream after it was loaded at version `expected`."""

    code = "stream_conflict"

    def __init__(self, *, stream: str, expected: int, actual: int, **facts: Fact) -> None:
        super().__init__(stream=stream, expected=expected, actual=actual, **facts)
        self.expected = expected
        self.actual = actual


class CorruptRetry(StreamConflict):
    """Of the `intended` events of one decision the stream has `known`, and the rest not.

    Events that were appended together are all there or none. So this is no retry of that
    decision, but another one that would tell some of its facts again: load and decide anew.
    """

    code = "corrupt_retry"

    def __init__(
        self, *, stream: str, expected: int, actual: int, known: int, intended: int
    ) -> None:
        super().__init__(
            stream=stream, expected=expected, actual=actual, known=known, intended=intended
        )


class EventIdReuse(DarkroomError):
    """One id was given to two facts: at `version`, and in what was to be appended."""

    code = "event_id_reuse"

    def __init__(self, *, stream: str, event_id: str, version: int) -> None:
        super().__init__(stream=stream, event_id=event_id, version=version)
        self.event_id = event_id
        self.version = version


class EventTooLarge(DarkroomError):
    """The event's payload has `byte_size` bytes, more than `limit`: refer to large data by key."""

    code = "event_too_large"

    def __init__(self, *, type_: str, byte_size: int, limit: int) -> None:
        super().__init__(type=type_, byte_size=byte_size, limit=limit)
        self.byte_size = byte_size
        self.limit = limit


class UnknownEvent(DarkroomError):
    """A stored event's type or schema version is not known here: newer code has written it."""

    code = "unknown_event"

    def __init__(self, *, type_: str, schema_version: int, **where: Fact) -> None:
        super().__init__(type=type_, schema_version=schema_version, **where)
        self.type = type_
        self.schema_version = schema_version

    def found_in(self, stream: str, version: int) -> "UnknownEvent":
        """Return the error with the place of the event."""
        return UnknownEvent(
            type_=self.type, schema_version=self.schema_version, stream=stream, version=version
        )


class BrokenStream(DarkroomError):
    """The stored history is not what was appended; `version` is the first that is wrong."""

    code = "broken_stream"

    def __init__(self, reason: str, /, *, stream: str, version: int) -> None:
        super().__init__(stream=stream, version=version, reason=reason)
        self.version = version
