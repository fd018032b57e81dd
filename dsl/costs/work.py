"""Work: what one invocation of a form does with the typical photo, in requests, bytes and time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from darkroom.plan import Node, Plan, nodes_of
from dsl.costs.forms import Invocation
from dsl.costs.photo import STORED_BYTES_A_PIXEL, Photo, Size, parents, sizes
from dsl.draft import Plugins
from dsl.estimates import encoding_ms, opening_ms, vcpus
from steps.contract import Cost, Options
from steps.encoding import formats_from
from steps.formats import Encoding

# What plugins declare are upper bounds. Measured on one core with a photo of 24 MP and 9.6 MB: the
# shipped pipeline took 0.61 s where its parts declare 3.04 s.
TYPICAL_SHARE = 0.2
# S3 guide, "Performance design patterns for Amazon S3": 100-200 ms to the first byte, and 85-90
# MB/s for each connection.
S3_REQUEST_S = 0.1
S3_BYTES_A_SECOND = 85 * 10**6
# DynamoDB guide, "What is Amazon DynamoDB?": single-digit milliseconds.
DYNAMODB_REQUEST_S = 0.005


@dataclass(frozen=True)
class Work:
    """What an invocation does. Sums are over invocations, wherever they run."""

    gets: int  # objects read from S3
    puts: int  # objects written
    bytes_read: float
    bytes_written: float
    bytes_stored: float  # of those written, what is read by other invocations only
    events: int  # appended to the history
    declared_cpu_s: float  # of one vCPU, at most, by what plugins declare
    vcpus: float = 1.0  # how much of one the invocation has

    @property
    def cpu_s(self) -> float:
        """How long it typically computes, longer where it has less than one vCPU."""
        return self.declared_cpu_s * TYPICAL_SHARE / self.vcpus

    @property
    def requests_s(self) -> float:
        """How long S3 takes to begin."""
        return (self.gets + self.puts) * S3_REQUEST_S

    @property
    def bytes_s(self) -> float:
        """How long S3 takes to move the bytes."""
        return (self.bytes_read + self.bytes_written) / S3_BYTES_A_SECOND

    @property
    def history_s(self) -> float:
        """How long the history takes: loaded once, and once more for each event appended."""
        return (1 + 2 * self.events) * DYNAMODB_REQUEST_S

    @property
    def seconds(self) -> float:
        """How long it takes: one thing after the other."""
        return self.cpu_s + self.requests_s + self.bytes_s + self.history_s


@dataclass(frozen=True)
class Pictures:
    """What is known of a plan's pictures for one photo."""

    photo: Photo
    nodes: Mapping[str, Node]
    sizes: Mapping[str, Size]
    parents: Mapping[str, str]
    costs: Mapping[str, Cost]  # of a megapixel, by way
    opening_ms: float  # a megapixel
    encoding_ms: Mapping[str, float]  # a megapixel, by way


def pictures(plan: Plan, photo: Photo, plugins: Plugins) -> Pictures:
    """Return the pictures of `plan`, for a photo in the first format that it accepts.

    It is encoded in that, or in JPEG if that is not written, or as a step has chosen.

    A plugin that is not among `plugins` is taken to cost the usual, and to leave sizes alone.
    """
    original = plan.opening.options["formats"][0]
    written = Encoding(formats_from(original)[0])
    nodes = {node.way: node for node in nodes_of(plan.nodes)}
    return Pictures(
        photo=photo,
        nodes=nodes,
        sizes=sizes(plan, photo, plugins),
        parents=parents(plan),
        costs={way: _cost(node, plugins) for way, node in nodes.items()},
        opening_ms=opening_ms([original]),
        encoding_ms=dict(_encoding(plan.nodes, encoding_ms(written), plugins)),
    )


def _cost(node: Node, plugins: Plugins) -> Cost:
    plugin = plugins.get(node.uses)
    if plugin is None:
        return Cost()
    options: Options = plugin.options_model.model_construct(**node.options)
    return options.costs(plugin.cost)


def work_of(invocation: Invocation, known: Pictures) -> Work:
    """Return what `invocation` does."""
    covered = [known.nodes[way] for way in invocation.covers]
    outputs = [node.way for node in covered if node.output is not None]
    stored = sum(_stored_bytes(known.sizes[way]) for way in invocation.leaves)
    encoded = sum(_encoded_bytes(known.sizes[way], known.photo) for way in outputs)
    taken = sum(_stored_bytes(known.sizes[way]) for way in invocation.takes)
    facts = sum(1 for node in covered if node.kind == "facts")
    return Work(
        gets=len(invocation.takes) + invocation.opens,
        puts=len(outputs) + len(invocation.leaves),
        bytes_read=taken + (known.photo.byte_size if invocation.opens else 0),
        bytes_written=encoded + stored,
        bytes_stored=stored,
        events=len(outputs) + facts,
        declared_cpu_s=_declared_ms(invocation, covered, known) / 1000,
        vcpus=vcpus(invocation.memory_mb),
    )


def _declared_ms(invocation: Invocation, covered: Sequence[Node], known: Pictures) -> float:
    opening = known.opening_ms * known.photo.megapixels if invocation.opens else 0
    steps = sum(
        known.costs[node.way].cpu_ms * known.sizes[known.parents[node.way]].megapixels
        for node in covered
    )
    encoding = sum(
        known.encoding_ms[node.way] * known.sizes[node.way].megapixels
        for node in covered
        if node.output is not None
    )
    return opening + steps + encoding


def _encoding(
    nodes: tuple[Node, ...], milliseconds: float, plugins: Plugins
) -> Iterator[tuple[str, float]]:
    """Yield what it takes to encode a megapixel of what leaves each node."""
    for node in nodes:
        plugin, chosen = plugins.get(node.uses), None
        if plugin is not None and not node.templates:
            options: Options = plugin.read_options(node.options)
            chosen = options.encoding()
        own = milliseconds if chosen is None else encoding_ms(chosen)
        yield node.way, own
        yield from _encoding(node.next, own, plugins)


def _stored_bytes(size: Size) -> float:
    return size.megapixels * 10**6 * STORED_BYTES_A_PIXEL


def _encoded_bytes(size: Size, photo: Photo) -> float:
    return size.megapixels * 10**6 * photo.bytes_a_pixel
