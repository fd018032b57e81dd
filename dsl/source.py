"""YAML text to a tree with places: the strict subset of rule 21, every deviation reported.

PyYAML scans and parses; its constructor is not used, for it keeps the last of duplicate keys,
reads `on` as true and `12:30` as 750. What it would resolve, `scalars` reads by YAML 1.2.
"""

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent, DocumentStartEvent, Event

from dsl.composer import Composer, refuse_depth, span_of
from dsl.diagnostics import Report
from dsl.syntax import report_syntax
from dsl.text import Span
from dsl.tree import Mapping, Unreadable

_GIVEN_UP = 100  # levels: far more than are looked into
# Characters of a file: some two hundred for each of the most steps that there may be. PyYAML takes
# a second or two for so many.
LARGEST = 100_000


def read(report: Report, *, overlay: bool = False) -> Mapping | None:
    """Return the one document of the report's source, or None if there is nothing to go on with.

    In an overlay, and only there, `null` stands for a key that is taken away (rule 20). Never
    raises for what the text holds: all mistakes are in the report.
    """
    if len(report.source.content) > LARGEST:
        _refuse_size(report)
        return None
    events = _events(report)
    if events is None:
        return None
    tree = Composer(report, iter(events), removes=overlay).document()
    if isinstance(tree, Mapping):
        return tree
    if tree is not None and not isinstance(tree, Unreadable):
        report.add(
            "P015",
            tree.span,
            "a pipeline file is a mapping of keys",
            cure="write what differs: steps: { … }" if overlay else "begin with: pipeline: NAME",
        )
    return None


def _refuse_size(report: Report) -> None:
    report.add(
        "P028",
        Span(LARGEST, LARGEST + 1),
        f"the file has {len(report.source.content):,} characters, the most is {LARGEST:,}",
        label="here it becomes too large",
        cure="make several pipelines of it, and step plugins of what repeats",
    )


def _events(report: Report) -> list[Event] | None:
    """Return the parser's events of the first document, or None after a syntax error."""
    found: list[Event] = []
    documents = depth = 0
    try:
        for event in yaml.parse(report.source.content, Loader=yaml.SafeLoader):
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > _GIVEN_UP:
                # PyYAML's time grows with the square of the depth.
                refuse_depth(event, report)
                return None
            documents += isinstance(event, DocumentStartEvent)
            if documents == 2:
                report.add(
                    "Y007",
                    span_of(event),
                    "a second document begins here",
                    cure="keep one pipeline a file",
                )
                return found
            found.append(event)
    except yaml.YAMLError as error:
        report_syntax(error, report)
        return None
    return found
