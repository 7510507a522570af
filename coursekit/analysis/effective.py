"""How strongly an output depends on what it sees: measured on a net, and as theory has it."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from coursekit.analysis.checks import sample_shape
from coursekit.analysis.graph import counted, zeros_before
from coursekit.analysis.walk import reach
from coursekit.geometry import Window, integer, shown


def effective_receptive_field(net, params, shape, *, samples=16, seed=0):
    """How strongly the output in the middle depends on each input position.

    Parameters
    ----------
    net : nn layer, or any ``net(params, x)`` that autograd can follow
        From (1, C, *spatial) to (1, channels, *spatial).
    params : ndarray of float32 or float64, 1-D
        Trained, or drawn by ``net.init``. They stay the same for all samples.
    shape : tuple of int
        ``(C, *spatial)`` of one input; an odd number of positions has a true middle.
    samples : int, default 16
        Inputs to average over.
    seed : int, default 0
        Of the inputs.

    Returns
    -------
    map : ndarray of float64, of shape `spatial`
        Mean of ``|gradient|`` over samples and input channels, of the sum over channels of the
        output at the middle: place ``n // 2`` of n on each axis.
    deviation : tuple of float
        Standard deviation of the map along each axis, in input samples, if the map is taken as
        a distribution.

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong, the net does not take such an input, or its gradient is not
        finite, or zero everywhere.

    Notes
    -----
    Inputs are drawn from the standard normal distribution; nothing else is random here. For a
    linear net all inputs give one map, and `samples` may be 1. An average over drawn parameters
    needs a call for each draw.

    References
    ----------
    .. [1] Luo, Li, Urtasun, Zemel (2016), Understanding the effective receptive field in deep
       convolutional neural networks, arXiv:1701.04128.

    Examples
    --------
    >>> from coursekit import nn
    >>> net = nn.Sequential(*[nn.Conv(1, 3, padding="same", bias=False)] * 2)
    >>> strength, deviation = effective_receptive_field(net, np.ones(6), (1, 9), samples=1)
    >>> strength
    array([0., 0., 1., 2., 3., 2., 1., 0., 0.])
    >>> round(deviation[0], 4)
    1.1547
    """
    from autograd import grad  # takes a moment to load, which the rest need not wait for

    name = "effective_receptive_field"
    shape, samples, seed = _checked(net, params, shape, samples, seed)
    rng = np.random.default_rng(seed)
    gradient = grad(lambda x: _middle(net(params, x)))
    total = np.zeros(shape)
    for _ in range(samples):
        x = rng.standard_normal((1, *shape)).astype(params.dtype)
        total += np.abs(gradient(x)[0])
    strength = total.mean(axis=0) / samples
    if not np.isfinite(strength).all() or not strength.any():
        got = "zeros everywhere" if not strength.any() else "numbers that are not finite"
        raise ValueError(f"{name}: the output in the middle must depend on the input, by a finite "
                         f"gradient; got {got}")
    return strength, _deviation(strength)


def theoretical_erf(layers):
    """Standard deviation of the effective receptive field, if all weights are equal.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. Padding plays no part, but inside branches, where it places what they
        read beside one another.

    Returns
    -------
    tuple of float
        In input samples, one entry an axis: the standard deviation of `footprint` as a
        distribution, each path as likely as any other.

    Raises
    ------
    TypeError, ValueError
        As in `footprint`, which may be too long to count where this is not.
    OverflowError
        If a variance exceeds float64.

    Notes
    -----
    For a stack it is the root of the sum of ``jump**2 * d**2 * (k**2 - 1) / 12`` over the layers:
    variances of independent taps add up. For n plain layers of 3 taps this is ``sqrt(2 n / 3)``,
    while the receptive field is 2 n + 1. Branches mix by their numbers of paths.

    References
    ----------
    .. [1] Luo, Li, Urtasun, Zemel (2016), Understanding the effective receptive field in deep
       convolutional neural networks, arXiv:1701.04128.

    Examples
    --------
    >>> theoretical_erf([Window(3)] * 6)
    (2.0,)
    """
    graph = counted("theoretical_erf", layers)
    reach("theoretical_erf", graph.nodes, graph.rank)  # refuses branches of different jumps
    variances = [_moments(graph.nodes, axis, 1)[0].variance for axis in range(graph.rank)]
    try:
        return tuple(map(math.sqrt, variances))
    except OverflowError:
        raise OverflowError("theoretical_erf: a variance exceeds float64; the layers' strides "
                            "multiply to too much") from None


class _Moments(NamedTuple):
    """Of the places that paths lead to: how many paths, and in exact numbers the rest."""

    paths: int
    mean: Fraction
    variance: Fraction


def _moments(nodes, axis, jump):
    """_Moments of paths through the nodes along one axis, and the jump that these lead to."""
    paths, mean, variance = 1, Fraction(0), Fraction(0)
    for node in nodes:
        if isinstance(node.sees, Window):
            k, d = node.sees.kernel_size[axis], node.sees.dilation[axis] * jump
            before = zeros_before("theoretical_erf", node, axis) * jump
            # Paths that are alike on this axis still count, in the other one.
            step = _Moments(math.prod(node.sees.kernel_size), Fraction((k - 1) * d, 2) - before,
                            Fraction(d * d * (k * k - 1), 12))
            jump *= node.sees.stride[axis]
        else:
            branches = [_moments(branch, axis, jump) for branch in node.sees]
            step, jump = _mixed([moments for moments, _ in branches]), branches[0][1]
        paths, mean, variance = paths * step.paths, mean + step.mean, variance + step.variance
    return _Moments(paths, mean, variance), jump


def _mixed(branches):
    paths = sum(branch.paths for branch in branches)
    mean = sum(branch.paths * branch.mean for branch in branches) / paths
    spread = sum(
        branch.paths * (branch.variance + (branch.mean - mean) ** 2) for branch in branches
    )
    return _Moments(paths, mean, spread / paths)


def _middle(y):
    """The sum over channels of the output in the middle of (1, channels, *spatial)."""
    name = "effective_receptive_field"
    shape = getattr(y, "shape", None)
    if not isinstance(shape, tuple):
        raise TypeError(f"{name}: net must return an array; got {type(y).__name__}")
    if len(shape) < 2 or shape[0] != 1 or not all(shape):
        raise ValueError(f"{name}: net must return one sample (1, channels, ...); got {shape}")
    if isinstance(y, np.ndarray):  # autograd follows a box, and this is none
        raise ValueError(f"{name}: the output in the middle must depend on the input, by a finite "
                         f"gradient; got a constant")
    return y[(0, slice(None), *(n // 2 for n in shape[2:]))].sum()


def _deviation(strength):
    """Standard deviation along each axis of an array taken as a distribution."""
    spreads = []
    for axis in range(strength.ndim):
        others = tuple(other for other in range(strength.ndim) if other != axis)
        share = strength.sum(axis=others) / strength.sum()
        places = np.arange(len(share))
        mean = float(share @ places)
        spreads.append(math.sqrt(float(share @ (places - mean) ** 2)))
    return tuple(spreads)


def _checked(net, params, shape, samples, seed):
    name = "effective_receptive_field"
    if not callable(net) or isinstance(net, type):
        raise TypeError(f"{name}: net must be a net, called as net(params, x); got {shown(net)}")
    if not isinstance(params, np.ndarray) or params.dtype not in (np.float32, np.float64):
        kind = getattr(params, "dtype", type(params).__name__)
        raise TypeError(f"{name}: params must be an array of float32 or float64; got {kind}")
    shape = sample_shape(name, "shape", shape)
    if len(shape) not in (2, 3):
        raise ValueError(f"{name}: shape must be (C, L) or (C, H, W); got {shape}")
    if hasattr(net, "out_shape"):  # a layer, and no function written by hand
        try:
            net.out_shape(shape)
        except ValueError as error:
            raise ValueError(f"{name}: shape must fit the net; {error}") from None
        if params.shape != (size := net.size(shape),):
            raise ValueError(f"{name}: params must be one vector of {size} numbers for this net "
                             f"and shape; got shape {params.shape}")
    return shape, integer(name, "samples", samples, 1), integer(name, "seed", seed, 0)
