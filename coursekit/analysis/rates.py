"""Rules for choosing rates, and what rates do at a map's border and to a net's labels."""

from typing import NamedTuple

import numpy as np

from coursekit.geometry import axes, integer, shown


class HDC(NamedTuple):
    """M_1 .. M_n, and whether they satisfy the rule; see `hdc`."""

    maximum_distances: tuple
    satisfied: bool


def hdc(kernel_size, dilations):
    """The rule of hybrid dilated convolution, as published.

    Parameters
    ----------
    kernel_size : int
        Taps of each layer along one axis.
    dilations : sequence of int
        First layer first.

    Returns
    -------
    HDC
        `maximum_distances` (M_1 .. M_n): M_n = r_n and M_i = max(M_{i+1} - 2 r_i,
        2 r_i - M_{i+1}, r_i). `satisfied`: M_2 <= kernel_size; for one layer, r_1 <= 1.

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or below 1, or there are no dilations.

    Notes
    -----
    The rule decides what `covers` decides only for 3 taps, r_1 = 1 and rates that do not fall.

    References
    ----------
    .. [1] Wang et al. (2018), Understanding convolution for semantic segmentation,
       arXiv:1702.08502.

    Examples
    --------
    >>> hdc(3, [1, 2, 5])
    HDC(maximum_distances=(1, 2, 5), satisfied=True)
    >>> hdc(3, [1, 2, 9])
    HDC(maximum_distances=(3, 5, 9), satisfied=False)
    """
    kernel_size, dilations = _stack("hdc", kernel_size, dilations)
    distances = [dilations[-1]]
    for rate in reversed(dilations[:-1]):
        above = distances[0]
        distances.insert(0, max(above - 2 * rate, 2 * rate - above, rate))
    if len(dilations) == 1:
        return HDC((dilations[0],), dilations[0] <= 1)
    return HDC(tuple(distances), distances[1] <= kernel_size)


def covers(kernel_size, dilations):
    """Whether a stack reads every sample of its receptive field: the exact rule.

    Parameters
    ----------
    kernel_size : int
        Taps of each layer along one axis.
    dilations : sequence of int
        Rates in any order; it does not matter.

    Returns
    -------
    bool
        Whether the set of all sums of taps has no hole. A square kernel's stack covers its
        square where this one covers.

    Raises
    ------
    TypeError, ValueError
        As in `hdc`.

    Notes
    -----
    In rising order, each rate must not exceed the receptive field of the rates before it: then
    its taps join whole fields without a gap. If one does, the first sample behind that field is
    missing for good, as this rate and all later ones step over it.

    Examples
    --------
    >>> covers(3, [1, 2, 5]), covers(3, [1, 2, 9]), covers(3, [2, 3, 5])
    (True, False, False)
    >>> covers(3, [1, 3, 9, 27])
    True
    """
    kernel_size, dilations = _stack("covers", kernel_size, dilations)
    if kernel_size == 1:
        return True
    field = 1
    for rate in sorted(dilations):
        if rate > field:
            return False
        field += (kernel_size - 1) * rate
    return True


def valid_tap_shares(size, rate):
    """How many taps of a 3x3 kernel fall on the map, position by position.

    Parameters
    ----------
    size : int
        Rows and columns of the map.
    rate : int
        Dilation; the padding is as wide, so that the map keeps its size.

    Returns
    -------
    dict
        ``{number of valid taps: share of positions}``, most taps first; shares sum to 1. Numbers
        that do not occur are left out.

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or below 1.

    References
    ----------
    .. [1] Chen et al. (2017), Rethinking atrous convolution for semantic image segmentation,
       arXiv:1706.05587, figure 4.

    Examples
    --------
    >>> {taps: round(share, 3) for taps, share in valid_tap_shares(65, 6).items()}
    {9: 0.665, 6: 0.301, 4: 0.034}
    >>> valid_tap_shares(65, 65)
    {1: 1.0}
    """
    size = integer("valid_tap_shares", "size", size, 1)
    rate = integer("valid_tap_shares", "rate", rate, 1)
    # Along one axis: the middle tap, one at least `rate` from the start, one as far from the end.
    inner = max(size - rate, 0)
    all_three = max(size - 2 * rate, 0)
    along = {3: all_three, 2: 2 * (inner - all_three), 1: size - 2 * inner + all_three}
    positions = {}
    for rows, high in along.items():
        for columns, wide in along.items():
            positions[rows * columns] = positions.get(rows * columns, 0) + high * wide
    return {taps: number / size**2 for taps, number in sorted(positions.items(), reverse=True)
            if number}


def neighbour_disagreement(labels, mask):
    """Share of neighbouring positions that a net labels differently: a grid shows in it.

    Parameters
    ----------
    labels : ndarray of int, (..., H, W)
        Predicted classes; leading axes are separate images.
    mask : ndarray of bool, of labels' shape
        Where to look: inside objects, true labels agree, so every disagreement is an error.

    Returns
    -------
    float
        Of the pairs of 4-neighbours with both positions in `mask`, the share whose labels differ.

    Raises
    ------
    TypeError
        If `labels` are not integers, or `mask` is not bool.
    ValueError
        If shapes differ or have fewer than 2 axes, or `mask` holds no pair of neighbours.

    Examples
    --------
    >>> labels = np.array([[0, 1, 0], [0, 0, 0]])
    >>> neighbour_disagreement(labels, np.ones((2, 3), bool)) == 3 / 7
    True
    """
    labels, mask = _maps(labels, mask)
    pairs = differ = 0
    for axis in (-2, -1):
        here, there = np.swapaxes(labels, axis, -1), np.swapaxes(mask, axis, -1)
        both = there[..., 1:] & there[..., :-1]
        pairs += int(both.sum())
        differ += int((both & (here[..., 1:] != here[..., :-1])).sum())
    if not pairs:
        raise ValueError("neighbour_disagreement: mask must hold two neighbouring positions; got "
                         f"{int(mask.sum())} positions, none beside another")
    return differ / pairs


def _maps(labels, mask):
    name = "neighbour_disagreement"
    for argument, array, kinds, rule in (
        ("labels", labels, "iub", "integers, one class a position (argmax over the channels)"),
        ("mask", mask, "b", "bool, such as labels > 0"),
    ):
        if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
            raise TypeError(
                f"{name}: {argument} must be a NumPy array; got {type(array).__name__}"
            )
        if array.dtype.kind not in kinds:
            raise TypeError(f"{name}: {argument} must hold {rule}; got {array.dtype}")
    if labels.ndim < 2 or labels.shape != mask.shape:
        raise ValueError(f"{name}: labels and mask must have one shape (..., H, W); got "
                         f"{labels.shape} and {mask.shape}")
    return labels, mask


def _stack(name, kernel_size, dilations):
    """Checked: an int from 1 up, and a tuple of at least one of them."""
    kernel_size = integer(name, "kernel_size", kernel_size, 1)
    if isinstance(dilations, (str, bytes)) or not hasattr(dilations, "__iter__"):
        raise TypeError(
            f"{name}: dilations must be a sequence of integers; got {shown(dilations)}"
        )
    dilations = tuple(dilations)
    if not dilations:
        raise ValueError(f"{name}: dilations must hold at least one rate; got none")
    return kernel_size, axes(name, "dilations", dilations, len(dilations), 1)

