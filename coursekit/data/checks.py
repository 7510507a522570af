"""The door of every generated task: a wrong count, seed or word is named before anything is drawn.

A wrong type is a TypeError, a wrong value a ValueError; the message names the function, the
argument, the rule and what was received.
"""

import numpy as np

from coursekit import geometry
from coursekit.geometry import shown


def integer(op, name, value, least, most=geometry.LARGEST, *, multiple=1):
    """`value` as an int from `least` to `most`, divisible by `multiple`."""
    number = geometry.integer(op, name, value, least, most)
    if number % multiple:
        raise ValueError(f"{op}: {name} must be a multiple of {multiple}; got {number}")
    return number


def choice(op, name, value, choices):
    """`value`, which must be one of the words `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{op}: {name} must be one of {tuple(choices)}; got {shown(value)}")
    return value


def draws(op, n, seed, stream=0):
    """The checked number of samples, and the random numbers of this seed and stream."""
    n = integer(op, "n", n, 0)
    return n, np.random.default_rng([integer(op, "seed", seed, 0), stream])
