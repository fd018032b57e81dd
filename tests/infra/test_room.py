"""The compiler's arithmetic of what fits into a stack, held against the stacks."""

import json

from dsl.passes import room
from generated.photos.wiring import STAGES

# Of names that CloudFormation makes: a function's has 64 characters at most, and the longest name
# of a region, `ap-southeast-1` or `ap-northeast-1`, has 14. With quotes, comma and `:*`.
_LONGEST_ARN = len('"arn:aws:lambda:ap-southeast-1:123456789012:function::*",') + 64


def stages(prod):
    """What the template has for each stage of the pipeline."""
    return {
        name: resource
        for name, resource in prod.app["Resources"].items()
        if name.startswith("ProcessingPipelineStage")
    }


def test_a_stage_adds_as_many_resources_as_the_compiler_says(prod):
    """And all else is no more than it says, nor so much less that pipelines are refused for it."""
    mine = stages(prod)

    assert len(mine) == room.STAGE_RESOURCES * len(STAGES)
    assert 0 <= room.BASE_RESOURCES["express"] - (len(prod.app["Resources"]) - len(mine)) < 60


def test_a_standard_machine_has_as_much_beside_it_as_the_compiler_says(standard):
    """The function that ends its runs, and what that needs."""
    others = standard.app["Resources"].keys() - stages(standard).keys()

    assert 0 <= room.BASE_RESOURCES["standard"] - len(others) < 60


def test_a_stage_adds_no_more_bytes_than_the_compiler_says(prod):
    """To the template as CDK writes it, the definition of the machine apart."""
    (machine,) = prod.all("AWS::StepFunctions::StateMachine").values()
    definition = json.dumps(machine["Properties"]["DefinitionString"])
    mine = len(json.dumps({"Resources": stages(prod)}, indent=1))

    assert mine <= room.STAGE_BYTES * len(STAGES)
    assert prod.paths[1].stat().st_size - mine - len(definition) <= room.BASE_BYTES


def test_the_machines_role_has_room_for_as_many_functions_as_the_compiler_lets_pass(prod):
    """Its policies name each function, in names as long as they can be."""
    (role,) = (
        found
        for name, found in prod.all("AWS::IAM::Role").items()
        if name.startswith("ProcessingPipelineRole")
    )
    statements = [
        statement
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    others = [each for each in statements if each["Action"] != "lambda:InvokeFunction"]

    assert len(others) == len(statements) - 1
    assert len(json.dumps(others, separators=(",", ":"))) <= room.BASE_CHARACTERS - 100
    assert _LONGEST_ARN <= room.STAGE_CHARACTERS
