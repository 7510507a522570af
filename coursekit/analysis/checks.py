"""Arguments that several measurements share, checked once at the door."""

from coursekit.geometry import axes, shown


def sample_shape(name, argument, shape):
    """``(C, *spatial)`` as a tuple of at least one int, none below 1."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{name}: {argument} must be a tuple (C, *spatial); got {shown(shape)}")
    if not shape:
        raise ValueError(f"{name}: {argument} must be (C, *spatial); got {shown(shape)}")
    return axes(name, argument, tuple(shape), len(shape), 1)
