"""Finite differences: the oracle of every gradient, in float64."""

import math

import autograd
import numpy as np

STEP = 1e-6


def assert_gradient(function, x, rng, most=60):
    """autograd's gradient of a scalar function equals central differences, entry by entry.

    Of an array with more than `most` entries as many are drawn.
    """
    found = autograd.grad(function)(x)
    assert found.shape == x.shape and found.dtype == x.dtype == np.float64
    places = list(np.ndindex(x.shape))
    if len(places) > most:
        places = [places[i] for i in rng.choice(len(places), most, replace=False)]
    for place in places:
        ahead, behind = x.copy(), x.copy()
        ahead[place] += STEP
        behind[place] -= STEP
        expected = (function(ahead) - function(behind)) / (2 * STEP)
        assert abs(found[place] - expected) <= 1e-6 * (1 + abs(expected)), place


def weighted(shape, rng):
    """A function that makes a scalar of an array of this shape, each entry with its own weight."""
    weights = rng.standard_normal(shape)
    return lambda y: autograd.numpy.sum(weights * y)


def drawn(shape, seed=0, n=2, dtype=np.float64):
    """A batch without ties or zeros, where a maximum or a relu would have a kink."""
    rng = np.random.default_rng(seed)
    values = rng.permutation(n * math.prod(shape)) + 0.5
    return (values / values.size * 4 - 2).reshape(n, *shape).astype(dtype)
