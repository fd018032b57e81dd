"""room: whether what the pipeline needs on AWS fits into one stack and one role."""

import json
from collections.abc import Mapping
from dataclasses import replace

from dsl.diagnostics import Report
from dsl.draft import Draft, Engine
from dsl.text import Span

# A stack holds 500 resources and a template 1 MB: CloudFormation quotas. We stop before, so that
# there is room for what is added to infra/ without a pipeline having to change.
RESOURCES, TEMPLATE_BYTES = 450, 800_000
# What the stack has at most without any stage, whatever the settings of an environment put into
# it, and what each stage adds: its log, role, function and version. tests/infra/test_room.py holds
# both against the templates.
# A Standard machine has more beside it: the function that ends its runs, and what that needs.
BASE_RESOURCES: Mapping[Engine, int] = {"express": 200, "standard": 210}
STAGE_RESOURCES = 4
BASE_BYTES, STAGE_BYTES = 260_000, 10_500
# The machine's role names each function that it may call, and the policies of a role have so many
# characters in all: IAM quotas. An ARN is counted with the longest names of region and function.
POLICY_CHARACTERS = 10_240
BASE_CHARACTERS, STAGE_CHARACTERS = 800, 135

MOST_STAGES = min(
    (RESOURCES - max(BASE_RESOURCES.values())) // STAGE_RESOURCES,
    (POLICY_CHARACTERS - BASE_CHARACTERS) // STAGE_CHARACTERS,
)


def run(draft: Draft, report: Report) -> Draft:
    """Refuse a pipeline of more stages than a stack, and the machine's role, have room for."""
    stages = len(draft.stages)
    if stages > MOST_STAGES:
        report.add(
            "P028",
            _place(draft),
            f"the pipeline needs {stages} Lambda functions, there is room for {MOST_STAGES}",
            cure="let more steps run together: fewer that are `alone` or call AWS",
            note=_arithmetic(stages, draft.engine),
        )
    return replace(draft, decisions=draft.decided("room", _arithmetic(stages, draft.engine)))


def broken(draft: Draft) -> str | None:
    """The stages fit into a stack."""
    return None if len(draft.stages) <= MOST_STAGES else "more stages than a stack has room for"


def check_definition(definition: str, draft: Draft, report: Report) -> None:
    """Refuse a state machine whose `definition` does not fit into the template beside the rest.

    It stands there as a JSON string. So the 1 MB that Step Functions takes is never reached.
    """
    used = BASE_BYTES + STAGE_BYTES * len(draft.stages)
    room, needed = TEMPLATE_BYTES - used, len(json.dumps(definition))
    if needed > room:
        report.add(
            "P028",
            _place(draft),
            f"the state machine takes {needed:,} bytes, its template has room for {room:,}",
            cure="let more steps run together, or make fewer pictures by steps that are `alone`",
            note=f"{TEMPLATE_BYTES:,} bytes, less {used:,} for {len(draft.stages)} functions "
            "and all else",
        )


def _arithmetic(stages: int, engine: Engine) -> str:
    base = BASE_RESOURCES[engine]
    resources = base + STAGE_RESOURCES * stages
    characters = BASE_CHARACTERS + STAGE_CHARACTERS * stages
    return (
        f"{base} + {STAGE_RESOURCES} x {stages} = {resources} of {RESOURCES} resources; "
        f"{BASE_CHARACTERS} + {STAGE_CHARACTERS} x {stages} = {characters} of {POLICY_CHARACTERS} "
        "characters of the machine's role"
    )


def _place(draft: Draft) -> Span:
    return draft.file.name.span if draft.file.name else Span(0, 0)
