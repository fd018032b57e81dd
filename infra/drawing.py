"""Drawing: the dashboard of a template as a picture, for those who have none deployed.

What stands where, what is measured and from where on it is too much, is the template's. The lines
are made up: a template knows no measurements.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

_COLUMN, _ROW, _GAP = 50, 36, 6  # pixels for a unit of the grid, which has 24 columns
_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#17becf", "#8c564b")
_LIMIT, _FINE = "#d62728", "#2ca02c"
_POINTS = 40

Widget = Mapping[str, Any]
Box = tuple[float, float, float, float]  # x, y, width, height


def drawn(template: Mapping[str, Any]) -> str:
    """Return an SVG of the one dashboard in a CloudFormation template; ValueError for another."""
    resources = template["Resources"]
    boards = [each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Dashboard"]
    if len(boards) != 1:
        raise ValueError(f"There are {len(boards)} dashboards, and one is drawn.")
    names = {key: each["Properties"].get("AlarmName", key) for key, each in resources.items()}
    widgets = json.loads(_joined(boards[0]["Properties"]["DashboardBody"], names))["widgets"]
    height = max(each["y"] + each["height"] for each in widgets) * _ROW
    shapes = "\n".join(line for each in widgets for line in _widget(each))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * _COLUMN} {height}" '
        'font-family="sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="#f4f5f7"/>\n{shapes}\n</svg>\n'
    )


def _joined(body: Any, names: Mapping[str, str]) -> str:
    """The text that CloudFormation makes of a body, with names for what only it knows."""
    if isinstance(body, str):
        return body
    _, parts = body["Fn::Join"]
    return "".join(part if isinstance(part, str) else _named(part, names) for part in parts)


def _named(part: Mapping[str, Any], names: Mapping[str, str]) -> str:
    reference = part.get("Ref") or part["Fn::GetAtt"][0]
    return names.get(reference, reference)


def _widget(widget: Widget) -> Iterator[str]:
    x, y = widget["x"] * _COLUMN + _GAP, widget["y"] * _ROW + _GAP
    width = widget["width"] * _COLUMN - 2 * _GAP
    height = widget["height"] * _ROW - 2 * _GAP
    properties = widget["properties"]
    if widget["type"] == "text":
        heading = properties["markdown"].lstrip("# ")
        yield _text(x, y + 20, heading, "font-size='18' font-weight='bold'")
        return
    yield _box((x, y, width, height), "fill='#fff' stroke='#d0d4da'")
    yield _text(x + 10, y + 18, properties["title"], "font-weight='bold'")
    if widget["type"] == "alarm":
        yield from _alarms(properties["alarms"], x, y, width)
    elif properties.get("view") == "singleValue":
        labels = ", ".join(label for label, _ in _shown(properties))
        yield _text(x + 10, y + height / 2 + 14, labels, "font-size='20' fill='#555'")
    else:
        yield from _graph(properties, (x + 10, y + 30, width - 20, height - 62))


def _alarms(alarms: Sequence[str], x: float, y: float, width: float) -> Iterator[str]:
    across = 6
    cell = (width - 20) / across
    for number, name in enumerate(alarms):
        left, top = x + 10 + number % across * cell, y + 28 + number // across * 24
        yield _box((left, top, cell - 6, 18), f"fill='{_FINE}'")
        yield _text(left + 6, top + 13, name, "fill='#fff' font-size='9'")


def _graph(properties: Widget, box: Box) -> Iterator[str]:
    x, y, width, height = box
    yield f'<path d="M{x} {y}V{y + height}H{x + width}" fill="none" stroke="#b5bac2"/>'
    for annotation in properties.get("annotations", {}).get("horizontal", []):
        line = y + height * 0.15
        yield f'<path d="M{x} {line:.0f}H{x + width}" stroke="{_LIMIT}" stroke-dasharray="5 4"/>'
        yield _text(x + 4, line - 4, f"limit {annotation['value']:g}", f"fill='{_LIMIT}'")
    place = x
    for number, (label, on_the_right) in enumerate(_shown(properties)):
        colour = _COLOURS[number % len(_COLOURS)]
        dashes = " stroke-dasharray='2 2'" if on_the_right else ""
        path = _line(number, box)
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>'
        yield _box((place, y + height + 12, 9, 9), f"fill='{colour}'")
        yield _text(place + 13, y + height + 20, label)
        place += 28 + 6.3 * len(label)


def _line(number: int, box: Box) -> str:
    """A made-up line, another for each number."""
    x, y, width, height = box
    level = 0.35 + 0.12 * (number % 4)
    points = []
    for step in range(_POINTS):
        wave = math.sin(step / (3 + number) + 2 * number) + 0.4 * math.sin(step * 1.7 + number)
        share = level + 0.09 * wave
        points.append(f"{x + width * step / (_POINTS - 1):.0f} {y + height * share:.0f}")
    return "M" + "L".join(points)


def _shown(properties: Widget) -> Iterator[tuple[str, bool]]:
    """The labels of what is drawn, and whether it is on the right axis."""
    for metric in properties["metrics"]:
        options = metric[-1] if isinstance(metric[-1], dict) else {}
        if options.get("visible", True):
            yield options.get("label") or metric[1], options.get("yAxis") == "right"


def _box(place: Box, style: str) -> str:
    x, y, width, height = (f"{each:.0f}" for each in place)
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="2" {style}/>'


def _text(x: float, y: float, content: str, style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{escape(content)}</text>'
