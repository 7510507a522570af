"""How densely a stack samples what it sees."""

import numpy as np

from coursekit.analysis.graph import counted, inside, zeros_before
from coursekit.analysis.receptive_field import reached
from coursekit.analysis.walk import reach
from coursekit.geometry import Window

_BLOCK = 2**20  # frequencies at a time
_MOST_RATE = 10**7  # some seconds a rate


def coverage(layers):
    """Share of the receptive field that some path touches.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. Padding plays no part, but inside branches, where it places what they
        read beside one another.

    Returns
    -------
    float
        In (0, 1], over all axes together: 1.0 where every sample is read, less where dilation
        leaves holes.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `footprint`.

    Examples
    --------
    >>> from coursekit.geometry import Window
    >>> coverage([Window((3, 3), dilation=2)] * 3) == 49 / 169
    True
    >>> coverage([Window((3, 3), dilation=d) for d in (1, 2, 3)])
    1.0
    """
    touched = samples = 1
    for taps in reached("coverage", counted("coverage", layers)):
        touched *= int(taps.sum())
        samples *= taps.size
    return touched / samples


def neighbour_overlap(layers):
    """Share of an output's taps that the next output along the first axis has too.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. Padding plays no part, as in `coverage`.

    Returns
    -------
    float
        In [0, 1). 0.0: neighbouring outputs are computed from different samples altogether, as
        with rates 2, 2, 2. A tap is a sample that some path touches, whatever the number of
        paths; after strides the next output's taps lie a jump further on.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `footprint`.

    Examples
    --------
    >>> from coursekit.geometry import Window
    >>> neighbour_overlap([Window(3, dilation=2)] * 3)
    0.0
    >>> neighbour_overlap([Window(3, dilation=d) for d in (1, 2, 4)]) == 14 / 15
    True
    """
    graph = counted("neighbour_overlap", layers)
    jump = reach("neighbour_overlap", graph.nodes, graph.rank)[0].jump
    # In a product of axes, the other axes' taps are the same for both outputs.
    taps = reached("neighbour_overlap", graph)[0]
    if jump >= len(taps):
        return 0.0
    return int((taps[jump:] & taps[:-jump]).sum()) / int(taps.sum())


def gridding_gain(layers):
    """How much of the worst lattice pattern passes a stack of smoothing kernels.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. Padding plays no part, as in `coverage`.

    Returns
    -------
    float
        In [0, 1]: the largest magnitude of the stack's response along the first axis at
        2 pi m / q (radians an input sample) for each rate q > 1 of the stack and 0 < m < q, if
        every layer's taps are binomial with sum 1. 1.0: some pattern passes in full, as with
        rates 2, 2, 2. 0.0 where no rate exceeds 1.

    Raises
    ------
    TypeError, ValueError
        As in `footprint`; and if a rate exceeds 10**7, which has as many frequencies.

    Notes
    -----
    A window of k binomial taps has the response ``cos(w * d / 2) ** (k - 1)`` at frequency w; its
    taps lie jump * d input samples apart where strides come before it. Rates are the layers' own
    dilations. Pools count as such windows too. Parallel branches are averaged, a residual's
    identity among them, so that a constant passes with factor 1.

    Examples
    --------
    >>> from coursekit.geometry import Window
    >>> gridding_gain([Window(3, dilation=2)] * 3)
    1.0
    >>> gridding_gain([Window(3, dilation=d) for d in (1, 2, 4)])
    0.0
    >>> round(gridding_gain([Window(3, dilation=d) for d in (1, 2, 5)]), 4)
    0.0625
    """
    graph = counted("gridding_gain", layers)
    reach("gridding_gain", graph.nodes, graph.rank)  # refuses branches of different jumps
    windows = [node.sees for node in inside(graph.nodes) if isinstance(node.sees, Window)]
    rates, worst = sorted({window.dilation[0] for window in windows} - {1}), 0.0
    if rates and rates[-1] > _MOST_RATE:
        raise ValueError(f"gridding_gain: rates must be at most {_MOST_RATE}; got {rates[-1]}")
    for q in rates:
        # The response at -w is the conjugate of that at w.
        for first in range(1, q // 2 + 1, _BLOCK):
            m = np.arange(first, min(first + _BLOCK, q // 2 + 1))
            response, _ = _response(graph.nodes, m, q, 1)
            worst = max(worst, float(np.abs(response).max()))
    return min(worst, 1.0)


def _response(nodes, m, q, jump):
    """The complex response at 2 pi m / q, and the jump that the nodes lead to."""
    total = np.ones(len(m), complex)
    for node in nodes:
        if isinstance(node.sees, Window):
            k, d = node.sees.kernel_size[0], node.sees.dilation[0]
            # The middle of the taps stands half this far from the output's place.
            twice = d * (k - 1) - 2 * zeros_before("gridding_gain", node, 0)
            total *= _turn(m, q, jump * twice) * _turn(m, q, jump * d).real ** (k - 1)
            jump *= node.sees.stride[0]
        else:
            branches = [_response(branch, m, q, jump) for branch in node.sees]
            total *= sum(response for response, _ in branches) / len(branches)
            jump = branches[0][1]
    return total, jump


def _turn(m, q, halves):
    """``exp(1j * pi * m * halves / q)``, exact at quarter turns."""
    quarters = 2 * (m * (halves % (2 * q)) % (2 * q))  # of the turn, times q
    turn = np.exp(0.5j * np.pi * quarters / q)
    exact = quarters % q == 0
    turn[exact] = np.array([1, 1j, -1, -1j])[quarters[exact] // q]
    return turn
