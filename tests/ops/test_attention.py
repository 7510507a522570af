"""Attention: values known by hand, masks, gradients, empty shapes. Peers are in test_peers."""

import numpy as np
import pytest
from draws import fixed
from hypothesis import given
from hypothesis import strategies as st

import coursekit as ck


def drawn(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.mark.parametrize("options", [
    {}, {"causal": True}, {"window": 3}, {"window": 3, "dilation": 2},
    {"window": 2, "causal": True}, {"window": 4, "dilation": 3, "causal": True},
    {"window": 5, "scale": 0.3},
])
def test_gradients_are_differences(options):
    q, k, v, grad = drawn(0, *[(1, 2, 6, 3)] * 4)
    got = ck.attention_backward(grad, q, k, v, **options)
    for array, gradient in zip((q, k, v), got, strict=True):
        (direction,) = drawn(1, array.shape)
        kept, step = array.copy(), 1e-6
        sides = []
        for sign in (1, -1):
            array[...] = kept + sign * step * direction
            sides.append((ck.attention(q, k, v, **options) * grad).sum())
        array[...] = kept
        slope = (sides[0] - sides[1]) / (2 * step)
        np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-6, atol=1e-8)


@given(length=st.integers(1, 9), window=st.sampled_from([1, 3, 5, 2**31 - 1]),
       dilation=st.sampled_from([1, 2, 3, 2**31 - 1]), seed=st.integers(0, 99))
@fixed(80)
def test_a_query_sees_its_window_and_nothing_else(length, window, dilation, seed):
    """With equal scores the output is the mean of the values seen, at any reach."""
    (v,) = drawn(seed, (1, 1, length, 1))
    zero = np.zeros_like(v)
    seen = [[j for j in range(length)
             if (j - i) % dilation == 0 and abs(j - i) // dilation <= window // 2]
            for i in range(length)]
    got = ck.attention(zero, zero, v, window=window, dilation=dilation)[0, 0, :, 0]
    np.testing.assert_allclose(got, [v[0, 0, j, 0].mean() for j in seen], atol=1e-12)


def test_a_causal_window_looks_back_in_steps():
    v = np.arange(5.0).reshape(1, 1, 5, 1)
    got = ck.attention(0 * v, 0 * v, v, window=2, dilation=2, causal=True)
    np.testing.assert_array_equal(got[0, 0, :, 0], [0, 1, 1, 2, 3])


def test_a_wide_window_is_dense():
    q, k, v = drawn(3, *[(2, 2, 3, 4, 5)] * 3)
    np.testing.assert_allclose(ck.attention(q, k, v, window=(7, 9)), ck.attention(q, k, v))


def test_large_scores_do_not_overflow():
    q = np.full((1, 1, 2, 1), 1e3)
    v = np.array([[[[1.0], [3.0]]]])
    np.testing.assert_array_equal(ck.attention(q, q, v)[0, 0, :, 0], [2, 2])


def test_infinite_scores_and_nan_become_nan_silently():
    q = np.full((1, 1, 3, 1), np.inf)
    v = np.ones((1, 1, 3, 1))
    assert np.isnan(ck.attention(q, v, v)).all()
    assert np.isnan(ck.attention_backward(v, q, v, v)[0]).all()
    v[0, 0, 2] = np.nan
    assert np.isnan(ck.attention(np.zeros_like(v), np.ones_like(v), v)).all()
    assert not np.isnan(ck.attention(0 * v[:, :, :2], v[:, :, :2], v[:, :, :2])).any()


@pytest.mark.parametrize("shape", [(0, 2, 4, 3), (2, 0, 4, 3), (2, 2, 0, 3), (1, 1, 0, 4, 3),
                                   (0, 1, 2**40, 3)])
@pytest.mark.parametrize("window", [None, 3])
def test_empty_axes(shape, window):
    a = np.ones(shape)
    assert ck.attention(a, a, a, window=window).shape == shape
    assert [g.shape for g in ck.attention_backward(a, a, a, a, window=window)] == [shape] * 3


def test_values_of_width_zero_give_gradients_of_zero():
    q, v = np.ones((1, 1, 3, 2)), np.ones((1, 1, 3, 0))
    grads = ck.attention_backward(ck.attention(q, q, v), q, q, v)
    assert not grads[0].any() and not grads[1].any() and grads[2].shape == v.shape
