"""What linters find: an error where nothing is said of it, and left where a reason is."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from infra.acknowledged import Acknowledged, entries, findings, guard
from infra.lint import MOST_ACKNOWLEDGED


def app_with_a_queue() -> App:
    app = App()
    sqs.Queue(Stack(app, "stack"), "Queue")
    return app


def known(*rules: str, where: str = "stack/%") -> Acknowledged:
    return Acknowledged(tool="cdk-nag", rules=rules, where=where, why="for this test")


def test_what_nobody_acknowledged_ends_the_synthesis():
    """The queue has no dead letters, and takes plain HTTP; one of the two is excused."""
    app = app_with_a_queue()
    guard(app, [known("AwsSolutions-SQS3")])

    with pytest.raises(RuntimeError, match=r"ValidationFailed[\s\S]*AwsSolutions-SQS4"):
        app.synth()


def test_what_is_acknowledged_where_it_is_found_is_left_as_it_is():
    """Every finding by an entry; the template goes out."""
    app = app_with_a_queue()
    found = {each.rule for each in findings(app)}
    guard(app, [known(*found)])

    assert "AwsSolutions-SQS4" in found
    assert app.synth().get_stack_by_name("stack").template["Resources"]


def test_an_entry_is_about_its_rules_and_its_place_only():
    """`%` is anything, `*` is itself, as cdk-nag says it."""
    entry = known("AwsSolutions-IAM5[Resource::*]", where="%/Role/Resource")

    assert entry.covers("app/Ingest/Role/Resource", "AwsSolutions-IAM5[Resource::*]")
    assert not entry.covers("app/Ingest/Role/Resource", "AwsSolutions-IAM5[Resource::<A.Arn>/*]")
    assert not entry.covers("app/Ingest/Bucket/Resource", "AwsSolutions-IAM5[Resource::*]")


def test_there_are_few_acknowledgements_each_with_a_reason():
    """More would mean that the advice is not taken."""
    of_nag = [entry for entry in entries() if entry.tool == "cdk-nag"]

    assert len(of_nag) <= MOST_ACKNOWLEDGED
    assert all(len(entry.why.split()) > 8 for entry in entries())
