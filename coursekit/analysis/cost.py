"""What a net costs: parameters, multiplications, memory."""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from coursekit import geometry
from coursekit.analysis import graph as graphs
from coursekit.analysis.checks import sample_shape
from coursekit.geometry import Window, integer, shown
from coursekit.ops.checks import is_float


class Cost(NamedTuple):
    """Numbers for one sample, in one forward pass; see `cost`."""

    parameters: int
    macs: int
    activations: int
    bytes: int


class Entry(NamedTuple):
    """One layer of a walk: where it stands, what comes out, what it costs itself.

    A layer of layers has an entry too, before those of its layers, and its own cost is the
    array it merges its branches into. `nodes` lead from the input to its output, with paddings
    in numbers.
    """

    label: str
    depth: int
    layer: object
    out_shape: tuple
    parameters: int
    macs: int
    activations: int
    nodes: list


def cost(layers, input_shape, *, dtype=np.float32):
    """Parameters, multiply-accumulates and memory of one sample's forward pass.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. A Window counts as a convolution without bias that keeps the number
        of channels.
    input_shape : tuple of int
        ``(C, L)`` or ``(C, H, W)``, one sample.
    dtype : {float32, float64}
        Of parameters and activations.

    Returns
    -------
    Cost
        `parameters`; `macs`, multiply-accumulates, those on padding included, with none for
        pools, activation functions and interpolation; `activations`, the numbers in all layers'
        outputs, where the sum or row of channels that branches merge into counts as one output
        more; `bytes` of parameters and activations.

    Raises
    ------
    TypeError
        If `layers` holds something else, or a number is no integer.
    ValueError
        If a layer does not fit what comes out of the one before; the message names it.

    Examples
    --------
    >>> cost([Window((3, 3), padding="same", dilation=2)] * 2, (16, 32, 32))
    Cost(parameters=4608, macs=4718592, activations=32768, bytes=149504)
    """
    if not is_float(dtype):
        raise TypeError(f"cost: dtype must be float32 or float64; got {shown(dtype)}")
    return total(walk("cost", layers, input_shape), dtype)


def attention_crossover(kernel_taps, channels):
    """Positions above which dense self-attention multiplies more than a convolution.

    Parameters
    ----------
    kernel_taps : int
        Taps of the convolution on all axes together: 9 for a 3x3 kernel.
    channels : int
        C, in and out.

    Returns
    -------
    float
        ``(kernel_taps - 4) * channels / 2``; 0.0 where attention never multiplies less.

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or below 1.

    Notes
    -----
    On N positions the convolution takes ``kernel_taps * N * C**2`` multiply-accumulates;
    attention takes ``4 * N * C**2`` for query, key, value and output, and ``2 * N**2 * C`` for
    scores and weighted values. The softmax is not counted.

    Examples
    --------
    >>> attention_crossover(9, 64)
    160.0
    >>> attention_crossover(3, 64)
    0.0
    """
    kernel_taps = integer("attention_crossover", "kernel_taps", kernel_taps, 1)
    channels = integer("attention_crossover", "channels", channels, 1)
    return max(kernel_taps - 4, 0) * channels / 2


def walk(name, layers, input_shape):
    """The Entry of each layer, in order, for a sample of `input_shape`."""
    listed = graphs.labelled(name, layers)
    graphs.read(name, [layer for _, layer in listed])  # refuses what is no layer, and mixed ranks
    shape = sample_shape(name, "input_shape", input_shape)
    return _row(name, listed, shape, 0, [])[0]


def total(entries, dtype=np.float32):
    """Their Cost."""
    parameters = sum(entry.parameters for entry in entries)
    activations = sum(entry.activations for entry in entries)
    return Cost(parameters, sum(entry.macs for entry in entries), activations,
                np.dtype(dtype).itemsize * (parameters + activations))


def _row(name, listed, shape, depth, before):
    """Entries of layers in a row, and the nodes that lead from the net's input to their end."""
    entries = []
    for label, layer in listed:
        these = _entries(name, label, layer, shape, depth, before)
        entries += these
        shape, before = these[0].out_shape, these[0].nodes
    return entries, before


def _entries(name, label, layer, shape, depth, before):
    """A layer's entry and those of the layers in it."""
    out = _out_shape(name, label, layer, shape)
    if isinstance(layer, Window):
        weights = shape[0] ** 2 * math.prod(layer.kernel_size)
        costs = weights, weights * math.prod(out[1:]), math.prod(out)
    elif not isinstance(layer.sees, tuple):
        costs = layer.size(shape), layer.macs(shape), math.prod(out)
    else:
        rows = [_row(name, part, shape, depth + 1, before) for part in graphs.parts(label, layer)]
        if len(rows) == 1:
            costs, nodes = (0, 0, 0), rows[0][1]
        else:
            branches = tuple(nodes[len(before):] for _, nodes in rows)
            costs, nodes = (0, 0, math.prod(out)), [*before, graphs.Node(label, branches)]
        inner = [entry for entries, _ in rows for entry in entries]
        return [Entry(label, depth, layer, out, *costs, nodes), *inner]
    nodes = [
        node if not isinstance(node.sees, Window) else
        node._replace(sees=replace(node.sees, padding=node.sees.pads(shape[1:])))
        for node in graphs.expand(name, label, layer)
    ]
    return [Entry(label, depth, layer, out, *costs, [*before, *nodes])]


def _out_shape(name, label, layer, shape):
    if isinstance(layer, Window):
        spatial = geometry.out_shape(f"{name}: {label}", layer, shape[1:])
        return (shape[0], *spatial)
    try:
        return tuple(layer.out_shape(shape))
    except ValueError as error:
        raise ValueError(f"{name}: {label}: {error}") from None
