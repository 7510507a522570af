"""What one output of a stack sees: how far, and by how many paths."""

import math
from typing import NamedTuple

import numpy as np

from coursekit.analysis.graph import counted, read
from coursekit.analysis.graph import stack as stack  # figures find it here
from coursekit.analysis.walk import paths, reach
from coursekit.geometry import Window

_MOST_SAMPLES = 10**9  # eight gigabytes of counts
_MOST_BRANCHED = 10**8  # a walk on all axes together holds several such arrays
_LARGEST = np.iinfo(np.int64).max


class ReceptiveField(NamedTuple):
    """Tuples of int in input samples, one entry an axis; see `receptive_field`."""

    size: tuple
    jump: tuple
    start: tuple


def receptive_field(layers):
    """Receptive field of stacked layers, in input samples.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first; convolutions and pools alike.

    Returns
    -------
    ReceptiveField
        Tuples of int, one entry an axis: `size` seen by one output, `jump` between
        neighbouring outputs, `start` of output 0 (negative inside the padding). After a layer
        that sees everything (Flatten, Linear, global pooling, dense attention) size is infinite
        and start minus infinite.

    Raises
    ------
    TypeError
        If `layers` is not a sequence of `Window` or nn layers.
    ValueError
        If there are no layers, their ranks differ, one pads "same" at a stride above 1
        (which depends on the input's size), parallel branches differ in jump, or outputs of an
        upsampling layer stand at fractions of an input sample.
    MemoryError
        If upsampling makes outputs read in more than 10**6 different ways.

    Notes
    -----
    From size = jump = 1 and start = 0, each layer adds ``(k - 1) * d * jump`` to the size, takes
    ``p * jump`` from the start, then multiplies the jump by its stride. The size is an
    upper bound: dilation may leave holes, see `coverage`.

    Pointwise layers change nothing. Parallel branches unite: from the first sample that one of
    them reads to the last, each where its own padding puts it. After upsampling, outputs read
    in different ways, and the size is that of the smallest window that holds what each of them
    reads, placed ``start + o * jump``. Where no layer tells the number of axes (all are pointwise
    or see everything), the one entry holds for each axis.

    References
    ----------
    .. [1] Araujo, Norris, Sim (2019), Computing Receptive Fields of Convolutional
       Neural Networks, Distill, doi:10.23915/distill.00021.

    Examples
    --------
    >>> receptive_field([Window(3, dilation=d) for d in (1, 2, 3)])
    ReceptiveField(size=(13,), jump=(1,), start=(0,))
    """
    graph = read("receptive_field", layers)
    seen = reach("receptive_field", graph.nodes, graph.rank)
    low, high = [min(axis.low) for axis in seen], [max(axis.high) for axis in seen]
    return ReceptiveField(
        tuple(last - first + 1 for first, last in zip(low, high)),
        tuple(axis.jump for axis in seen),
        tuple(low),
    )


def footprint(layers):
    """Number of paths from each input sample to one output of the stack.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. Padding plays no part, but inside branches, where it places what they
        read beside one another.

    Returns
    -------
    ndarray of int64, of shape ``receptive_field(layers).size``
        A path takes one tap of each layer and one branch of each fork; zero marks a sample the
        output never reads. This is also the output's gradient in the input where every weight
        is 1 and branches are added.

    Raises
    ------
    TypeError, ValueError
        As in `receptive_field`; and if a layer sees everything, or interpolates, so that
        outputs read differently.
    OverflowError
        If a count exceeds int64.
    MemoryError
        If the receptive field holds more than 10**9 samples, or 10**8 with branches.

    Examples
    --------
    >>> footprint([Window(3, dilation=2), Window(3, dilation=2)])
    array([1, 0, 2, 0, 3, 0, 2, 0, 1])
    """
    graph = counted("footprint", layers)
    _refuse_size("footprint", graph)
    if not graph.plain:
        return _branched_footprint(graph)
    axes = _axis_paths(graph, object)
    most = math.prod(max(counts) for counts in axes)
    if most > _LARGEST:
        raise OverflowError(f"footprint: a count of {most} paths exceeds int64")
    total = np.ones((), np.int64)
    for counts in axes:
        total = np.multiply.outer(total, counts.astype(np.int64))
    return total


def _branched_footprint(graph):
    """Counts of a net with branches, which are no product of axes.

    No count exceeds the largest one below it, so where the input's counts fit into int64, the
    walk to them fits too. Floats, off by some units in the last place, say whether they do.
    """
    with np.errstate(over="ignore"):
        most = paths("footprint", graph.nodes, graph.rank, np.float64).max()
    if most < 0.999 * _LARGEST:
        return paths("footprint", graph.nodes, graph.rank, np.int64)
    if most < 1.001 * _LARGEST:
        exact = paths("footprint", graph.nodes, graph.rank, object)
        most = exact.max()
        if most <= _LARGEST:
            return exact.astype(np.int64)
    about = f"about {most:.3g}" if math.isfinite(most) else "more than 1e308"
    raise OverflowError(f"footprint: a count of {about} paths exceeds int64")


def reached(name, graph):
    """Which samples some path joins to the output, as bool arrays.

    One array an axis for a plain stack, whose reached samples are the product of its axes; for
    a net with branches a single one with all axes.
    """
    _refuse_size(name, graph)
    if graph.plain:
        return _axis_paths(graph, bool)
    return [paths(name, graph.nodes, graph.rank, bool)]


def _axis_paths(graph, dtype):
    """Paths along each axis of a plain stack, walked one by one: much less to do."""
    return [
        paths("", [
            node._replace(sees=Window(w.kernel_size[axis], w.stride[axis], 0, w.dilation[axis]))
            for node in graph.nodes for w in (node.sees,)
        ], 1, dtype)
        for axis in range(graph.rank)
    ]


def _refuse_size(name, graph):
    seen = math.prod(
        max(axis.high) - min(axis.low) + 1 for axis in reach(name, graph.nodes, graph.rank)
    )
    most = _MOST_SAMPLES if graph.plain else _MOST_BRANCHED
    if seen > most:
        raise MemoryError(
            f"{name}: layers must see at most {most} samples to be counted; got {seen}"
        )
