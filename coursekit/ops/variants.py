"""Four ways to see farther with the same weights, behind one signature."""

from coursekit import geometry
from coursekit.ops.conv import conv
from coursekit.ops.pool import max_pool


def standard(x, w, b=None, *, rate=2, padding="same"):
    """Convolution at stride 1 and dilation 1: the one the others are compared with.

    Parameters
    ----------
    x, w, b, padding
        As in `conv`.
    rate : int or tuple of int, default 2
        Ignored; here so that all four are called alike.

    Returns
    -------
    ndarray
        Under "same", of x's spatial shape.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `conv`.

    Examples
    --------
    >>> import numpy as np
    >>> standard(np.ones((1, 1, 5)), np.ones((1, 1, 3)))[0, 0]
    array([2., 3., 3., 3., 2.])
    """
    return conv(x, w, b, padding=padding)


def strided(x, w, b=None, *, rate=2, padding="same"):
    """Convolution that keeps one output in `rate` along each axis.

    Parameters
    ----------
    x, w, b, padding
        As in `conv`.
    rate : int or tuple of int, default 2
        The stride.

    Returns
    -------
    ndarray
        Under "same", of ``ceil(n / rate)`` samples an axis.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `conv`, and if `rate` is not a whole number from 1 up.

    Examples
    --------
    >>> import numpy as np
    >>> strided(np.ones((1, 1, 5)), np.ones((1, 1, 3)))[0, 0]
    array([2., 3., 2.])
    """
    return conv(x, w, b, stride=_rate("strided", rate), padding=padding)


def pooled(x, w, b=None, *, rate=2, padding="same"):
    """Convolution at stride 1, then the maximum of each `rate` outputs along each axis.

    Parameters
    ----------
    x, w, b, padding
        As in `conv`; the pooling pads "same".
    rate : int or tuple of int, default 2
        Kernel size and stride of the pooling.

    Returns
    -------
    ndarray
        Under "same", of ``ceil(n / rate)`` samples an axis.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `conv`, and if `rate` is not a whole number from 1 up.

    Examples
    --------
    >>> import numpy as np
    >>> pooled(np.ones((1, 1, 5)), np.ones((1, 1, 3)))[0, 0]
    array([3., 3., 2.])
    """
    rate = _rate("pooled", rate)
    return max_pool(conv(x, w, b, padding=padding), rate, stride=rate, padding="same")


def dilated(x, w, b=None, *, rate=2, padding="same"):
    """Convolution whose taps stand `rate` samples apart.

    Parameters
    ----------
    x, w, b, padding
        As in `conv`.
    rate : int or tuple of int, default 2
        The dilation.

    Returns
    -------
    ndarray
        Under "same", of x's spatial shape.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `conv`, and if `rate` is not a whole number from 1 up.

    Examples
    --------
    >>> import numpy as np
    >>> dilated(np.ones((1, 1, 5)), np.ones((1, 1, 3)))[0, 0]
    array([2., 2., 3., 2., 2.])
    """
    return conv(x, w, b, dilation=_rate("dilated", rate), padding=padding)


def _rate(op, rate):
    """`rate` checked under its own name, before `conv` calls it stride or dilation."""
    entries = len(rate) if isinstance(rate, (tuple, list)) else 1
    checked = geometry.axes(op, "rate", rate, entries, 1)
    return checked if isinstance(rate, (tuple, list)) else checked[0]


VARIANTS = {
    "standard": standard,
    "strided": strided,
    "pooled": pooled,
    "dilated": dilated,
}
