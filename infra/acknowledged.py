"""Acknowledged: what linters find in the templates and we leave as it is, each with its reason."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import jsii
import yaml
from aws_cdk import (
    Acknowledgment,
    App,
    CfnResource,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Validations,
)
from cdk_nag import AwsSolutionsChecks, NagPack, ServerlessChecks

ACKNOWLEDGED = Path(__file__).with_name("acknowledged.yaml")


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """An entry of acknowledged.yaml; in `rules` and in `where`, `%` is anything."""

    tool: Literal["cdk-nag", "checkov", "cfn-lint"]
    rules: tuple[str, ...]
    where: str
    why: str

    def covers(self, path: str, rule: str) -> bool:
        """Whether it is about `rule`, at the construct or in the file and resource of `path`."""
        return _fits(path, self.where) and any(_fits(rule, pattern) for pattern in self.rules)


@dataclass(frozen=True)
class Found:
    """What cdk-nag says of one construct."""

    rule: str
    path: str
    what: str


def entries(path: Path = ACKNOWLEDGED) -> tuple[Acknowledged, ...]:
    """Return all entries, in order; TypeError for one with a field that is missing or unknown."""
    written = yaml.safe_load(path.read_text("utf-8"))
    return tuple(Acknowledged(**{**each, "rules": tuple(each["rules"])}) for each in written)


def packs(app: App) -> tuple[NagPack, ...]:
    """Return the rules of cdk-nag that the app is held to."""
    return AwsSolutionsChecks(app), ServerlessChecks(app)


def guard(app: App, known: Sequence[Acknowledged]) -> None:
    """Have cdk-nag judge `app` when it is synthesised: what `known` does not cover is an error."""
    for pack in packs(app):
        # mypy asks for what jsii lets a plugin leave out: its version, and a list of its rules.
        reviewed = cast("IPolicyValidationPlugin", _Reviewed(pack, known))
        Validations.of(app).add_plugins(reviewed)
    write_for_others(app, known)


def findings(app: App) -> tuple[Found, ...]:
    """Return what cdk-nag finds in `app` as it is, acknowledged or not."""
    return tuple(
        Found(violation.rule_name, resource.construct_path or "", violation.description)
        for pack in packs(app)
        for violation in pack.validate_scope(app).violations
        for resource in violation.violating_resources
    )


def write_for_others(app: App, known: Iterable[Acknowledged]) -> None:
    """Write into each resource what checkov and cfn-lint shall leave as it is there.

    The CDK itself finds what cfn-lint does, and is told as well. Source: checkov, "Suppressing and
    Skipping Policies"; cfn-lint, "Resource Based Metadata".
    """
    others = [entry for entry in known if entry.tool != "cdk-nag"]
    for resource in app.node.find_all():
        if isinstance(resource, CfnResource):
            for entry in others:
                if _fits(resource.node.path, entry.where):
                    _tell(resource, entry)


def _tell(resource: CfnResource, entry: Acknowledged) -> None:
    told = resource.get_metadata(entry.tool) or {}
    if entry.tool == "checkov":
        # The reasons stay there: templates have a limit, and a resource may have many of them.
        comment = "infra/acknowledged.yaml"
        skip = [{"id": rule, "comment": comment} for rule in entry.rules]
        resource.add_metadata("checkov", {"skip": [*told.get("skip", ()), *skip]})
        return
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": list(entry.rules)}})
    place = Validations.of(resource)
    for rule in entry.rules:
        known = Acknowledgment(id=f"CloudFormation-Validate::{rule}", reason=entry.why)
        place.acknowledge(known)


@jsii.implements(IPolicyValidationPlugin)
class _Reviewed:
    """The rules of a pack, without the findings that are acknowledged.

    cdk-nag itself acknowledges one finding at a time, named by logical ids: no pattern.
    """

    def __init__(self, pack: NagPack, known: Sequence[Acknowledged]) -> None:
        self._pack = pack
        self._known = [entry for entry in known if entry.tool == "cdk-nag"]

    @property
    def name(self) -> str:
        """How the report calls it."""
        return self._pack.read_pack_name

    def validate(self, context: Any) -> PolicyValidationPluginReport:
        """Return what is left."""
        found = self._pack.validate_scope(context.app_construct).violations
        left = [kept for violation in found if (kept := self._left(violation))]
        return PolicyValidationPluginReport(success=not left, violations=left)

    def _left(self, violation: PolicyViolation) -> PolicyViolation | None:
        resources = [
            each
            for each in violation.violating_resources
            if not self._is_known(violation.rule_name, each)
        ]
        if not resources:
            return None
        return PolicyViolation(
            rule_name=violation.rule_name,
            description=violation.description,
            severity=violation.severity,
            violating_resources=resources,
        )

    def _is_known(self, rule: str, resource: PolicyViolatingResource) -> bool:
        return any(entry.covers(resource.construct_path or "", rule) for entry in self._known)


def _fits(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), text) is not None
