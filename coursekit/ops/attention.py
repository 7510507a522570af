"""Attention, dense or within a window, and its gradients.

Both run on `reference` whichever build is in use: no compiled form exists yet.
"""

import math
import numbers

import numpy as np

from coursekit import geometry, reference
from coursekit.ops import checks


def attention(q, k, v, *, window=None, dilation=1, causal=False, scale=None):
    """Scaled dot-product attention over all keys or over a neighbourhood.

    Parameters
    ----------
    q, k, v : ndarray, (N, heads, L, D) or (N, heads, H, W, D)
        Queries, keys and values of one float dtype. Dense attention lets q and k differ in
        length and v differ in width.
    window : int or tuple of int, optional
        Keys each query sees along each axis, odd: query i sees ``i + dilation * (t - window //
        2)`` for t = 0 .. window - 1. Keys outside the input are left out of the softmax. None:
        every key.
    dilation : int or tuple of int, default 1
        Distance of neighbouring keys of a window.
    causal : bool, default False
        1-D only: query i sees keys j <= i; with a window (then odd or even) ``i - dilation * t``.
    scale : float, optional
        Factor of the scores; None is ``1 / sqrt(D)``.

    Returns
    -------
    ndarray
        Of q's shape, with v's width.

    Raises
    ------
    TypeError
        If an array is not float32 or float64, or the dtypes differ.
    ValueError
        If shapes do not fit together or a value is out of range.

    References
    ----------
    .. [1] Vaswani et al. (2017), Attention is all you need, arXiv:1706.03762.
    .. [2] Hassani, Shi (2022), Dilated neighborhood attention transformer, arXiv:2209.15001.
       (There, windows at the border are shifted inwards; here they are cut.)

    Examples
    --------
    >>> q = k = np.zeros((1, 1, 4, 2))
    >>> v = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> attention(q, k, v, window=3)[0, 0, :, 0]
    array([0.5, 1. , 2. , 2.5])
    >>> attention(q, k, v, causal=True)[0, 0, :, 0]
    array([0. , 0.5, 1. , 1.5])
    """
    call = _Call("attention", q, k, v, window, dilation, causal, scale)
    out = checks.empty("attention", (*call.q.shape[:-1], call.v.shape[-1]), call.q.dtype)
    reference.attention(*call.flat, call.visible, call.scale, call.rows(out))
    return out


def attention_backward(grad, q, k, v, *, window=None, dilation=1, causal=False, scale=None):
    """Gradients of `attention` in queries, keys and values.

    Parameters
    ----------
    grad : ndarray
        Gradient of a scalar in attention's output, of the output's shape and q's dtype.
    q, k, v, window, dilation, causal, scale
        As handed to `attention`.

    Returns
    -------
    grad_q, grad_k, grad_v : ndarray
        Of the shapes of q, k and v.

    Raises
    ------
    TypeError, ValueError
        As in `attention`, and if `grad` has not the output's shape.

    Examples
    --------
    >>> q = k = np.zeros((1, 1, 2, 1))
    >>> v = np.array([[[[1.0], [3.0]]]])
    >>> attention_backward(np.ones((1, 1, 2, 1)), q, k, v)[2][0, 0, :, 0]
    array([1., 1.])
    """
    op = "attention_backward"
    call = _Call(op, q, k, v, window, dilation, causal, scale)
    grad, _ = checks.arrays(op, grad=grad, q=call.q)
    checks.gradient(op, grad, (*call.q.shape[:-1], call.v.shape[-1]))
    grads = [np.empty_like(a) for a in (call.q, call.k, call.v)]
    reference.attention_backward(
        call.rows(grad), *call.flat, call.visible, call.scale, *map(call.rows, grads)
    )
    return tuple(grads)


class _Call:
    """One call's checked arguments, and the keys each query sees."""

    def __init__(self, op, q, k, v, window, dilation, causal, scale):
        self.q, self.k, self.v = q, k, v = checks.arrays(op, q=q, k=k, v=v)
        shapes = f"got q {q.shape}, k {k.shape}, v {v.shape}"
        if q.ndim not in (4, 5) or not q.ndim == k.ndim == v.ndim:
            raise ValueError(
                f"{op}: q, k and v must all be (N, heads, L, D) or (N, heads, H, W, D); {shapes}"
            )
        if not q.shape[:2] == k.shape[:2] == v.shape[:2] or k.shape[2:-1] != v.shape[2:-1]:
            raise ValueError(
                f"{op}: q, k and v must agree in N and heads, k and v also in length; {shapes}"
            )
        if q.shape[-1] != k.shape[-1] or not q.shape[-1]:
            raise ValueError(f"{op}: q and k must have one width D of at least 1; {shapes}")
        rank = q.ndim - 3
        if causal and rank != 1:
            raise ValueError(f"{op}: causal needs (N, heads, L, D); {shapes}")
        self.flat = [self.rows(a) for a in (q, k, v)]
        self.scale = _scale(op, scale, q.shape[-1])
        self.visible = _visible(op, q.shape[2:-1], k.shape[2:-1], window, dilation, causal)

    @staticmethod
    def rows(a):
        """(N, heads, ..., D) as (N, heads, L, D), a view."""
        return a.reshape(*a.shape[:2], math.prod(a.shape[2:-1]), a.shape[-1])


def _scale(op, scale, width):
    if scale is None:
        return 1 / math.sqrt(width)
    if not isinstance(scale, numbers.Real):
        raise TypeError(f"{op}: scale must be a number; got {geometry.shown(scale)}")
    try:
        number = float(scale)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{op}: scale must be finite; got {geometry.shown(scale)}")
    return number


def _visible(op, queries, keys, window, dilation, causal):
    """The function from a query's place to the array of the keys' places it sees."""
    rank = len(queries)
    dilation = geometry.axes(op, "dilation", dilation, rank, 1)
    if window is None:
        if dilation != (1,) * rank:
            raise ValueError(f"{op}: dilation needs a window; got {dilation} and window=None")
        count = math.prod(keys)
        if math.prod(queries) and not count:
            raise ValueError(f"{op}: k must hold a key for the queries; got shape {keys}")
        return lambda i: np.arange(min(i + 1, count) if causal else count)
    window = geometry.axes(op, "window", window, rank, 1)
    if not causal and not all(size % 2 for size in window):
        raise ValueError(f"{op}: window must be odd on each axis; got {window}")
    if queries != keys:
        raise ValueError(
            f"{op}: windowed q and k must have one length; got {queries} and {keys}"
        )

    def visible(i):
        seen = []
        for at, n, w, d in zip(np.unravel_index(i, keys), keys, window, dilation):
            before = min(w - 1 if causal else w // 2, at // d)
            after = min(0 if causal else w // 2, (n - 1 - at) // d)
            seen.append(at + d * np.arange(-before, after + 1))
        return np.ravel_multi_index(np.ix_(*seen), keys).ravel()

    return visible
