"""The operations as primitives of autograd, so that a function built of them has a gradient.

Two kinds stand here. `conv`, `max_pool`, `avg_pool`, `attention`, `relu` and `upsample` are
functions of arrays, for nets written by hand. The others serve the layers: their parameters lie
in one flat vector `theta` from place `at` on, and the gradient of theta is handed over sparse,
as "add this piece there", so that a net's whole gradient is gathered in one vector.

Every backward pass runs on compiled kernels or on NumPy, which autograd does not see into. A
second derivative is therefore refused, where it would be silently wrong.
"""

import functools
import math

import numpy as np
from autograd.extend import Box, SparseObject, defvjp_argnums, primitive, vspace

from coursekit import geometry, ops
from coursekit.ops import checks


def pieces(theta, at, *shapes):
    """Views of the flat vector, one for each shape, from place `at` on."""
    views = []
    for shape in shapes:
        end = at + math.prod(shape)
        views.append(theta[at:end].reshape(shape))
        at = end
    return views


def value(x):
    """The array behind autograd's boxes."""
    while isinstance(x, Box):
        x = x._value
    return x


def plain(op, name, x):
    """The array behind x, which is one, and without a mask, which NumPy would forget."""
    array = value(x)
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        kind = type(array).__name__
        mend = " (fill it first: .filled(0))" if kind == "MaskedArray" else ""
        raise TypeError(f"{op}: {name} must be a NumPy array; got {kind}{mend}")
    return array


def _once(name, g, ans):
    """The incoming gradient as a plain array of the output's dtype."""
    if isinstance(g, Box) or isinstance(ans, Box):
        raise NotImplementedError(
            f"{name}: a second derivative is not available; its backward pass is a compiled kernel"
        )
    return np.asarray(g, ans.dtype)


def _registered(forward, backward):
    """`forward` as a primitive; ``backward(g, ans, *args)`` gives its arguments' gradients."""
    function = primitive(forward)

    def vjp(argnums, ans, args, kwargs):
        def pull(g):
            g = _once(forward.__name__, g, ans)
            grads = backward(g, ans, *args, **kwargs)
            return [grads[argnum] for argnum in argnums]

        return pull

    defvjp_argnums(function, vjp)
    return function


def _differentiable(backward):
    """Make a function of arrays a primitive.

    ``backward(g, ans, *args, **kwargs)`` returns the gradients of the leading arguments.
    """

    def decorate(forward):
        function = _registered(forward, backward)

        @functools.wraps(forward)
        def call(*args, **options):
            if options.get("out") is not None:
                raise TypeError(
                    f"{forward.__name__}: out cannot be used here; a gradient needs every result "
                    f"to stay as it was"
                )
            for name, option in options.items():
                if isinstance(option, Box):
                    raise TypeError(
                        f"{forward.__name__}: pass {name} by position where its gradient is "
                        f"asked for; autograd does not follow keywords"
                    )
            return function(*args, **options)

        return call

    return decorate


def _of_theta(backward):
    """Make ``forward(theta, x, at, ...)`` a primitive in theta and x.

    ``backward(g, ans, theta, x, at, ...)`` returns the gradient of x and those of the
    parameters, in the order in which they lie in theta.
    """

    def gathered(g, ans, theta, x, at, *rest):
        grad_x, *grads = backward(g, ans, theta, x, at, *rest)
        return _sparse(theta, at, grads), grad_x

    return lambda forward: _registered(forward, gathered)


def _sparse(theta, at, grads):
    def add_into(total):
        place = at
        for grad in grads:
            total[place : place + grad.size] += grad.ravel()
            place += grad.size
        return total

    return SparseObject(vspace(theta), add_into)


# ---- functions of arrays


def _conv_grads(g, ans, x, w, b=None, **options):
    grads = ops.conv_backward(g, x, w, **options)
    return grads[:2] if b is None else grads


