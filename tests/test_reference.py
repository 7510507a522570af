"""The reference against its own equations, written as plain loops over single numbers."""

from itertools import product

import numpy as np
import pytest

from coursekit import Window, reference

WINDOWS = [
    Window((1, 1), padding=0),
    Window((2, 3), stride=(2, 1), padding=((1, 0), (0, 2)), dilation=(1, 2)),
    Window((3, 2), stride=(1, 3), padding=((2, 1), (1, 1)), dilation=(2, 1)),
    Window((1, 4), stride=(1, 2), padding=((0, 0), (3, 0)), dilation=(1, 1)),
]


def integers(seed, *shape):
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


def meets(window, spatial, out):
    """For each output (i, j): its taps inside the input as (r, s, row, column)."""
    (top, _), (left, _) = window.padding
    for i, j in product(*map(range, out)):
        taps = []
        for r, s in product(*map(range, window.kernel_size)):
            row = i * window.stride[0] - top + r * window.dilation[0]
            column = j * window.stride[1] - left + s * window.dilation[1]
            if 0 <= row < spatial[0] and 0 <= column < spatial[1]:
                taps.append((r, s, row, column))
        yield i, j, taps


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("groups", [1, 2])
def test_conv_and_its_gradients(window, groups):
    x, w, b = integers(0, 2, 4, 6, 7), integers(1, 6, 4 // groups, *window.kernel_size), None
    b = integers(2, 6)
    out = np.full((2, 6, *window.out_shape((6, 7))), np.nan)
    grad = integers(3, *out.shape)
    got = [np.full(a.shape, np.nan) for a in (x, w, b)]
    reference.conv(x, w, b, window, groups, out)
    reference.conv_backward(grad, x, w, window, groups, *got)

    expected, grads = np.zeros_like(out), [np.zeros_like(a) for a in (x, w, b)]
    for n, k in product(range(2), range(6)):
        first = k // (6 // groups) * (4 // groups)
        for i, j, taps in meets(window, (6, 7), out.shape[2:]):
            expected[n, k, i, j] = b[k]
            grads[2][k] += grad[n, k, i, j]
            for c, (r, s, row, column) in product(range(4 // groups), taps):
                at = n, first + c, row, column
                expected[n, k, i, j] += w[k, c, r, s] * x[at]
                grads[0][at] += w[k, c, r, s] * grad[n, k, i, j]
                grads[1][k, c, r, s] += x[at] * grad[n, k, i, j]
    np.testing.assert_array_equal(out, expected)
    for a, e in zip(got, grads, strict=True):
        np.testing.assert_array_equal(a, e)


@pytest.mark.parametrize("window", WINDOWS[:3])
@pytest.mark.parametrize("include", [True, False])
def test_pools_and_their_gradients(window, include):
    x = integers(4, 2, 3, 6, 7)
    shape = (2, 3, *window.out_shape((6, 7)))
    largest, mean, indices = np.empty(shape), np.empty(shape), np.empty(shape, np.int64)
    grad = integers(5, *shape)
    to_max, to_mean = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    reference.max_pool(x, window, largest, indices)
    reference.max_pool_backward(grad, x, window, to_max)
    reference.avg_pool(x, window, include, mean)
    reference.avg_pool_backward(grad, window, include, to_mean)

    for n, c in np.ndindex(2, 3):
        for i, j, taps in meets(window, (6, 7), shape[2:]):
            at = n, c, i, j
            samples = [x[n, c, row, column] for _, _, row, column in taps]
            _, _, row, column = taps[samples.index(max(samples))]
            count = window.kernel_size[0] * window.kernel_size[1] if include else len(taps)
            assert (largest[at], indices[at]) == (max(samples), row * 7 + column)
            assert mean[at] == pytest.approx(sum(samples) / count, abs=1e-14)
            to_max[n, c, row, column] -= grad[at]
            for _, _, row, column in taps:
                to_mean[n, c, row, column] -= grad[at] / count
    np.testing.assert_array_equal(to_max, 0)
    np.testing.assert_allclose(to_mean, 0, atol=1e-14)


def test_attention_by_loops():
    rng = np.random.default_rng(6)
    q, k, v = (rng.standard_normal((1, 2, 5, 3)) for _ in range(3))
    out = np.empty_like(v)
    reference.attention(q, k, v, lambda i: np.arange(i + 1), 0.7, out)
    for h, i in np.ndindex(2, 5):
        shares = [np.exp(0.7 * sum(q[0, h, i] * k[0, h, j])) for j in range(i + 1)]
        expected = sum(s * v[0, h, j] for j, s in enumerate(shares)) / sum(shares)
        np.testing.assert_allclose(out[0, h, i], expected)


def test_the_worked_example_of_convolution_arithmetic():
    """Dumoulin and Visin (2016), figure 1.1: a 3x3 kernel slides over a 5x5 map."""
    x = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2],
                  [2, 0, 0, 0, 1]], float)
    w = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]], float)
    out = np.empty((1, 1, 3, 3))
    reference.conv(x[None, None], w[None, None], None, Window((3, 3)), 1, out)
    np.testing.assert_array_equal(out[0, 0], [[12, 12, 17], [10, 17, 19], [9, 6, 14]])
