"""Options that choose a file beside their plugin: it has to be there as the file is compiled."""

import re

from dsl.diagnostics import Report
from dsl.option_types import Target
from dsl.suggest import did_you_mean
from dsl.text import shortened
from dsl.tree import Entry

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|data:|//", re.IGNORECASE)


def check(entry: Entry, name: str, target: Target, report: Report) -> bool:
    """Say whether the option names a file of its folder; if not, report what to write or do."""
    files, folder = target.files[entry.key], target.folder(entry.key)
    if name in files:
        return True
    if _ADDRESS.match(name):
        title = f"`{entry.key}` of {target.of} is a file in {folder}: nothing is fetched"
        cure = "put the file there, and write its name alone"
    elif "/" in name or "\\" in name:
        title = f"`{entry.key}` of {target.of} is a file in {folder}, and no path"
        cure = "put the file there, and write its name alone"
    else:
        title = f'{folder} has no file "{shortened(name)}"'
        cure = did_you_mean(name, files, "put the file there, or write one that there is")
    report.add("P003", entry.value.span, title, cure=cure, allowed=files, note=target.declared)
    return False


def refuse_filled(entry: Entry, report: Report) -> None:
    """Report that `${…}` stands where a file has to be named."""
    report.add(
        "P022",
        entry.value.span,
        f"`{entry.key}` cannot be filled in: its file is pinned and packed beforehand",
        cure="write the file's name",
    )
