"""Convolution and its gradients, on whichever build is in use."""

import numpy as np

from coursekit import geometry, kernels
from coursekit.ops import checks

_ALGORITHMS = ("auto", "direct", "winograd2", "winograd4")


def conv(
    x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, algorithm="auto", out=None
):
    """Convolution (cross-correlation) of images or signals with a bank of kernels.

    Parameters
    ----------
    x : ndarray, (N, C, L) or (N, C, H, W)
        Input, float32 or float64; its rank picks 1-D or 2-D. A layout other than C-contiguous,
        aligned and native is accepted, and copied.
    w : ndarray, (K, C // groups, S) or (K, C // groups, R, S)
        Weights, of x's dtype.
    b : ndarray, (K,), optional
        Bias, of x's dtype.
    stride, padding, dilation : int, tuple or (padding) str
        As in `Window`; ints broadcast to x's rank.
    groups : int, default 1
        Input and output channels are split into this many groups that do not mix.
    algorithm : str, default "auto"
        "direct" sums as the definition does. "winograd2" and "winograd4" need a kernel of three
        rows at stride 1, and three rows of it cost them the products of two, or of one and a
        half. "auto" is "winograd2" where that is faster, else "direct".
    out : ndarray, optional
        Array for the result, of its shape and dtype, sharing no memory with an input.

    Returns
    -------
    ndarray, (N, K, L_out) or (N, K, H_out, W_out)
        Spatial shape as `Window.out_shape` gives it; `out` where that was given.

    Raises
    ------
    TypeError
        If an array is not float32 or float64, or the dtypes differ.
    ValueError
        If shapes do not fit together, a value is out of range, or the algorithm does not apply;
        the message says which.
    MemoryError
        If the output or the padded input does not fit into memory; so for every operation.

    Notes
    -----
    The sum runs over the zero-padded input, so an infinite weight that meets padding gives NaN.

    "winograd2" and "winograd4" are F(2, 3) and F(4, 3) of [2]_ along the rows: they add samples,
    and taps, before they multiply. "winograd2" is as accurate as the sum and exact on small
    integers; but where an infinity meets an output it may become NaN, and so may samples beyond
    half the largest float. "winograd4" loses about one digit in float32, is not exact on integers,
    and carries infinities and NaN to outputs up to three rows away (times the dilation). "direct"
    has none of this.

    References
    ----------
    .. [1] Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning,
       arXiv:1603.07285.
    .. [2] Lavin, Gray (2016), Fast algorithms for convolutional neural networks,
       arXiv:1509.09308.

    Examples
    --------
    >>> x = np.arange(6.0).reshape(1, 1, 6)
    >>> w = np.array([[[1.0, 0.0, -1.0]]])
    >>> conv(x, w)[0, 0]
    array([-2., -2., -2., -2.])
    >>> conv(x, w, dilation=2)[0, 0]
    array([-4., -4.])
    """
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise ValueError(
            f"conv: algorithm must be one of {_ALGORITHMS}; got {geometry.shown(algorithm)}"
        )
    given = (x, w, b)
    x, w, b = checks.arrays("conv", x=x, w=w, b=b)
    view, groups, shape, plane_view = checks.conv_call(
        "conv", x, w, b, stride, padding, dilation, groups
    )
    if algorithm.startswith("winograd") and not _has_three_rows(view):
        raise ValueError(
            f"conv: algorithm must be 'auto' or 'direct' unless the kernel has three rows and "
            f"stride 1; got {algorithm!r}, kernel {view.kernel_size}, stride {view.stride}"
        )
    target = checks.output("conv", out, shape, x.dtype, *given)
    checks.run(
        "conv", kernels.build().conv,
        checks.planes(x), checks.planes(w), b, plane_view, groups, checks.planes(target), algorithm,
    )
    return checks.deliver(target, out)


def _has_three_rows(view):
    """Whether Winograd's forms apply: they turn three tap rows into fewer products."""
    return len(view.kernel_size) == 2 and view.kernel_size[0] == 3 and view.stride == (1, 1)


def conv_backward(grad, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Gradients of `conv` in its input, weights and bias.

    Parameters
    ----------
    grad : ndarray
        Gradient of a scalar in conv's output, of the output's shape and x's dtype.
    x, w, stride, padding, dilation, groups
        As handed to `conv`.

    Returns
    -------
    grad_x, grad_w, grad_b : ndarray
        Of the shapes of x, w and (K,).

    Raises
    ------
    TypeError, ValueError
        As in `conv`, and if `grad` has not the output's shape.

    Examples
    --------
    >>> x, w = np.ones((1, 1, 4)), np.array([[[1.0, 2.0]]])
    >>> grad_x, grad_w, grad_b = conv_backward(np.ones((1, 1, 3)), x, w)
    >>> grad_x[0, 0], grad_w[0, 0], grad_b
    (array([1., 3., 3., 2.]), array([3., 3.]), array([3.]))
    """
    op = "conv_backward"
    grad, x, w = checks.arrays(op, grad=grad, x=x, w=w)
    _, groups, shape, view = checks.conv_call(op, x, w, None, stride, padding, dilation, groups)
    checks.gradient(op, grad, shape)
    grad_x, grad_w = np.empty_like(x), np.empty_like(w)
    grad_b = np.empty(w.shape[0], w.dtype)
    checks.run(
        op, kernels.build().conv_backward,
        checks.planes(grad), checks.planes(x), checks.planes(w),
        view, groups,
        checks.planes(grad_x), checks.planes(grad_w), grad_b,
    )
    return grad_x, grad_w, grad_b
