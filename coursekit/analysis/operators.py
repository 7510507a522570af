"""Layers as matrices and filters: rank, frequency response, and attention that convolves."""

import math
from typing import NamedTuple

import numpy as np

from coursekit.analysis.checks import sample_shape
from coursekit.geometry import integer, shown

_MOST_ENTRIES = 2 * 10**8  # 1.6 gigabytes
_TOLERANCE = 1e-9
# Exponents this far below the largest leave nothing of their share, in float64 too; and a power
# of two, so that products with it are exact.
_SHARPNESS = 1024.0


def operator_matrix(op, shape):
    """The matrix of a linear operation.

    Parameters
    ----------
    op : callable
        From a float64 array (1, C, *spatial) to a float64 array (1, ...); must be linear.
    shape : tuple of int
        ``(C, *spatial)``, one sample.

    Returns
    -------
    ndarray of float64, (outputs, inputs)
        ``matrix @ x.ravel()`` is ``op(x).ravel()``: column j is the output for an input that is 1
        at place j and 0 elsewhere.

    Raises
    ------
    TypeError
        If `op` is not callable, or returns something other than a float64 array.
    ValueError
        If `op` is not linear (it adds a bias, rectifies, takes a maximum ...), returns numbers
        that are not finite, or if `shape` is wrong.
    MemoryError
        If the matrix has more than 2 * 10**8 entries.

    Notes
    -----
    `op` is called once for each input, and a few times more with drawn inputs of several sizes,
    for which the matrix must give what `op` gives.

    Examples
    --------
    >>> from coursekit import conv
    >>> w = np.array([[[1.0, 2.0, 3.0]]])
    >>> operator_matrix(lambda x: conv(x, w, padding="same"), (1, 4))
    array([[2., 3., 0., 0.],
           [1., 2., 3., 0.],
           [0., 1., 2., 3.],
           [0., 0., 1., 2.]])
    """
    return _matrix("operator_matrix", op, shape)


def operator_rank(op, shape):
    """The rank of a linear operation: how many dimensions of its input survive.

    Parameters
    ----------
    op, shape
        As in `operator_matrix`.

    Returns
    -------
    int
        Singular values below the rounding error of the largest one count as zero, as in
        `numpy.linalg.matrix_rank`. The nullity is ``math.prod(shape)`` less this.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `operator_matrix`.

    Examples
    --------
    >>> from coursekit import avg_pool
    >>> operator_rank(lambda x: avg_pool(x, 2), (1, 8, 8))
    16
    """
    matrix = _matrix("operator_rank", op, shape)
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


def frequency_response(kernel, dilation, n):
    """What a 1-D kernel does to waves: the factor it multiplies each frequency by.

    Parameters
    ----------
    kernel : array-like of float, (taps,)
    dilation : int
    n : int
        Number of frequencies.

    Returns
    -------
    frequencies : ndarray, (n,)
        Angular, in radians a sample: n even steps from 0 to pi, both included.
    response : complex ndarray, (n,)
        ``sum(kernel[t] * exp(1j * w * dilation * t))``: `conv` turns ``exp(1j * w * i)`` into
        itself times this.

    Raises
    ------
    TypeError, ValueError
        If the kernel is not one row of finite real numbers, or a number is no integer or
        below 1.

    Notes
    -----
    As convolution means cross-correlation here, a real kernel's response is the conjugate of
    what signal processing calls the response of these taps; magnitudes are the same.

    Examples
    --------
    >>> frequencies, response = frequency_response([0.25, 0.5, 0.25], 2, 3)
    >>> np.abs(response).round(12)
    array([1., 0., 1.])
    """
    kernel = _row(kernel)
    dilation = integer("frequency_response", "dilation", dilation, 1)
    n = integer("frequency_response", "n", n, 1)
    frequencies = np.linspace(0, np.pi, n)
    response = np.zeros(n, complex)
    for tap, weight in enumerate(kernel):
        response += weight * np.exp(1j * frequencies * dilation * tap)
    return frequencies, response


class ConvolvingAttention(NamedTuple):
    """An attention layer and its parameters, one flat vector; see `conv_as_attention`."""

    layer: object
    params: np.ndarray


