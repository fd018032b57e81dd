"""The outcome of a stage: a value that the state machine routes and the ending is made from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Scalar = str | int | float | bool | None


class Outcome(BaseModel):
    """How a stage ended. `code` and `facts` say why, where it is not `done`.

    `done` means that the stage ran to its end: single variants may have failed, the history
    tells which. `superseded` means that the run is no longer the image's latest, or has ended.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Literal["done", "rejected", "failed", "superseded"]
    step: str | None = None
    code: str | None = None
    facts: dict[str, Scalar] = {}
