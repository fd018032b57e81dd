"""Jobs: a case as a contender's own process is told of it, in JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.cases import MARK, Case
from dsl.compile import compile_source
from steps.formats import TRAITS
from steps.plugins import find

FONT = Path("steps/fonts/Inter-SemiBold.otf")


@dataclass(frozen=True)
class Job:
    """All that a contender has to know."""

    source: str
    outputs: list[dict[str, object]]  # width, height or null, cover
    format: str
    quality: int | None
    effort: int | None
    animated: bool
    mark: str | None
    font: str
    seconds: float  # how long to go on measuring
    plan: dict[str, object]  # the compiled pipeline, for Darkroom

    def to_json(self) -> str:
        """Return it as a contender reads it from its standard input."""
        return json.dumps(asdict(self))


def job(case: Case, source: Path, seconds: float) -> Job:
    """Return the job of a case on a file."""
    traits = TRAITS[case.format]
    compiled = compile_source(case.pipeline(), f"{case.name}.yaml", find())
    return Job(
        source=str(source),
        outputs=[asdict(each) for each in case.outputs.values()],
        format=case.format,
        quality=traits.quality,
        effort=traits.settings.get("effort"),
        animated=case.animated,
        mark=MARK if case.marked else None,
        font=str(FONT.resolve()),
        seconds=seconds,
        plan=compiled.plan.model_dump(mode="json"),
    )