def conv_as_attention(w, *, dilation=1):
    """Self-attention that is a convolution: one head for each tap.

    Parameters
    ----------
    w : ndarray, (K, C, S) or (K, C, R, S)
        Weights of the convolution, float32 or float64.
    dilation : int, default 1

    Returns
    -------
    layer : nn.Attention
        ``R * S`` heads as wide as the input, with relative positions.
    params : ndarray, 1-D, of w's dtype
        ``layer(params, x)`` is ``conv(x, w, padding="same", dilation=dilation)`` away from the
        border. At the border the softmax has no key outside the map, gives the whole share to
        the nearest one inside, and so repeats the outermost samples where `conv` sees zeros. In
        float32 it tells neighbouring places apart on maps of up to some 2000 samples an axis.

    Raises
    ------
    TypeError, ValueError
        If `w` is no such array, or not finite.

    Notes
    -----
    Queries and keys are zero. A head's score falls with the squared distance from the place it
    is centred on, so steeply that one key gets a share of 1; its values are the input itself,
    and the output projection holds the tap's weights.

    References
    ----------
    .. [1] Cordonnier, Loukas, Jaggi (2020), On the relationship between self-attention and
       convolutional layers, arXiv:1911.03584.

    Examples
    --------
    >>> w = np.ones((8, 4, 3, 3))
    >>> layer, params = conv_as_attention(w)
    >>> layer.heads
    9
    """
    from coursekit.nn import Attention  # brings autograd, which the rest need not wait for

    _refuse_weights(w)
    dilation = integer("conv_as_attention", "dilation", dilation, 1)
    outputs, channels, *sizes = w.shape
    taps = math.prod(sizes)
    layer = Attention(taps, width=channels, channels=outputs, relative=True)
    # "same" puts the odd zero of an even kernel after, so its middle is the earlier tap.
    centres = np.indices(sizes).reshape(len(sizes), taps).T * dilation - [
        (size - 1) * dilation // 2 for size in sizes
    ]
    parameters = {
        "query": np.zeros((taps * channels, channels)),
        "key": np.zeros((taps * channels, channels)),
        "value": np.tile(np.eye(channels), (taps, 1)),
        "output": w.reshape(outputs, channels, taps).swapaxes(1, 2),
        "centre": centres,
        "sharpness": np.full(taps, _SHARPNESS),
    }
    named = layer.parameter_shapes((channels, *sizes))
    flat = [np.broadcast_to(parameters[name].reshape(shape), shape).ravel()
            for name, shape in named.items()]
    return ConvolvingAttention(layer, np.concatenate(flat).astype(w.dtype))


def _matrix(name, op, shape):
    if not callable(op):
        raise TypeError(f"{name}: op must be a function of one array; got {shown(op)}")
    shape = sample_shape(name, "shape", shape)
    inputs = math.prod(shape)
    at_zero = _applied(name, op, np.zeros((1, *shape)))
    if np.any(at_zero):
        raise ValueError(f"{name}: op must be linear; it turns zeros into numbers up to "
                         f"{np.abs(at_zero).max():.3g} (leave out the bias)")
    if inputs * at_zero.size > _MOST_ENTRIES:
        raise MemoryError(f"{name}: the matrix must have at most {_MOST_ENTRIES} entries; got "
                          f"{at_zero.size} x {inputs}")
    matrix = np.empty((at_zero.size, inputs))
    for place in range(inputs):
        x = np.zeros((1, *shape))
        x.flat[place] = 1
        matrix[:, place] = _applied(name, op, x, at_zero.shape).ravel()
    _refuse_nonlinear(name, op, matrix, at_zero.shape, shape)
    return matrix


def _refuse_nonlinear(name, op, matrix, out_shape, shape):
    rng = np.random.default_rng(0)
    for scale in (1.0, 1.0, 1e-4, 1e4):
        x = scale * rng.standard_normal((1, *shape))
        expected, got = matrix @ x.ravel(), _applied(name, op, x.copy(), out_shape).ravel()
        size = np.abs(matrix) @ np.abs(x.ravel())
        off = np.abs(expected - got) > _TOLERANCE * np.max(size, initial=0.0)
        if off.any():
            worst = int(np.argmax(np.abs(expected - got)))
            raise ValueError(f"{name}: op must be linear; for a sum of inputs it gives "
                             f"{got[worst]:.6g} where the sum of its outputs is "
                             f"{expected[worst]:.6g}")


def _applied(name, op, x, expected=None):
    y = op(x)
    if not isinstance(y, np.ndarray) or y.dtype != np.float64:
        kind = getattr(y, "dtype", type(y).__name__)
        raise TypeError(f"{name}: op must return a float64 array for a float64 array; got {kind}")
    if y.ndim < 2 or len(y) != 1 or (expected is not None and y.shape != expected):
        rule = "(1, channels, ...)" if expected is None else f"{expected}, as it did before"
        raise ValueError(f"{name}: op must return one sample, of shape {rule}; got {y.shape}")
    if not np.isfinite(y).all():
        raise ValueError(f"{name}: op must return finite numbers; got "
                         f"{shown(y[~np.isfinite(y)][0].item())}")
    return y


def _row(kernel):
    """A kernel for `frequency_response` as a float64 array."""
    name = "frequency_response"
    if isinstance(kernel, np.ma.MaskedArray):
        raise TypeError(f"{name}: kernel must be plain numbers; got a MaskedArray")
    try:
        array = np.asarray(kernel)
    except ValueError:  # rows of different lengths
        raise TypeError(f"{name}: kernel must be a row of numbers; got {shown(kernel)}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name}: kernel must be a row of real numbers; got {shown(kernel)}")
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name}: kernel must be 1-D with at least one tap; got shape "
                         f"{array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: kernel must be finite; got {shown(kernel)}")
    return array.astype(np.float64)


def _refuse_weights(w):
    name = "conv_as_attention"
    if not isinstance(w, np.ndarray) or isinstance(w, np.ma.MaskedArray):
        raise TypeError(f"{name}: w must be a NumPy array; got {type(w).__name__}")
    if w.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name}: w must be float32 or float64; got {w.dtype}")
    if w.ndim not in (3, 4) or not w.size:
        raise ValueError(f"{name}: w must be (K, C, S) or (K, C, R, S) and not empty; got shape "
                         f"{w.shape}")
    if not np.isfinite(w).all():
        raise ValueError(f"{name}: w must be finite; got {shown(w[~np.isfinite(w)][0].item())}")
