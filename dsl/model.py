"""The pipeline file as its author wrote it, with places: what `reading` makes of the tree."""

from dataclasses import dataclass

from darkroom.plan.models import OnError
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar


@dataclass(frozen=True)
class Name:
    """A word and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True)
class Given:
    """Options as they are written, and the key that they stand behind."""

    key: Span
    options: Mapping


def nothing_given(at: Span) -> Given:
    """Return no options, for which a message can point at `at` all the same."""
    return Given(at, Mapping(at, ()))


@dataclass(frozen=True)
class VariantEntry:
    """One entry of `variants`: its options replace those of `with` one by one."""

    name: Name
    options: Mapping
    named: bool  # whether the name is a word; what is none was reported


@dataclass(frozen=True)
class RetryEntry:
    """`retry: { attempts, wait }`; None is for what is left to the plan."""

    key: Span
    attempts: int | None
    wait_s: int | None

    def over(self, defaults: "RetryEntry | None") -> "RetryEntry":
        """Return this entry, and of `defaults` the half that is not said here."""
        if defaults is None:
            return self
        return RetryEntry(
            self.key,
            self.attempts if self.attempts is not None else defaults.attempts,
            self.wait_s if self.wait_s is not None else defaults.wait_s,
        )


@dataclass(frozen=True)
class Budget:
    """What a step says of its limits; None is for what is left to the plan."""

    timeout_s: int | None = None
    memory_mb: int | None = None
    retry: RetryEntry | None = None

    def over(self, defaults: "Budget") -> "Budget":
        """Return these limits, and of `defaults` those that are not said here."""
        return Budget(
            self.timeout_s if self.timeout_s is not None else defaults.timeout_s,
            self.memory_mb if self.memory_mb is not None else defaults.memory_mb,
            self.retry.over(defaults.retry) if self.retry else defaults.retry,
        )


@dataclass(frozen=True)
class Condition:
    """`when`: its key and its value, not yet parsed."""

    key: Span
    value: Scalar


@dataclass(frozen=True)
class ErrorPolicy:
    """`on_error`: what an error of the step comes to, and where that is written."""

    value: Span
    policy: OnError


@dataclass(frozen=True)
class StepEntry:
    """One entry of `steps`. `uses` is None if it is missing, or unreadable, which was reported.

    `origin` is what stands behind `from`; None, too, where that cannot be read.
    """

    name: Name
    uses: Name | None
    lacks_uses: bool  # whether the key is not there at all, not even mistyped
    given: Given | None
    variants: tuple[VariantEntry, ...]
    variants_key: Span | None
    origin: Name | None
    origin_key: Span | None
    only: tuple[Name, ...] | None
    only_words: Scalar | None  # the text in which `only` names them, where it should be a list
    when: Condition | None
    on_error: ErrorPolicy | None
    alone: bool
    timeout_key: Span | None  # None, too, where the limit is one of `defaults`
    budget: Budget
    strays: tuple[Entry, ...]  # keys that a step does not have
    unclear_with: bool  # whether `with` could not be read, which was reported
    garbled: bool  # whether `with` or `variants` could not be read, which was reported
    misnamed: bool  # whether the step's or a variant's name is no word, which was reported

    @property
    def begins_branch(self) -> bool:
        """Whether the step takes copies, by `from`."""
        return self.origin_key is not None


@dataclass(frozen=True)
class PipelineFile:
    """A whole file. What is None was not written, or was reported; `keep` was reported then."""

    name: Name | None
    accept: Given | None
    keep: tuple[Name, ...] | None
    engine: str  # "auto" leaves it to the compiler
    steps: tuple[StepEntry, ...]
