"""The outcome of a stage: a value that the state machine routes and the ending is made from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Scalar = str | int | float | bool | None

KILLED = "killed"
"""The code of a step that the infrastructure ended, on every try: time, memory, or AWS failing."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Seen(_Value):
    """What conditions of the state machine may ask of a picture: `picture.*` but for its name."""

    format: str
    width: int  # pixels
    height: int  # pixels
    frames: int
    alpha: bool


class Hand(_Value):
    """A picture handed on to another stage: what travels through the state machine.

    The pixels lie in the intermediates under the way `stored`. Where a state machine lets the
    picture go by a step, `at` has gone on and `stored` has not. `facts` holds only numbers and
    truths that conditions ask for, by step and name: nothing personal is in a payload.
    """

    tenant: str
    image_id: str
    run_id: str
    to: int  # which of the next tasks takes it, counted from 0
    at: str  # the way that it has passed
    stored: str
    picture: Seen
    facts: dict[str, dict[str, int | float | bool]] = {}


class Killed(_Value):
    """A task that the infrastructure ended, on every try, where `on_error: drop` stands."""

    at: str  # of the hand that it could not take
    to: int
    error: str


class Outcome(_Value):
    """How a stage ended. `code` and `facts` say why, where it is not `done`.

    `done` means that the stage ran to its end: single variants may have failed, the history
    tells which. `onward` are the pictures that others work on now. `superseded` means that the
    run is no longer the image's latest, or has ended. `killed` is of the state machine's making.
    """

    outcome: Literal["done", "rejected", "failed", "superseded"]
    step: str | None = None
    code: str | None = None
    facts: dict[str, Scalar] = {}
    onward: tuple[Hand, ...] = ()
    killed: tuple[Killed, ...] = ()
