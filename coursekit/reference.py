"""Each operation as its equation, in NumPy: the oracle of the tests, and the fallback.

Every function has the signature of its compiled twin in `kernels` and writes into the arrays it
is handed. Arrays are C-contiguous; images are (N, C, H, W), and a 1-D signal is an image one row
high (`ops` sees to both). `window` is a 2-D `Window` whose padding is given as numbers.
"""

import numpy as np

# Infinities make infinities and NaN here, silently, as in the compiled builds.
_QUIET = np.errstate(invalid="ignore", over="ignore", under="ignore")


@_QUIET
def conv(x, w, b, window, groups, out, algorithm="direct"):
    """out[n, k, i, j] = b[k] + sum over c, r, s of w[k, c, r, s] * padded[n, c, i', j'].

    Each tap (r, s) is one matrix product: its weights times the view of the padded input that it
    meets. k and c run within a group. There is one algorithm, whatever is asked for.
    """
    if out.size == 0:
        return
    padded = _pad(x, window)
    total = _grouped(out, groups)
    total[...] = 0 if b is None else b.reshape(groups, len(b) // groups, 1, 1)
    for r, s, view in _taps(window, out.shape[2:]):
        patch = _grouped(padded[:, :, *view], groups)
        weights = w[:, :, r, s].reshape(groups, w.shape[0] // groups, w.shape[1])
        total += np.einsum("gkc,ngcij->ngkij", weights, patch, optimize=True)


@_QUIET
def conv_backward(grad, x, w, window, groups, grad_x, grad_w, grad_b):
    """The adjoint of `conv` in x, w and b: the same views, read in the other direction."""
    if grad.size == 0:
        grad_x[...] = grad_w[...] = grad_b[...] = 0
        return
    padded = _pad(x, window)
    grad_padded = np.zeros_like(padded)
    incoming = _grouped(grad, groups)
    for r, s, view in _taps(window, grad.shape[2:]):
        weights = w[:, :, r, s].reshape(groups, w.shape[0] // groups, w.shape[1])
        _grouped(grad_padded, groups)[:, :, :, *view] += np.einsum(
            "gkc,ngkij->ngcij", weights, incoming, optimize=True
        )
        patch = _grouped(padded[:, :, *view], groups)
        grad_w[:, :, r, s] = np.einsum(
            "ngkij,ngcij->gkc", incoming, patch, optimize=True
        ).reshape(w.shape[:2])
    grad_x[...] = grad_padded[:, :, *_interior(x, window)]
    grad_b[...] = grad.sum(axis=(0, 2, 3))


def max_pool(x, window, out, indices):
    """out[n, c, i, j] = the largest sample of the window; the first of equals, the first NaN.

    `indices`, unless None, receives the place of that sample in the unpadded plane, counted row by
    row.
    """
    if indices is None:
        indices = np.empty(out.shape, np.int64)
    padded = _pad(x, window)
    places = _pad(np.arange(x.shape[2] * x.shape[3]).reshape(1, 1, *x.shape[2:]), window, -1)
    out[...] = -np.inf
    indices[...] = -1
    for _, _, view in _taps(window, out.shape[2:]):
        value, place = padded[:, :, *view], places[:, :, *view]
        wins = (indices < 0) | (value > out) | (np.isnan(value) & ~np.isnan(out))
        wins &= place >= 0
        np.copyto(out, value, where=wins)
        np.copyto(indices, place, where=wins)


@_QUIET
def max_pool_backward(grad, x, window, grad_x):
    """Each output's gradient goes to the sample that won; overlapping windows add up."""
    out, indices = np.empty_like(grad), np.empty(grad.shape, np.int64)
    max_pool(x, window, out, indices)
    grad_x[...] = 0
    if grad.size == 0:
        return
    n, c = np.ogrid[: x.shape[0], : x.shape[1]]
    rows, columns = np.divmod(indices, x.shape[3])
    np.add.at(grad_x, (n[..., None, None], c[..., None, None], rows, columns), grad)


@_QUIET
def avg_pool(x, window, count_include_pad, out):
    """out[n, c, i, j] = the sum over the window, divided by its number of taps."""
    padded = _pad(x, window)
    out[...] = 0
    for _, _, view in _taps(window, out.shape[2:]):
        out += padded[:, :, *view]
    out /= _divisors(x, window, count_include_pad, out)


@_QUIET
def avg_pool_backward(grad, window, count_include_pad, grad_x):
    """Each output's gradient is shared equally among the taps it was divided by."""
    grad_padded = np.zeros_like(_pad(grad_x, window))
    share = grad / _divisors(grad_x, window, count_include_pad, grad)
    for _, _, view in _taps(window, grad.shape[2:]):
        grad_padded[:, :, *view] += share
    grad_x[...] = grad_padded[:, :, *_interior(grad_x, window)]


@_QUIET
def attention(q, k, v, visible, scale, out):
    """out[i] = sum over visible j of softmax(scale * <q[i], k[j]>) * v[j].

    q, k and v are (N, heads, L, D); `visible(i)` is the array of keys that query i sees.
    """
    if out.size == 0:
        return
    for i in range(q.shape[2]):
        keys = visible(i)
        out[:, :, i] = np.einsum("nhj,nhjd->nhd", _shares(q, k, keys, i, scale), v[:, :, keys])


@_QUIET
def attention_backward(grad, q, k, v, visible, scale, grad_q, grad_k, grad_v):
    """The adjoint of `attention`: through the weighted sum, the softmax and the products."""
    for total in (grad_q, grad_k, grad_v):
        total[...] = 0
    if grad.size == 0:
        return
    for i in range(q.shape[2]):
        keys = visible(i)
        share = _shares(q, k, keys, i, scale)
        grad_v[:, :, keys] += share[..., None] * grad[:, :, i, None]
        grad_share = np.einsum("nhd,nhjd->nhj", grad[:, :, i], v[:, :, keys])
        mean = (share * grad_share).sum(axis=-1, keepdims=True)
        grad_score = scale * share * (grad_share - mean)
        grad_q[:, :, i] = np.einsum("nhj,nhjd->nhd", grad_score, k[:, :, keys])
        grad_k[:, :, keys] += grad_score[..., None] * q[:, :, i, None]


def _shares(q, k, keys, i, scale):
    """Softmax of query i's scores over the keys it sees, (N, heads, keys)."""
    scores = scale * np.einsum("nhd,nhjd->nhj", q[:, :, i], k[:, :, keys])
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def _taps(window, out_shape):
    """Each tap (r, s) with the slices of the padded plane that it meets over all outputs."""
    for r, top in enumerate(window.taps()[0]):
        for s, left in enumerate(window.taps()[1]):
            yield r, s, tuple(
                slice(first, first + n * stride, stride)
                for first, n, stride in zip((top, left), out_shape, window.stride)
            )


def _pad(x, window, value=0):
    return np.pad(x, ((0, 0), (0, 0), *window.padding), constant_values=value)


def _interior(x, window):
    return tuple(slice(before, before + n) for (before, _), n in zip(window.padding, x.shape[2:]))


def _grouped(x, groups):
    """A view of (N, C, H, W) as (N, groups, C // groups, H, W)."""
    return x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])


def _divisors(x, window, count_include_pad, out):
    """Number of taps each output is divided by: all, or those inside the input."""
    if count_include_pad:
        return np.asarray(np.prod(window.kernel_size), out.dtype)
    inside = _pad(np.ones((1, 1, *x.shape[2:]), out.dtype), window)
    return sum(inside[:, :, *view] for _, _, view in _taps(window, out.shape[2:]))
