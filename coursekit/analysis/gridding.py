"""How densely a stack samples what it sees."""

from coursekit.analysis.receptive_field import reached


def coverage(layers):
    """Share of the receptive field that some path touches.

    Parameters
    ----------
    layers : sequence of Window
        First layer first. Padding plays no part.

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
    for axis in reached(layers):
        touched *= int(axis.sum())
        samples *= len(axis)
    return touched / samples
