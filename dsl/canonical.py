"""Canonical JSON, and digests of it: the same bytes for the same value, on every run."""

import hashlib
import json
from typing import Any


def digest(value: Any) -> str:
    """Return the sha256 (hex) of `value` as canonical JSON: keys sorted, no white space, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def pretty(value: Any) -> str:
    """Return `value` as JSON for a file: indented, in the order given, UTF-8, one line end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