@_differentiable(_conv_grads)
def conv(x, w, b=None, **options):
    """`coursekit.conv`, differentiable in x, w and b; options as there, but `out`."""
    return ops.conv(x, w, b, **options)


def _max_pool_grads(g, ans, x, kernel_size, **options):
    return (ops.max_pool_backward(g, x, kernel_size, **options),)


@_differentiable(_max_pool_grads)
def max_pool(x, kernel_size, **options):
    """`coursekit.max_pool`, differentiable in x; where windows share a winner, it gets the sum."""
    return ops.max_pool(x, kernel_size, **options)


def _avg_pool_grads(g, ans, x, kernel_size, **options):
    return (ops.avg_pool_backward(g, x, kernel_size, **options),)


@_differentiable(_avg_pool_grads)
def avg_pool(x, kernel_size, **options):
    """`coursekit.avg_pool`, differentiable in x."""
    return ops.avg_pool(x, kernel_size, **options)


def _attention_grads(g, ans, q, k, v, **options):
    return ops.attention_backward(g, q, k, v, **options)


@_differentiable(_attention_grads)
def attention(q, k, v, **options):
    """`coursekit.attention`, differentiable in queries, keys and values."""
    return ops.attention(q, k, v, **options)


@_differentiable(lambda g, ans, x: (g * (ans > 0),))
def relu(x):
    """The larger of x and 0; its slope at 0 is 0."""
    (x,) = checks.arrays("relu", x=x)
    return np.maximum(x, 0)


def _upsample_grads(g, ans, x, factors):
    return (_interpolate(g, x.shape[2:], _factors(x, factors), True),)


def _factors(x, factors):
    return geometry.axes("upsample", "factors", factors, checks.image("upsample", "x", x), 1)


@_differentiable(_upsample_grads)
def upsample(x, factors):
    """Bilinear (in 1-D linear) interpolation to `factors` times as many samples an axis.

    The input's samples stand in the middles of the cells that the output divides; beyond the
    outermost ones the value stays.
    """
    (x,) = checks.arrays("upsample", x=x)
    return _interpolate(x, x.shape[2:], _factors(x, factors), False)


def _interpolate(x, spatial, factors, adjoint):
    """Interpolation along each axis in turn, or its adjoint."""
    for axis, (n, factor) in enumerate(zip(spatial, factors), start=2):
        weights = _interpolation(n, factor).astype(x.dtype)
        if adjoint:
            weights = weights.T
        x = np.moveaxis(np.matmul(np.moveaxis(x, axis, -1), weights.T), -1, axis)
    return np.ascontiguousarray(x)


def _interpolation(n, factor):
    """The matrix (n * factor, n) of linear interpolation along one axis."""
    places = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
    low = np.floor(places).astype(int)
    weights = np.zeros((n * factor, n))
    rows = np.arange(n * factor)
    weights[rows, low] += 1 - (places - low)
    weights[rows, np.minimum(low + 1, n - 1)] += places - low
    return weights


@_differentiable(lambda g, ans, x: (np.broadcast_to(
    (g / np.prod(x.shape[2:], dtype=g.dtype)).reshape(*g.shape, *(1,) * (x.ndim - 2)), x.shape),))
def global_mean(x):
    """The mean over all positions, (N, C)."""
    return x.mean(axis=tuple(range(2, x.ndim)), dtype=x.dtype)


# ---- operations whose parameters lie in theta


def _conv_layer_grads(g, ans, theta, x, at, shapes, options, rectify):
    w, *_ = pieces(theta, at, *shapes)
    if rectify:
        g = g * (ans > 0)
    grad_x, grad_w, grad_b = ops.conv_backward(g, x, w, **options)
    return (grad_x, grad_w, grad_b) if len(shapes) == 2 else (grad_x, grad_w)


