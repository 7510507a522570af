"""Four ways to see farther with the same weights, behind one signature."""

from coursekit.ops.conv import conv
from coursekit.ops.pool import max_pool


def standard(x, w, b=None, *, rate=2, padding="same"):
    """Convolution at stride 1 and dilation 1; `rate` is ignored.

    Parameters
    ----------
    x, w, b, padding
        As in `conv`.
    rate : int, default 2
        By how much the variant reaches farther; the same for all four.

    Returns
    -------
    ndarray
        As from `conv`.

    See Also
    --------
    strided, pooled, dilated
    """
    return conv(x, w, b, padding=padding)


def strided(x, w, b=None, *, rate=2, padding="same"):
    """Convolution that keeps one output in `rate` along each axis; see `standard`."""
    return conv(x, w, b, stride=rate, padding=padding)


def pooled(x, w, b=None, *, rate=2, padding="same"):
    """Convolution at stride 1, then the maximum of each `rate` outputs along each axis; see
    `standard`."""
    return max_pool(conv(x, w, b, padding=padding), rate, stride=rate, padding="same")


def dilated(x, w, b=None, *, rate=2, padding="same"):
    """Convolution whose taps stand `rate` samples apart; see `standard`."""
    return conv(x, w, b, dilation=rate, padding=padding)


VARIANTS = {
    "standard": standard,
    "strided": strided,
    "pooled": pooled,
    "dilated": dilated,
}
