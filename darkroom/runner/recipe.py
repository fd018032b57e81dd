"""Recipes: what was done to the pixels, and the object key that follows from it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from darkroom.events import Applied


def options_digest(options: Mapping[str, Any]) -> str:
    """Return the sha256 (hex) of what a step works with, as canonical JSON: keys sorted, dense."""
    canonical = json.dumps(options, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def variant_digest(version_id: str, recipe: Iterable[Applied], *salt: int) -> str:
    """Return what names a variant's object: the original's version and the recipe, digested.

    Equal digests mean equal bytes, since steps are pure: writing twice is writing once. Step
    names are left out, so renaming a step renders nothing again. 128 bits are kept. With `salt`,
    the same variant has another name.
    """
    steps = [[applied.uses, applied.version, applied.options_digest] for applied in recipe]
    canonical = json.dumps([version_id, steps, *salt], separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
