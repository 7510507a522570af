"""Walks through a graph: the samples an output can see, and the paths that lead to them."""

import math
from typing import NamedTuple

import numpy as np

from coursekit.analysis import graph as graphs
from coursekit.geometry import Window

_MOST_PHASES = 10**6


class Reach(NamedTuple):
    """What the outputs see along one axis, in input samples.

    Output o sees nothing outside ``o * jump + low[o % P] .. o * jump + high[o % P]``. Only
    interpolation makes a number of phases P above 1.
    """

    low: list
    high: list
    jump: int


def reach(name, nodes, rank):
    """The Reach of the last node's outputs, one for each axis."""
    return [_through(name, nodes, axis, rank, Reach([0], [0], 1)) for axis in range(rank)]


def _through(name, nodes, axis, rank, seen):
    for node in nodes:
        if isinstance(node.sees, Window):
            seen = _windowed(name, node, axis, seen)
        elif node.sees == graphs.EVERYTHING:
            seen = Reach([-math.inf], [math.inf], seen.jump)
        elif isinstance(node.sees, graphs.Between):
            seen = _interpolated(name, node, graphs.factors(name, node, rank)[axis], seen)
        else:
            ends = [_through(name, branch, axis, rank, seen) for branch in node.sees]
            seen = _united(name, node, axis, ends)
    return seen


def _windowed(name, node, axis, seen):
    """Reads begin at the first tap and end at the last, for no layer turns places round."""
    stride, first = node.sees.stride[axis], -graphs.zeros_before(name, node, axis)
    last = first + node.sees.extent[axis] - 1
    phases = len(seen.low)
    outputs = range(phases // math.gcd(phases, stride))
    return Reach(
        [seen.low[(o * stride + first) % phases] + first * seen.jump for o in outputs],
        [seen.high[(o * stride + last) % phases] + last * seen.jump for o in outputs],
        seen.jump * stride,
    )


def _interpolated(name, node, factor, seen):
    """Output o stands at (o + 1/2) / factor - 1/2 and reads the samples on both sides of it."""
    if seen.jump % factor:
        raise ValueError(
            f"{name}: outputs must stand a whole number of input samples apart; {node.label} "
            f"upsamples by {factor} where they are {seen.jump} apart"
        )
    jump, phases = seen.jump // factor, len(seen.low)
    _refuse_phases(name, node, phases * factor)
    low, high = [], []
    for o in range(phases * factor):
        below, rest = divmod(2 * o + 1 - factor, 2 * factor)
        above = below + (rest > 0)
        low.append(seen.low[below % phases] + below * seen.jump - o * jump)
        high.append(seen.high[above % phases] + above * seen.jump - o * jump)
    return Reach(low, high, jump)


def _united(name, node, axis, ends):
    """What branches see that end in one sum, or side by side as channels."""
    jumps = [end.jump for end in ends]
    if len(set(jumps)) > 1:
        raise ValueError(
            f"{name}: branches must share a jump; on axis {axis} neighbouring outputs of "
            f"{node.label}'s branches are {' and '.join(map(str, jumps))} input samples apart"
        )
    phases = math.lcm(*(len(end.low) for end in ends))
    _refuse_phases(name, node, phases)
    return Reach(
        [min(end.low[o % len(end.low)] for end in ends) for o in range(phases)],
        [max(end.high[o % len(end.high)] for end in ends) for o in range(phases)],
        jumps[0],
    )


def _refuse_phases(name, node, phases):
    if phases > _MOST_PHASES:
        raise MemoryError(f"{name}: outputs must read in at most {_MOST_PHASES} different ways; "
                          f"{node.label} makes {phases}")


def paths(name, nodes, rank, dtype):
    """Paths from each input sample of the receptive field to one output, on all axes together.

    As bool whether there are any; as int64 or object (Python's integers, which do not overflow)
    how many; as float64 about how many.
    """
    counts, _ = _down(name, nodes, np.ones((1,) * rank, dtype), (0,) * rank)
    return counts


def _down(name, nodes, counts, origin):
    """From counts on a place of the last node's outputs to those on the first one's inputs.

    `origin` is the place that ``counts[0]`` counts, or ``counts[0, 0]``.
    """
    for node in reversed(nodes):
        if graphs.is_branched(node):
            counts, origin = _added([_down(name, branch, counts, origin) for branch in node.sees])
            continue
        window = node.sees
        for axis in range(counts.ndim):
            counts = _spread(counts, axis, window.kernel_size[axis], window.stride[axis],
                             window.dilation[axis])
        origin = tuple(
            place * window.stride[axis] - graphs.zeros_before(name, node, axis)
            for axis, place in enumerate(origin)
        )
    return counts, origin


def _spread(counts, axis, k, stride, dilation):
    """An output at place p reads places p * stride + tap of its layer's input."""
    counts = np.moveaxis(counts, axis, 0)
    span = (len(counts) - 1) * stride + 1
    below = np.zeros((span + (k - 1) * dilation, *counts.shape[1:]), counts.dtype)
    for tap in range(0, k * dilation, dilation):
        below[tap : tap + span : stride] += counts
    return np.moveaxis(below, 0, axis)


def _added(branches):
    """The sum of (counts, origin) pairs, each at its place."""
    origin = tuple(map(min, zip(*(start for _, start in branches))))
    ends = [[at + n for at, n in zip(start, counts.shape)] for counts, start in branches]
    shape = [end - at for end, at in zip(map(max, zip(*ends)), origin)]
    total = np.zeros(shape, branches[0][0].dtype)
    for counts, start in branches:
        place = tuple(
            slice(at - first, at - first + n)
            for at, first, n in zip(start, origin, counts.shape)
        )
        total[place] += counts
    return total, origin
