"""Options against the model of their plugin: every mistake at its own key or value."""

import json
from collections.abc import Mapping as Table
from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from darkroom.plan.expressions import Template
from dsl import option_files, quantities, templates
from dsl.diagnostics import Report
from dsl.expressions import SAID, Kind, Scope
from dsl.model import Given
from dsl.option_messages import Written, report_invalid
from dsl.option_types import Target, admits, unit_of
from dsl.suggest import did_you_mean, nearest
from dsl.tree import Entry, Json, Mapping, Scalar, Sequence, Tree, plain, readable
from steps.units import Unit


@dataclass(frozen=True)
class Checked:
    """Options as the plan holds them: JSON values, defaults filled in, and what is still open."""

    values: Table[str, Any]
    templates: Table[str, Template]


def check(
    target: Target, entries: Items[Entry], scope: Scope, given: Given, report: Report
) -> Checked | None:
    """Return the options that `entries` give, or None, and a report of all that is wrong.

    Those that stand in `given` are its own, the others are shared. A mistake that no option of
    its own makes, such as a missing one, is reported at the key of `given`.
    """
    reading = _Reading(target, scope, report)
    for entry in entries:
        reading.take(entry)
    known = reading.validated(tuple(entries), given)
    return None if known is None or reading.refused else Checked(known, reading.templates)


class _Reading:
    """The options of one use of a plugin while they are read."""

    def __init__(self, target: Target, scope: Scope, report: Report) -> None:
        self._target = target
        self._scope = scope
        self._report = report
        self._values: dict[str, Json] = {}
        self.templates: dict[str, Template] = {}
        self.refused: set[str] = set()

    def take(self, entry: Entry) -> None:
        """Sort one option: its value is known, is filled at run time, or is wrong."""
        text = entry.value.value if isinstance(entry.value, Scalar) else None
        if entry.key not in self._target.names:
            self._refuse_unknown(entry)
        elif not readable(entry.value):
            self.refused.add(entry.key)
        elif isinstance(text, str) and isinstance(entry.value, Scalar):
            self._take_text(entry, entry.value)
        elif holes := _nested_holes(entry.value):
            self._refuse_nested(entry, holes)
        else:
            self._take_value(entry, plain(entry.value))

    def _take_text(self, entry: Entry, scalar: Scalar) -> None:
        found = templates.read(scalar, self._scope, self._report)
        if found is None:
            self.refused.add(entry.key)
        elif isinstance(found, str):
            self._take_value(entry, found)
        elif entry.key in self._target.files:
            option_files.refuse_filled(entry, self._report)
            self.refused.add(entry.key)
        elif admits(self._target.model, entry.key, found.kind):
            self.templates[entry.key] = found.template
        else:
            self._refuse_kind(entry, found.kind)

    def _take_value(self, entry: Entry, value: Json) -> None:
        unit = unit_of(self._target.model, entry.key)
        if entry.key in self._target.files and isinstance(value, str):
            if option_files.check(entry, value, self._target, self._report):
                self._values[entry.key] = value
            else:
                self.refused.add(entry.key)
        elif unit is None:
            self._values[entry.key] = value
        elif (amount := self._amount(entry.value, unit, entry.key)) is None:
            self.refused.add(entry.key)
        else:
            self._values[entry.key] = amount

    def _amount(self, tree: Tree, unit: Unit, name: str) -> Json | None:
        """Return the quantity, or list of quantities, that `tree` spells; None for a mistake."""
        if not (isinstance(tree, Sequence) and admits(self._target.model, name, "list")):
            return quantities.read(tree, unit, name, self._report)
        found = [self._amount(each, unit, name) for each in tree.items]
        known = [each for each in found if each is not None]
        return known if len(known) == len(found) else None

    def validated(self, entries: tuple[Entry, ...], given: Given) -> dict[str, Any] | None:
        """Return the known options, defaults filled in; checks between options wait for all."""
        left_out = {*self.templates, *self.refused} - set(self._values)
        model = _without(self._target.model, left_out) if left_out else self._target.model
        try:
            # JSON mode takes a list for a tuple, and still refuses "3" and true for an int.
            known = model.model_validate_json(json.dumps(self._values))
        except ValidationError as error:
            report_invalid(error, self._target, Written(entries, given), self._report)
            return None
        return dict(known.model_dump(mode="json"))

    def _refuse_unknown(self, entry: Entry) -> None:
        names = self._target.names
        # The option that was meant is not missing.
        self.refused |= {entry.key, nearest(entry.key, names) or entry.key}
        self._report.add(
            "P002",
            entry.key_span,
            f'{self._target.of} has no option "{entry.key}"',
            cure=did_you_mean(
                entry.key, names, "use one of those listed" if names else "remove it"
            ),
            allowed=names,
            note=self._target.declared,
        )

    def _refuse_nested(self, entry: Entry, holes: list[Scalar]) -> None:
        self.refused.add(entry.key)
        for hole in holes:
            self._report.add(
                "P022",
                hole.span,
                "`${…}` cannot be part of a list",
                cure="write ${…} as the value of the option itself: a fact may be a list",
            )

    def _refuse_kind(self, entry: Entry, kind: Kind) -> None:
        self.refused.add(entry.key)
        kinds: tuple[Kind, ...] = ("bool", "int", "number", "text")
        wanted = [SAID[each] for each in kinds if admits(self._target.model, entry.key, each)]
        self._report.add(
            "P022",
            entry.value.span,
            f"`{entry.key}` of {self._target.of} cannot be {SAID[kind]}",
            cure=f"it takes {' or '.join(wanted)}" if wanted else "write its value out",
        )


def _nested_holes(tree: Tree) -> list[Scalar]:
    """Return the texts with `${` inside a list or mapping."""
    match tree:
        case Scalar(value=str() as text):
            return [tree] if "${" in text.replace("$${", "") else []
        case Mapping(entries=entries):
            return [hole for entry in entries for hole in _nested_holes(entry.value)]
        case Sequence(items=items):
            return [hole for item in items for hole in _nested_holes(item)]
        case _:
            return []


def _without(model: type[BaseModel], names: set[str]) -> type[BaseModel]:
    """Return a model of the other fields alone: no check of the whole model runs."""
    kept: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in model.model_fields.items()
        if name not in names
    }
    return create_model(model.__name__, __config__=model.model_config, **kept)
