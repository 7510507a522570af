"""What one output of a stack sees: how far, and by how many paths."""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from coursekit.geometry import Window, shown

_MOST_SAMPLES = 10**9  # eight gigabytes of counts


class ReceptiveField(NamedTuple):
    """Tuples of int in input samples, one entry an axis; see `receptive_field`."""

    size: tuple
    jump: tuple
    start: tuple


def receptive_field(layers):
    """Receptive field of stacked layers, in input samples.

    Parameters
    ----------
    layers : sequence of Window
        First layer first; convolutions and pools alike.

    Returns
    -------
    ReceptiveField
        Tuples of int, one entry an axis: `size` seen by one output, `jump` between
        neighbouring outputs, `start` of output 0 (negative inside the padding).

    Raises
    ------
    TypeError
        If `layers` is not a sequence of `Window`.
    ValueError
        If there are no layers, their ranks differ, or one pads "same" at a stride above 1,
        which depends on the input's size.

    Notes
    -----
    From size = jump = 1 and start = 0, each layer adds ``(k - 1) * d * jump`` to the size, takes
    ``p * jump`` from the start, then multiplies the jump by its stride. The size is an
    upper bound: dilation may leave holes, see `coverage`.

    References
    ----------
    .. [1] Araujo, Norris, Sim (2019), Computing Receptive Fields of Convolutional
       Neural Networks, Distill, doi:10.23915/distill.00021.

    Examples
    --------
    >>> receptive_field([Window(3, dilation=d) for d in (1, 2, 3)])
    ReceptiveField(size=(13,), jump=(1,), start=(0,))
    """
    layers = stack("receptive_field", layers)
    rank = len(layers[0].kernel_size)
    size, jump, start = [1] * rank, [1] * rank, [0] * rank
    for number, layer in enumerate(layers):
        for axis, before in enumerate(_zeros_before(number, layer)):
            size[axis] += (layer.extent[axis] - 1) * jump[axis]
            start[axis] -= before * jump[axis]
            jump[axis] *= layer.stride[axis]
    return ReceptiveField(tuple(size), tuple(jump), tuple(start))


def footprint(layers):
    """Number of paths from each input sample to one output of the stack.

    Parameters
    ----------
    layers : sequence of Window
        First layer first. Padding plays no part.

    Returns
    -------
    ndarray of int64, of shape ``receptive_field(layers).size``
        A path takes one tap of each layer; zero marks a sample the output never reads. This is
        also the output's gradient in the input where every weight is 1.

    Raises
    ------
    TypeError, ValueError
        As in `receptive_field`.
    OverflowError
        If a count exceeds int64.
    MemoryError
        If the receptive field holds more than 10**9 samples.

    Examples
    --------
    >>> footprint([Window(3, dilation=2), Window(3, dilation=2)])
    array([1, 0, 2, 0, 3, 0, 2, 0, 1])
    """
    axes = [_paths(axis, object) for axis in _by_axis("footprint", layers)]
    most = 1
    for counts in axes:
        most *= max(counts)
    if most > np.iinfo(np.int64).max:
        raise OverflowError(f"footprint: a count of {most} paths exceeds int64")
    total = np.ones((), np.int64)
    for counts in axes:
        total = np.multiply.outer(total, counts.astype(np.int64))
    return total


def reached(layers):
    """Whether some path joins each input sample to the output: a bool array for each axis."""
    return [_paths(axis, bool) for axis in _by_axis("coverage", layers)]


def stack(name, layers):
    """`layers` as a list, or an error that names the caller."""
    if isinstance(layers, Window) or not hasattr(layers, "__iter__"):
        raise TypeError(
            f"{name}: layers must be a sequence of Window, such as [Window(3)]; got {shown(layers)}"
        )
    layers = list(layers)
    if not layers:
        raise ValueError(f"{name}: layers must hold at least one layer; got none")
    for number, layer in enumerate(layers):
        if not isinstance(layer, Window):
            raise TypeError(f"{name}: layers[{number}] must be a Window; got {shown(layer)}")
        if len(layer.kernel_size) != len(layers[0].kernel_size):
            raise ValueError(
                f"{name}: layers must have one rank; layers[0] is "
                f"{len(layers[0].kernel_size)}-D, layers[{number}] is {len(layer.kernel_size)}-D"
            )
    return layers


def _zeros_before(number, layer):
    if layer.padding == "same":
        if max(layer.stride) > 1:
            raise ValueError(
                f"receptive_field: layers[{number}] pads 'same' at stride {layer.stride}, which "
                f"depends on the input's size; give its padding in numbers"
            )
        return [(extent - 1) // 2 for extent in layer.extent]
    return [before for before, _ in layer.padding]


def _by_axis(name, layers):
    """For each axis the layers' (kernel size, stride, dilation)."""
    layers = stack(name, layers)
    rank = len(layers[0].kernel_size)
    seen = math.prod(receptive_field([replace(layer, padding=0) for layer in layers]).size)
    if seen > _MOST_SAMPLES:
        raise MemoryError(
            f"{name}: layers must see at most {_MOST_SAMPLES} samples to be counted; got {seen}"
        )
    return [
        [(layer.kernel_size[a], layer.stride[a], layer.dilation[a]) for layer in layers]
        for a in range(rank)
    ]


def _paths(layers, dtype):
    """Paths along one axis: as bool whether there are any, as object in Python's integers, which
    do not overflow.

    Walks from the one output down to the input: a sample at place p of a layer's output is read
    from places p * stride + tap of its input.
    """
    counts = np.ones(1, dtype)
    for k, stride, dilation in reversed(layers):
        below = np.zeros((len(counts) - 1) * stride + (k - 1) * dilation + 1, dtype)
        for tap in range(0, k * dilation, dilation):
            below[tap : tap + (len(counts) - 1) * stride + 1 : stride] += counts
        counts = below
    return counts
