"""What a net costs: parameters, multiplications, memory."""

import math
from typing import NamedTuple

import numpy as np

from coursekit import geometry
from coursekit.analysis import graph as graphs
from coursekit.analysis.checks import count, sample_shape
from coursekit.geometry import Window, shown


class Cost(NamedTuple):
    """Numbers for one sample, in one forward pass; see `cost`."""

    parameters: int
    macs: int
    activations: int
    bytes: int


class Entry(NamedTuple):
    """One layer of a walk: where it stands, what goes in and comes out, what it costs itself.

    A layer of layers has an entry too, before those of its layers: `inner` says which number
    of entries these are, and its own cost is the array it merges its branches into.
    """

    label: str
    depth: int
    layer: object
    shape: tuple
    out_shape: tuple
    parameters: int
    macs: int
    activations: int
    inner: int


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
    try:
        itemsize = np.dtype(dtype).itemsize
        known = np.dtype(dtype) in (np.float32, np.float64)
    except TypeError:
        known = False
    if not known:
        raise TypeError(f"cost: dtype must be float32 or float64; got {shown(dtype)}")
    entries = walk("cost", layers, input_shape)
    parameters = sum(entry.parameters for entry in entries)
    activations = sum(entry.activations for entry in entries)
    return Cost(parameters, sum(entry.macs for entry in entries), activations,
                itemsize * (parameters + activations))


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
    kernel_taps = count("attention_crossover", "kernel_taps", kernel_taps)
    channels = count("attention_crossover", "channels", channels)
    return max(kernel_taps - 4, 0) * channels / 2


def walk(name, layers, input_shape):
    """The Entry of each layer, in order, for a sample of `input_shape`."""
    listed = graphs.labelled(name, layers)
    graphs.read(name, [layer for _, layer in listed])  # refuses what is no layer, and mixed ranks
    return _row(name, listed, sample_shape(name, "input_shape", input_shape), 0)


def _row(name, labelled, shape, depth):
    entries = []
    for label, layer in labelled:
        entries += (these := _entries(name, label, layer, shape, depth))
        shape = these[0].out_shape
    return entries


def _entries(name, label, layer, shape, depth):
    """A layer's entry and those of the layers in it."""
    out = _out_shape(name, label, layer, shape)
    if isinstance(layer, Window):
        weights = shape[0] ** 2 * math.prod(layer.kernel_size)
        macs = weights * math.prod(out[1:])
        return [Entry(label, depth, layer, shape, out, weights, macs, math.prod(out), 0)]
    if not isinstance(layer.sees, tuple):
        return [Entry(label, depth, layer, shape, out, layer.size(shape), layer.macs(shape),
                      math.prod(out), 0)]
    inner = [
        entry for part in graphs.parts(label, layer)
        for entry in _row(name, part, shape, depth + 1)
    ]
    merged = math.prod(out) if len(layer.sees) > 1 else 0
    return [Entry(label, depth, layer, shape, out, 0, 0, merged, len(inner)), *inner]


def _out_shape(name, label, layer, shape):
    if isinstance(layer, Window):
        spatial = geometry.out_shape(f"{name}: {label}", layer, shape[1:])
        return (shape[0], *spatial)
    try:
        return tuple(layer.out_shape(shape))
    except ValueError as error:
        raise ValueError(f"{name}: {label}: {error}") from None
