"""Convolution: every build against the reference, the adjoint identity, values NumPy would give."""

import numpy as np
import pytest
from draws import assert_close, calls, fixed, integers, normals, terms
from hypothesis import given

import coursekit as ck

BUILDS = ck.available_isas()


def run(isa, call, x, w, b, grad):
    """Forward and backward on one build."""
    with ck.use_isa(isa):
        y = ck.conv(x, w, b, groups=call.groups, **call.options)
        return y, *ck.conv_backward(grad, x, w, groups=call.groups, **call.options)


def arrays(call, drawn, dtype):
    rng = call.random()
    shapes = (call.shape, call.weights_shape, (call.outputs,), call.out_shape(call.outputs))
    return [drawn(rng, shape, dtype) for shape in shapes]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls())
@fixed(150)
def test_each_build_equals_the_reference(isa, dtype, call):
    for drawn in (integers, normals):
        x, w, b, grad = arrays(call, drawn, dtype)
        results = run(isa, call, x, w, b, grad)
        expected = run("reference", call, x, w, b, grad)
        for got, want in zip(results, expected, strict=True):
            assert got.shape == want.shape and got.dtype == want.dtype == dtype
            if drawn is integers:
                np.testing.assert_array_equal(got, want)
            else:
                assert_close(got, want, max(grad.size, terms(call) * call.outputs))


@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls())
@fixed(150)
def test_gradients_are_the_adjoint(isa, call):
    """<conv(x, w), g> = <x, grad_x> = <w, grad_w>, exactly on integers, and sums for the bias."""
    x, w, _, grad = arrays(call, integers, np.float64)
    y, grad_x, grad_w, grad_b = run(isa, call, x, w, None, grad)
    inner = np.vdot(y, grad)
    assert inner == np.vdot(x, grad_x) == np.vdot(w, grad_w)
    axes = (0, *range(2, grad.ndim))
    np.testing.assert_array_equal(grad_b, grad.sum(axis=axes))


@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls())
@fixed(60)
def test_nothing_but_taps_is_read(isa, call):
    """An impulse reaches the outputs whose window has a tap on it, and no other."""
    rng = call.random()
    w = np.ones(call.weights_shape)
    x = np.zeros(call.shape)
    if not x.size:
        return
    place = tuple(rng.integers(0, n) for n in call.shape)
    x[place] = 1
    with ck.use_isa(isa):
        y = ck.conv(x, w, groups=call.groups, **call.options)
    expected = np.zeros(y.shape)
    window = call.window
    hits = []
    for at, n, (before, _), stride, taps in zip(
        place[2:], y.shape[2:], window.pads(call.spatial), window.stride, window.taps(), strict=True
    ):
        hits.append([sum(i * stride - before + tap == at for tap in taps) for i in range(n)])
    group = place[1] // (call.shape[1] // call.groups)
    size = call.outputs // call.groups
    response = hits[0] if len(hits) == 1 else np.multiply.outer(*hits)
    expected[place[0], group * size : (group + 1) * size] = response
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_and_infinity_propagate_as_in_a_sum(isa, poison, dtype):
    x = np.arange(6, dtype=dtype).reshape(1, 1, 6)
    x[0, 0, 3] = poison
    w = np.array([[[1, 0, -2]]], dtype)
    with ck.use_isa(isa):
        y = ck.conv(x, w, padding=1)
    padded = np.pad(x[0, 0], 1)
    with np.errstate(invalid="ignore"):
        expected = [(padded[i : i + 3] * w[0, 0]).sum() for i in range(6)]
    np.testing.assert_array_equal(y[0, 0], expected)
    assert np.isnan(y[0, 0, 3]), "a weight of 0 meets the poison: 0 * inf is NaN"


@pytest.mark.parametrize("isa", BUILDS)
def test_opposite_infinities_and_an_infinite_weight_on_padding_are_nan(isa):
    x = np.array([[[np.inf, -np.inf, 1.0]]])
    w = np.array([[[np.inf, 1.0]]])
    with ck.use_isa(isa):
        np.testing.assert_array_equal(ck.conv(x, np.ones((1, 1, 2)))[0, 0], [np.nan, -np.inf])
        y = ck.conv(np.ones((1, 1, 2)), w, padding=((1, 0),))
        grads = ck.conv_backward(np.full((1, 1, 2), np.inf), x, w)
    np.testing.assert_array_equal(y[0, 0], [np.nan, np.inf])
    np.testing.assert_array_equal(grads[0][0, 0], [np.inf, np.inf, np.inf])


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize(
    ("x", "w", "y", "options"),
    [
        ((0, 2, 5), (3, 2, 2), (0, 3, 4), {}),
        ((2, 0, 5), (3, 0, 2), (2, 3, 4), {}),
        ((2, 2, 5), (0, 2, 2), (2, 0, 4), {}),
        ((2, 2, 5), (0, 1, 2), (2, 0, 4), {"groups": 2}),
        ((1, 1, 0), (1, 1, 3), (1, 1, 0), {"padding": "same"}),
        ((1, 1, 0), (1, 1, 3), (1, 1, 2), {"padding": 2}),
        ((1, 1, 4, 0), (1, 1, 3, 3), (1, 1, 4, 0), {"padding": "same"}),
        ((1, 1, 0, 4), (1, 1, 3, 3), (1, 1, 2, 4), {"padding": (2, 1)}),
        ((1, 1, 2**40, 0), (1, 1, 1, 1), (1, 1, 2**40, 0), {"padding": "same"}),
        ((2**40, 0, 4), (0, 0, 3), (2**40, 0, 2), {}),
    ],
)
def test_empty_axes(isa, x, w, y, options):
    x, w = np.ones(x), np.ones(w)
    with ck.use_isa(isa):
        got = ck.conv(x, w, np.full(w.shape[0], 7.0), **options)
        grads = ck.conv_backward(np.ones(y), x, w, **options)
    assert got.shape == y
    assert np.all(got == 7)
    assert [g.shape for g in grads] == [x.shape, w.shape, w.shape[:1]]
    assert not grads[0].any() or x.size
    assert not grads[1].any()


def test_the_bias_is_added_once_for_each_output_channel():
    y = ck.conv(np.zeros((2, 1, 4)), np.ones((3, 1, 2)), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(y, np.broadcast_to([[[1.0], [2.0], [3.0]]], (2, 3, 3)))


def test_direct_and_auto_are_the_same():
    rng = np.random.default_rng(0)
    x, w = normals(rng, (2, 3, 7, 9)), normals(rng, (4, 3, 3, 2))
    np.testing.assert_array_equal(ck.conv(x, w), ck.conv(x, w, algorithm="direct"))


def test_a_dilated_convolution_is_interleaved_convolutions():
    """Polyphase: at stride 1 and rate d, phase q of the output is phase q convolved."""
    rng = np.random.default_rng(1)
    x, w = integers(rng, (1, 2, 24)), integers(rng, (3, 2, 3))
    whole = ck.conv(x, w, dilation=4)
    for phase in range(4):
        alone = ck.conv(x[:, :, phase::4], w)
        np.testing.assert_array_equal(whole[:, :, phase::4], alone)


def test_long_float32_sums_stay_close():
    rng = np.random.default_rng(2)
    x, w = normals(rng, (1, 64, 12, 13)), normals(rng, (8, 64, 3, 3))
    exact = ck.conv(x, w)
    error = ck.conv(x.astype(np.float32), w.astype(np.float32)) - exact
    assert np.sqrt((error**2).mean() / (exact**2).mean()) < 1e-6
