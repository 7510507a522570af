"""The door of every generated task: a wrong count, seed or word is named before anything is drawn.

A wrong type is a TypeError, a wrong value a ValueError; the message names the function, the
argument, the rule and what was received.
"""

import operator

import numpy as np

from coursekit.geometry import shown

# Seeds and sizes longer than this help nobody, and products of two such numbers fit int64.
_LARGEST = 2**31 - 1


def integer(op, name, value, least, most=_LARGEST, *, multiple=1):
    """`value` as an int from `least` to `most`, divisible by `multiple`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{op}: {name} must be an integer; got {shown(value)}") from None
    if not least <= number <= most:
        rule = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"{op}: {name} must be {rule}; got {shown(number)}")
    if number % multiple:
        raise ValueError(f"{op}: {name} must be a multiple of {multiple}; got {shown(number)}")
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
