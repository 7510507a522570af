"""Stacks and nets as graphs of what each layer reads of the one before.

Analysis asks one thing of a layer: which samples of its input one output reads. `read` turns
windows and nn layers alike into nodes that say this and no more, so that no measurement needs
to know a layer by its class.
"""

from dataclasses import replace
from typing import NamedTuple

from coursekit.geometry import Window, axes, shown

EVERYTHING = "all"


class Node(NamedTuple):
    """One layer: its place in words, such as ``layers[2].branches[1]``, and what it reads.

    `sees` is a Window; EVERYTHING; a `Between`; or a tuple of branches, each a list of nodes, of
    which an empty one is the identity.
    """

    label: str
    sees: object


class Between(NamedTuple):
    """Interpolation: an output reads the two neighbours of its place, at `factor` an axis."""

    factor: tuple


class Graph(NamedTuple):
    """Nodes, first layer first, and the number of spatial axes."""

    nodes: list
    rank: int

    @property
    def plain(self):
        """Whether this is a stack of windows and nothing else."""
        return all(isinstance(node.sees, Window) for node in self.nodes)


def read(name, layers):
    """`layers` as a Graph, or an error in one line that names the caller, `name`.

    Pointwise layers leave no node, and a net inside another is spliced in. Where no layer tells
    the number of axes, one is taken: such layers treat all axes alike.
    """
    return _ranked(name, [
        node for label, layer in labelled(name, layers) for node in expand(name, label, layer)
    ])


def labelled(name, layers):
    """(label, layer) for each of `layers`, first layer first; a net gives its layers."""
    sees = getattr(layers, "sees", None)
    if isinstance(sees, tuple) and len(sees) > 1:  # a residual or a pyramid on its own
        return [("layers", layers)]
    if isinstance(sees, tuple):  # a net
        (layers,) = sees
    if isinstance(layers, (Window, type)) or not hasattr(layers, "__iter__"):
        raise TypeError(
            f"{name}: layers must be a sequence of Window, such as [Window(3)], or of nn layers; "
            f"got {shown(layers)}"
        )
    listed = [(f"layers[{number}]", layer) for number, layer in enumerate(layers)]
    if not listed:
        raise ValueError(f"{name}: layers must hold at least one layer; got none")
    return listed


def stack(name, layers):
    """`layers` as a list of Window, for callers that can do with a plain stack only."""
    graph = read(name, layers)
    for node in graph.nodes:
        if not isinstance(node.sees, Window):
            raise ValueError(
                f"{name}: layers must be windows, convolutions and pools in a row; {node.label} "
                f"{_described(node)}"
            )
    return [node.sees for node in graph.nodes]


def unpadded(graph):
    """The graph without the padding that shifts all paths alike: that outside branches."""
    return graph._replace(nodes=[
        node._replace(sees=replace(node.sees, padding=0)) if isinstance(node.sees, Window)
        else node for node in graph.nodes
    ])


def counted(name, layers):
    """`layers` as an unpadded Graph in which every output has the same finite set of paths."""
    graph = read(name, layers)
    for node in inside(graph.nodes):
        if node.sees == EVERYTHING:
            raise ValueError(f"{name}: paths can be counted as far as each output sees finitely "
                             f"many samples; {node.label} {_described(node)}")
        if isinstance(node.sees, Between):
            raise ValueError(f"{name}: paths can be counted where all outputs read alike; "
                             f"{node.label} {_described(node)}")
    return unpadded(graph)


def inside(nodes):
    """All nodes, also those of branches."""
    for node in nodes:
        yield node
        if is_branched(node):
            for branch in node.sees:
                yield from inside(branch)


def is_branched(node):
    # A Window is no tuple, but a Between is one.
    return type(node.sees) is tuple


def zeros_before(name, node, axis):
    """Padding before the first sample; "same" has a number at stride 1 only."""
    window = node.sees
    if window.padding != "same":
        return window.padding[axis][0]
    if max(window.stride) > 1:
        raise ValueError(
            f"{name}: {node.label} pads 'same' at stride {window.stride}, which depends on the "
            f"input's size; give its padding in numbers"
        )
    return (window.extent[axis] - 1) // 2


def expand(name, label, layer):
    """The nodes of one layer."""
    if isinstance(layer, type):
        raise TypeError(f"{name}: {label} must be a layer, not a class; write {layer.__name__}()")
    sees = layer if isinstance(layer, Window) else getattr(layer, "sees", None)
    if isinstance(sees, str) and sees == "point":
        return []
    if isinstance(sees, Window) or (isinstance(sees, str) and sees == EVERYTHING):
        return [Node(label, sees)]
    if isinstance(sees, str) and sees == "between":
        return [Node(label, Between(layer.factor))]
    if not isinstance(sees, tuple):
        raise TypeError(f"{name}: {label} must be a Window; got {shown(layer)} (a layer of "
                        f"coursekit.nn will do too)")
    branches = tuple(
        [node for place, inner in part for node in expand(name, place, inner)]
        for part in parts(label, layer)
    )
    return branches[0] if len(branches) == 1 else [Node(label, branches)]


def parts(label, layer):
    """For each branch of a layer of layers, (label, layer) of each layer in it."""
    for number, branch in enumerate(layer.sees):
        place = label
        if hasattr(layer, "branches"):
            place = f"{label}.branches[{number}]"
            if len(branch) == 1 and branch[0] is layer.branches[number]:
                yield [(place, branch[0])]
                continue
        yield [(f"{place}[{index}]", inner) for index, inner in enumerate(branch)]


def _ranked(name, nodes):
    """The Graph of these nodes, whose windows must agree in rank."""
    told = None
    for node in inside(nodes):
        if isinstance(node.sees, Window):
            rank = len(node.sees.kernel_size)
        elif isinstance(node.sees, Between) and isinstance(node.sees.factor, (tuple, list)):
            rank = len(node.sees.factor)
        else:
            continue
        if told is None:
            told = (node.label, rank)
        elif rank != told[1]:
            raise ValueError(f"{name}: layers must have one rank; {told[0]} is {told[1]}-D, "
                             f"{node.label} is {rank}-D")
    return Graph(nodes, 1 if told is None else told[1])


def factors(name, node, rank):
    """A Between's factor, one entry an axis."""
    return axes(name, f"{node.label}'s factor", node.sees.factor, rank, 1)


def _described(node):
    if node.sees == EVERYTHING:
        return "sees everything"
    if isinstance(node.sees, Between):
        return "interpolates, so neighbouring outputs read differently"
    return "has branches"
