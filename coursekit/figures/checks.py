"""The questions that several drawings ask of their arguments; each answers in one line."""

from collections.abc import Mapping

import numpy as np

from coursekit.geometry import Window, axes, shown


def numbers(op, name, value, ranks, holds="finite numbers"):
    """`value` as a float array of one of `ranks` axes, neither empty nor with NaN or infinity."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.dtype.kind not in "buif" or array.ndim not in ranks or not array.size:
        rule = " or ".join(f"{rank}-D" for rank in ranks)
        raise ValueError(
            f"{op}: {name} must be a {rule} array of {holds}; got {_described(value, array)}"
        )
    array = array.astype(float)
    if not np.isfinite(array).all():
        raise ValueError(f"{op}: {name} must hold {holds}; got {_first_infinite(array)}")
    return array


def mapping(op, name, value, holds, most):
    """`value` as a dict of 1 to `most` entries whose names are words."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{op}: {name} must be a dict of {holds} by name; got {shown(value)}")
    if not 1 <= len(value) <= most:
        raise ValueError(f"{op}: {name} must hold from 1 to {most} entries; got {len(value)}")
    for key in value:
        if not isinstance(key, str) or not key.strip():
            raise ValueError(f"{op}: {name} must be named in words; got the name {shown(key)}")
    return {" ".join(key.split()): entry for key, entry in value.items()}


def place(op, name, value, shape):
    """An index into `shape`, one int an axis; an int counts for every axis."""
    index = axes(op, name, value, len(shape), 0)
    for at, n in zip(index, shape):
        if at >= n:
            raise ValueError(f"{op}: {name} must lie within {shape}; got {shown(value)}")
    return index


def positions(op, name, value):
    """A shape of one or two axes: an int, or a tuple of one int or two."""
    entries = value if isinstance(value, (tuple, list)) else (value,)
    if len(entries) not in (1, 2):
        raise ValueError(f"{op}: {name} must have 1 or 2 axes; got {shown(value)}")
    return axes(op, name, tuple(entries), len(entries), 1)


def windows(op, value):
    """A Window or a sequence of them, as a list of one rank."""
    found = [value] if isinstance(value, Window) else value
    if not isinstance(found, (list, tuple)) or not found:
        raise TypeError(f"{op}: windows must be a Window or a sequence of them; got {shown(value)}")
    for number, window in enumerate(found):
        if not isinstance(window, Window):
            raise TypeError(f"{op}: windows[{number}] must be a Window; got {shown(window)}")
        if len(window.kernel_size) != len(found[0].kernel_size):
            raise ValueError(
                f"{op}: windows must have one rank; windows[0] is {len(found[0].kernel_size)}-D, "
                f"windows[{number}] is {len(window.kernel_size)}-D"
            )
    return list(found)


def _described(value, array):
    if isinstance(value, np.ndarray) or (array.dtype.kind in "buif" and array.ndim):
        return f"shape {array.shape}, {array.dtype}"
    return shown(value)


def _first_infinite(array):
    return f"{array[~np.isfinite(array)][0]}"
