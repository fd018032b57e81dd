"""Indirect grants: what roles are allowed though none of our functions calls it, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

INDIRECT_GRANTS = Path(__file__).with_name("indirect_grants.yaml")


@dataclass(frozen=True, kw_only=True)
class IndirectGrant:
    """An entry of indirect_grants.yaml. `roles` is a logical id, in which `*` is any ending.

    With `no_resources`, the page of AWS's that says so, these actions are allowed on "*".
    """

    roles: str
    actions: tuple[str, ...]
    why: str
    page: str
    no_resources: str | None = None

    def excuses(self, role: str, action: str) -> bool:
        """Whether the role by this logical id may be allowed `action` without calling it."""
        return action in self.actions and fnmatchcase(role, self.roles)


def indirect_grants(path: Path = INDIRECT_GRANTS) -> tuple[IndirectGrant, ...]:
    """Return the entries in order; TypeError for one with a field that is missing or unknown."""
    entries = yaml.safe_load(path.read_text("utf-8"))
    return tuple(
        IndirectGrant(**{**entry, "actions": tuple(entry["actions"])}) for entry in entries
    )


def excused(grants: Iterable[IndirectGrant], role: str, action: str) -> bool:
    """Whether any of `grants` excuses the role."""
    return any(grant.excuses(role, action) for grant in grants)