@_of_theta(_conv_layer_grads)
def conv_layer(theta, x, at, shapes, options, rectify):
    """Convolution, bias and (with `rectify`) relu in one step: one array fewer to fill."""
    y = ops.conv(x, *pieces(theta, at, *shapes), **options)
    return np.maximum(y, 0, out=y) if rectify else y


def _linear_grads(g, ans, theta, x, at, shapes):
    w, *_ = pieces(theta, at, *shapes)
    grads = g @ w, g.T @ x, g.sum(axis=0)
    return grads[: 1 + len(shapes)]


@_of_theta(_linear_grads)
def linear(theta, x, at, shapes):
    """x (N, inputs) times the transposed weights, plus the bias."""
    w, *b = pieces(theta, at, *shapes)
    y = x @ w.T
    return y + b[0] if b else y


def _project_grads(g, ans, theta, x, at, shape):
    (w,) = pieces(theta, at, shape)
    return np.matmul(w.T, g), np.einsum("nol,ncl->oc", g, x, optimize=True)


@_of_theta(_project_grads)
def project(theta, x, at, shape):
    """Weights (outputs, C) applied at each position of x (N, C, L)."""
    (w,) = pieces(theta, at, shape)
    return np.matmul(w, x)


@_of_theta(lambda g, ans, theta, x, at: (g, g.sum(axis=0)))
def add_position(theta, x, at):
    """x plus one learned number for each channel and position."""
    return x + pieces(theta, at, x.shape[1:])[0]


_EPSILON = 1e-5


def _standardized(x):
    centred = x - x.mean(axis=1, keepdims=True, dtype=x.dtype)
    variance = np.mean(np.square(centred), axis=1, keepdims=True, dtype=x.dtype)
    scale = 1 / np.sqrt(variance + x.dtype.type(_EPSILON))
    return centred * scale, scale


def _layer_norm_grads(g, ans, theta, x, at):
    gain, _ = pieces(theta, at, *2 * [(x.shape[1], *(1,) * (x.ndim - 2))])
    unit, scale = _standardized(x)
    others = (0, *range(2, x.ndim))
    grad = g * gain
    along = np.mean(grad * unit, axis=1, keepdims=True, dtype=x.dtype)
    grad_x = scale * (grad - grad.mean(axis=1, keepdims=True, dtype=x.dtype) - unit * along)
    return grad_x, np.sum(g * unit, axis=others), np.sum(g, axis=others)


@_of_theta(_layer_norm_grads)
def layer_norm(theta, x, at):
    """Each position's channels to mean 0 and variance 1, then a gain and a bias a channel."""
    gain, bias = pieces(theta, at, *2 * [(x.shape[1], *(1,) * (x.ndim - 2))])
    return _standardized(x)[0] * gain + bias


# ---- losses


def _cross_entropy_grads(g, ans, logits, targets, ignore):
    counted = targets != ignore
    shares = np.exp(_log_shares(logits))
    np.put_along_axis(
        shares, labels := np.where(counted, targets, 0)[:, None],
        np.take_along_axis(shares, labels, axis=1) - 1, axis=1,
    )
    return (shares * (counted[:, None] * (g / counted.sum())).astype(shares.dtype),)


def _log_shares(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@_differentiable(_cross_entropy_grads)
def mean_cross_entropy(logits, targets, ignore):
    """Mean of -log softmax(logits)[target] over the targets that count."""
    counted = targets != ignore
    labels = np.where(counted, targets, 0)[:, None]
    chosen = np.take_along_axis(_log_shares(logits), labels, axis=1)[:, 0]
    return -np.mean(chosen[counted], dtype=np.float64)


def _squared_error_grads(g, ans, outputs, targets):
    return ((2 * g / outputs.size).astype(outputs.dtype) * (outputs - targets),)


@_differentiable(_squared_error_grads)
def mean_squared_error(outputs, targets):
    """Mean of the squared differences."""
    return np.mean(np.square(outputs - targets), dtype=np.float64)


