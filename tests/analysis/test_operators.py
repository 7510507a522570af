"""Matrices and filters of operations, and attention that convolves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import fixed
from refusal import refused

import coursekit as ck
from coursekit import nn


def drawn(seed, *shape, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@given(
    seed=st.integers(0, 10**6), rank=st.integers(1, 2), channels=st.integers(1, 3),
    outputs=st.integers(1, 3), stride=st.integers(1, 3), dilation=st.integers(1, 3),
)
@fixed(60)
def test_the_matrix_gives_what_the_operation_gives(seed, rank, channels, outputs, stride, dilation):
    shape = (channels, *(7, 6)[:rank])
    w = drawn(seed, outputs, channels, *(3, 2)[:rank])

    def op(x):
        return ck.conv(x, w, stride=stride, dilation=dilation, padding="same")

    matrix = ck.operator_matrix(op, shape)
    x = drawn(seed + 1, 1, *shape)
    assert matrix.dtype == np.float64 and matrix.shape == (op(x).size, x.size)
    np.testing.assert_allclose(matrix @ x.ravel(), op(x).ravel(), atol=1e-12)
    g = drawn(seed + 2, *op(x).shape)
    grad_x, _, _ = ck.conv_backward(g, x, w, stride=stride, dilation=dilation, padding="same")
    np.testing.assert_allclose(matrix.T @ g.ravel(), grad_x.ravel(), atol=1e-12)


def test_operations_that_reuse_or_change_their_arrays_do_no_harm():
    buffer = np.empty((1, 1, 4))

    def reuses(x):
        x *= 2
        buffer[...] = x
        return buffer

    np.testing.assert_array_equal(ck.operator_matrix(reuses, (1, 4)), 2 * np.eye(4))
    net = nn.Sequential(nn.Conv(3, 3, bias=False), nn.AvgPool(2))
    params = net.init(0, (2, 9), np.float64)
    assert ck.operator_matrix(lambda x: net(params, x), (2, 9)).shape == (9, 18)


@pytest.mark.parametrize(("op", "rank"), [
    (lambda x: x * 1.0, 24), (lambda x: x * 0.0, 0), (lambda x: x[:, :, ::2], 12),
    (lambda x: np.repeat(x, 2, axis=1), 24), (lambda x: x - x.mean(axis=2, keepdims=True), 22),
    (lambda x: x.sum(axis=2), 2), (lambda x: x[:, :, :0], 0),
])
def test_ranks_known_by_hand(op, rank):
    assert ck.operator_rank(op, (2, 12)) == rank


@pytest.mark.parametrize(("op", "error", "fragment"), [
    (lambda x: x + 1, ValueError, "op must be linear; it turns zeros into numbers up to 1"),
    (lambda x: ck.conv(x, np.ones((1, 1, 1)), np.ones(1)), ValueError, "op must be linear"),
    (lambda x: np.maximum(x, 0), ValueError, "op must be linear; for a sum of inputs"),
    (lambda x: ck.max_pool(x, 2), ValueError, "op must be linear"),
    (np.abs, ValueError, "op must be linear"),
    (lambda x: x * x, ValueError, "op must be linear"),
    (lambda x: np.clip(x, -100, 100), ValueError, "op must be linear"),
    (lambda x: x * np.random.default_rng(int(abs(x.sum()) * 1e6) % 9).random(), ValueError,
     "op must be linear"),
    (lambda x: x * np.nan, ValueError, "op must return finite numbers; got nan"),
    (lambda x: x.astype(np.float32), TypeError, "op must return a float64 array"),
    (lambda x: x.tolist(), TypeError, "op must return a float64 array"),
    (lambda x: None, TypeError, "got NoneType"),
    (lambda x: x[0, 0], ValueError, "op must return one sample, of shape (1, channels, ...)"),
    (lambda x: x[:, :, : 3 + int(x.flat[0])], ValueError, "op must return one sample, of shape"),
    (3, TypeError, "op must be a function of one array; got 3"),
])
@pytest.mark.parametrize("measure", [ck.operator_matrix, ck.operator_rank])
def test_what_is_no_linear_operation_is_refused(measure, op, error, fragment):
    refused(lambda: measure(op, (1, 6)), error, [f"{measure.__name__}: ", fragment])


@pytest.mark.parametrize(("shape", "error"), [
    (6, TypeError), ((), ValueError), ((0, 6), ValueError), ((1, -1), ValueError),
    ((1, 2.5), TypeError), ((1, math.nan), TypeError), (None, TypeError), ("ab", TypeError),
])
def test_wrong_shapes_are_refused(shape, error):
    refused(lambda: ck.operator_rank(lambda x: x * 1.0, shape), error, ["operator_rank: shape"])


def test_a_matrix_too_large_for_memory_is_refused():
    refused(lambda: ck.operator_matrix(lambda x: x * 1.0, (1, 200, 200)), MemoryError,
            ["operator_matrix: the matrix must have at most 200000000 entries; got 40000 x 40000"])


# ---- frequency response


@given(kernel=st.lists(st.integers(-4, 4), min_size=1, max_size=6), dilation=st.integers(1, 5))
@fixed(100)
def test_the_response_is_what_conv_does_to_a_wave(kernel, dilation):
    frequencies, response = ck.frequency_response(kernel, dilation, 7)
    np.testing.assert_allclose(frequencies, np.pi * np.arange(7) / 6)
    w = np.array(kernel, float)[None, None]
    place = np.arange(40.0)
    for frequency, factor in zip(frequencies, response, strict=True):
        real, imaginary = (
            ck.conv(wave(frequency * place)[None, None], w, dilation=dilation)[0, 0]
            for wave in (np.cos, np.sin)
        )
        expected = factor * np.exp(1j * frequency * place[: len(real)])
        np.testing.assert_allclose(real + 1j * imaginary, expected, atol=1e-12)


def test_dilation_repeats_the_response_of_the_kernel():
    kernel = np.array([1.0, 3.0, 2.0], np.float32)
    _, plain = ck.frequency_response(kernel, 1, 101)
    _, dilated = ck.frequency_response(kernel, 4, 401)
    np.testing.assert_allclose(dilated[:101], plain, atol=1e-12)
    np.testing.assert_allclose(np.abs(dilated[200:301]), np.abs(plain), atol=1e-12)
    frequencies, response = ck.frequency_response([2], 3, 1)
    assert frequencies == [0] and response == [2] and response.dtype == complex


@pytest.mark.parametrize(("kernel", "dilation", "n", "error", "fragment"), [
    ([], 1, 4, ValueError, "kernel must be 1-D with at least one tap"),
    ([[1.0]], 1, 4, ValueError, "kernel must be 1-D with at least one tap; got shape (1, 1)"),
    (3.0, 1, 4, ValueError, "kernel must be 1-D"),
    ([1.0, np.nan], 1, 4, ValueError, "kernel must be finite"),
    ([1.0, np.inf], 1, 4, ValueError, "kernel must be finite"),
    (["a"], 1, 4, TypeError, "kernel must be a row of real numbers"),
    ([1j], 1, 4, TypeError, "kernel must be a row of real numbers"),
    ([[1.0], [1.0, 2.0]], 1, 4, TypeError, "kernel must be a row of numbers"),
    (np.ma.masked_array([1.0]), 1, 4, TypeError, "MaskedArray"),
    (None, 1, 4, TypeError, "kernel must be a row of real numbers; got None"),
    ([1.0], 0, 4, ValueError, "dilation must be at least 1; got 0"),
    ([1.0], 1.5, 4, TypeError, "dilation must be an integer; got 1.5"),
    ([1.0], (1,), 4, TypeError, "dilation must be an integer; got (1,)"),
    ([1.0], 1, 0, ValueError, "n must be at least 1; got 0"),
    ([1.0], 1, math.nan, TypeError, "n must be an integer; got nan"),
])
def test_wrong_kernels_are_refused(kernel, dilation, n, error, fragment):
    refused(lambda: ck.frequency_response(kernel, dilation, n), error,
            ["frequency_response: ", fragment])


# ---- attention that convolves


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize(("kernel", "spatial"), [
    ((3,), (20,)), ((4,), (17,)), ((1,), (5,)), ((3, 3), (9, 10)), ((2, 3), (8, 9)),
    ((5, 1), (12, 4)),
])
def test_attention_with_a_head_for_each_tap_is_the_convolution(kernel, spatial, dilation):
    w, x = drawn(1, 4, 3, *kernel), drawn(2, 2, 3, *spatial)
    layer, params = ck.conv_as_attention(w, dilation=dilation)
    assert (layer.heads, layer.width, layer.channels) == (math.prod(kernel), 3, 4)
    assert layer.relative and params.ndim == 1
    got = layer(params, x)
    same = ck.conv(x, w, dilation=dilation, padding="same")
    pads = ck.Window(kernel, padding="same", dilation=dilation).pads(spatial)
    inner = (..., *(slice(before, n - after) for (before, after), n in zip(pads, spatial)))
    np.testing.assert_allclose(got[inner], same[inner], atol=1e-12)
    # At the border the nearest sample inside takes the place of what is not there.
    repeated = np.pad(x, ((0, 0), (0, 0), *pads), mode="edge")
    np.testing.assert_allclose(got, ck.conv(repeated, w, dilation=dilation), atol=1e-12)


def test_it_holds_in_float32_on_long_signals():
    w, x = drawn(1, 2, 1, 3, dtype=np.float32), drawn(2, 1, 1, 2001, dtype=np.float32)
    layer, params = ck.conv_as_attention(w)
    assert params.dtype == np.float32
    got, same = layer(params, x), ck.conv(x, w, padding="same")
    np.testing.assert_allclose(got[..., 1:-1], same[..., 1:-1], atol=1e-5)


@pytest.mark.parametrize(("w", "error", "fragment"), [
    ([[[1.0]]], TypeError, "w must be a NumPy array; got list"),
    (np.ones((1, 1, 1), int), TypeError, "w must be float32 or float64; got int64"),
    (np.ones((1, 1)), ValueError, "w must be (K, C, S) or (K, C, R, S)"),
    (np.ones((1, 1, 0)), ValueError, "not empty; got shape (1, 1, 0)"),
    (np.full((1, 1, 3), np.nan), ValueError, "w must be finite; got nan"),
])
def test_weights_refused(w, error, fragment):
    refused(lambda: ck.conv_as_attention(w), error, ["conv_as_attention: ", fragment])
