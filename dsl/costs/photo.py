"""The photo that costs are worked out for, and what becomes of its size along the plan.

A bill for the largest image that `accept` admits would be nobody's bill. This one is for a photo
of so many megapixels and bytes: three sides to two, opaque, one frame, no condition false.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from darkroom.plan import Node, Plan
from dsl.draft import Plugins
from steps.contract import Options

ORIGINAL = ""  # the way of the opened original
_SHAPE = 3 / 2
# Three bands of eight bits: what the runner stores of a picture between stages, undeflated.
STORED_BYTES_A_PIXEL = 3


@dataclass(frozen=True)
class Photo:
    """A typical image. The default is the reference of the measurements in docs/costs.md."""

    megapixels: float = 24.0
    byte_size: int = 8_000_000

    @property
    def bytes_a_pixel(self) -> float:
        """How densely it is encoded; variants are taken to be encoded as densely."""
        return self.byte_size / (self.megapixels * 10**6)


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, of an estimate: not whole numbers."""

    width: float
    height: float

    @property
    def megapixels(self) -> float:
        """The area."""
        return self.width * self.height / 10**6


def sizes(plan: Plan, photo: Photo, plugins: Plugins) -> Mapping[str, Size]:
    """Return the size of each picture of the plan as it leaves its node, by way.

    A step that bounds its result leaves a picture that fits in the bounds and keeps its shape; any
    other leaves the size as it was, as does one whose options are filled only at run time.
    """
    height = sqrt(photo.megapixels * 10**6 / _SHAPE)
    opened = Size(height * _SHAPE, height)
    return {ORIGINAL: opened, **dict(_below(plan.nodes, opened, plugins))}


def parents(plan: Plan) -> Mapping[str, str]:
    """Return the way from which each node takes its picture, by the node's own way."""
    return dict(_taken(plan.nodes, ORIGINAL))


def _below(nodes: tuple[Node, ...], size: Size, plugins: Plugins) -> Iterator[tuple[str, Size]]:
    for node in nodes:
        left = _left(node, size, plugins)
        yield node.way, left
        yield from _below(node.next, left, plugins)


def _left(node: Node, size: Size, plugins: Plugins) -> Size:
    plugin = plugins.get(node.uses)
    if plugin is None or node.templates or node.kind == "facts":
        return size
    options: Options = plugin.read_options(node.options)
    bounds = options.bounds()
    if bounds is None:
        return size
    scale = min(1.0, bounds[0] / size.width, bounds[1] / size.height)
    return Size(size.width * scale, size.height * scale)


def _taken(nodes: tuple[Node, ...], at: str) -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield node.way, at
        yield from _taken(node.next, node.way)
