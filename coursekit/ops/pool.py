"""Max and average pooling and their gradients, on whichever build is in use."""

import numpy as np

from coursekit import kernels
from coursekit.ops import checks


def max_pool(
    x, kernel_size, *, stride=None, padding=0, dilation=1, return_indices=False, out=None
):
    """The largest sample of each window.

    Parameters
    ----------
    x : ndarray, (N, C, L) or (N, C, H, W)
        Input, float32 or float64, of any layout.
    kernel_size, stride, padding, dilation : int, tuple or (padding) str
        As in `Window`; ints broadcast to x's rank. `stride` None is `kernel_size`. Padding
        never wins.
    return_indices : bool, default False
        Whether to return where each maximum was found.
    out : ndarray, optional
        Array for the result, of its shape and dtype, sharing no memory with x.

    Returns
    -------
    y : ndarray, (N, C, L_out) or (N, C, H_out, W_out)
        The first NaN of a window, if it holds one.
    indices : ndarray of int64, of y's shape
        Only with `return_indices`: the place of the first maximum in the unpadded plane,
        counted row by row.

    Raises
    ------
    TypeError
        If x is not float32 or float64.
    ValueError
        If a window holds no input sample, or a value is out of range.

    Examples
    --------
    >>> max_pool(np.array([[[3.0, 1.0, 4.0, 1.0, 5.0]]]), 2, return_indices=True)
    (array([[[3., 4.]]]), array([[[0, 2]]]))
    """
    (plain,) = checks.arrays("max_pool", x=x)
    view, shape = checks.pool_call("max_pool", plain, kernel_size, stride, padding, dilation)
    target = checks.output("max_pool", out, shape, plain.dtype, x)
    indices = checks.empty("max_pool", shape, np.dtype(np.int64)) if return_indices else None
    checks.run(
        "max_pool", kernels.build().max_pool,
        checks.planes(plain), checks.planar(view, plain.shape[2:]), checks.planes(target),
        checks.planes(indices) if return_indices else None,
    )
    y = checks.deliver(target, out)
    return (y, indices) if return_indices else y


def max_pool_backward(grad, x, kernel_size, *, stride=None, padding=0, dilation=1):
    """Gradient of `max_pool` in its input: each output's goes to the sample that won.

    Parameters
    ----------
    grad : ndarray
        Gradient of a scalar in max_pool's output, of the output's shape and x's dtype.
    x, kernel_size, stride, padding, dilation
        As handed to `max_pool`.

    Returns
    -------
    ndarray
        Of x's shape; where windows overlap, gradients add up.

    Raises
    ------
    TypeError, ValueError
        As in `max_pool`, and if `grad` has not the output's shape.

    Examples
    --------
    >>> x = np.array([[[3.0, 1.0, 4.0, 1.0]]])
    >>> max_pool_backward(np.array([[[10.0, 20.0]]]), x, 2)
    array([[[10.,  0., 20.,  0.]]])
    """
    op = "max_pool_backward"
    grad, x = checks.arrays(op, grad=grad, x=x)
    view, shape = checks.pool_call(op, x, kernel_size, stride, padding, dilation)
    checks.gradient(op, grad, shape)
    grad_x = np.empty_like(x)
    checks.run(
        op, kernels.build().max_pool_backward,
        checks.planes(grad), checks.planes(x), checks.planar(view, x.shape[2:]),
        checks.planes(grad_x),
    )
    return grad_x


def avg_pool(
    x, kernel_size, *, stride=None, padding=0, dilation=1, count_include_pad=True, out=None
):
    """The mean of each window.

    Parameters
    ----------
    x : ndarray, (N, C, L) or (N, C, H, W)
        Input, float32 or float64, of any layout.
    kernel_size, stride, padding, dilation : int, tuple or (padding) str
        As in `Window`; ints broadcast to x's rank. `stride` None is `kernel_size`.
    count_include_pad : bool, default True
        Divide by the number of taps; if False, by the number of taps inside the input.
    out : ndarray, optional
        Array for the result, of its shape and dtype, sharing no memory with x.

    Returns
    -------
    ndarray, (N, C, L_out) or (N, C, H_out, W_out)

    Raises
    ------
    TypeError
        If x is not float32 or float64.
    ValueError
        If a window holds no input sample, or a value is out of range.

    Examples
    --------
    >>> avg_pool(np.array([[[3.0, 1.0, 4.0]]]), 2, stride=1, padding=((1, 0),))
    array([[[1.5, 2. , 2.5]]])
    """
    (plain,) = checks.arrays("avg_pool", x=x)
    view, shape = checks.pool_call("avg_pool", plain, kernel_size, stride, padding, dilation)
    target = checks.output("avg_pool", out, shape, plain.dtype, x)
    checks.run(
        "avg_pool", kernels.build().avg_pool,
        checks.planes(plain), checks.planar(view, plain.shape[2:]), bool(count_include_pad),
        checks.planes(target),
    )
    return checks.deliver(target, out)


def avg_pool_backward(
    grad, x, kernel_size, *, stride=None, padding=0, dilation=1, count_include_pad=True
):
    """Gradient of `avg_pool` in its input: each output's is shared by its taps.

    Parameters
    ----------
    grad : ndarray
        Gradient of a scalar in avg_pool's output, of the output's shape and x's dtype.
    x, kernel_size, stride, padding, dilation, count_include_pad
        As handed to `avg_pool`.

    Returns
    -------
    ndarray
        Of x's shape.

    Raises
    ------
    TypeError, ValueError
        As in `avg_pool`, and if `grad` has not the output's shape.

    Examples
    --------
    >>> avg_pool_backward(np.array([[[2.0, 4.0]]]), np.zeros((1, 1, 4)), 2)
    array([[[1., 1., 2., 2.]]])
    """
    op = "avg_pool_backward"
    grad, x = checks.arrays(op, grad=grad, x=x)
    view, shape = checks.pool_call(op, x, kernel_size, stride, padding, dilation)
    checks.gradient(op, grad, shape)
    grad_x = np.empty_like(x)
    checks.run(
        op, kernels.build().avg_pool_backward,
        checks.planes(grad), checks.planar(view, x.shape[2:]), bool(count_include_pad),
        checks.planes(grad_x),
    )
    return grad_x
