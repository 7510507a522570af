"""Pooling: every build against brute force and the reference; NaN, ties, padding."""

import math

import numpy as np
import pytest
from draws import assert_close, calls, fixed, holds_samples, integers, normals, taps_inside, terms
from hypothesis import assume, given

import coursekit as ck

BUILDS = ck.available_isas()
DTYPES = [np.float32, np.float64]


def brute(call, x, out, channel=(0, 0)):
    """For one output, the samples its window meets: {flat place: value}, row by row."""
    window, spatial = call.window, call.spatial
    axes = [
        [p for tap in taps if 0 <= (p := at * stride - before + tap) < n]
        for at, n, (before, _), stride, taps in zip(
            out, spatial, window.pads(spatial), window.stride, window.taps(), strict=True
        )
    ]
    rows = axes[0] if len(axes) == 2 else [0]
    places = [row * spatial[-1] + column for row in rows for column in axes[-1]]
    plane = x[channel].ravel()
    return {place: plane[place] for place in places}


@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls(empty=False, pool=True))
@fixed(80)
def test_each_output_by_brute_force(isa, call):
    rng = call.random()
    x = integers(rng, call.shape)
    with ck.use_isa(isa):
        y, indices = ck.max_pool(x, call.kernel, return_indices=True, **call.options)
        means = ck.avg_pool(x, call.kernel, **call.options)
        inner = ck.avg_pool(x, call.kernel, count_include_pad=False, **call.options)
    assert indices.dtype == np.int64
    for out in np.ndindex(y.shape[2:]):
        samples = brute(call, x, out)
        at = (0, 0, *out)
        assert y[at] == max(samples.values())
        assert indices[at] == next(p for p, v in samples.items() if v == y[at])
        assert means[at] == sum(samples.values()) / math.prod(call.kernel)
        assert inner[at] == sum(samples.values()) / len(samples)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls(pool=True))
@fixed(150)
def test_each_build_equals_the_reference(isa, dtype, call):
    for drawn in (integers, normals):
        rng = call.random()
        x = drawn(rng, call.shape, dtype)
        grad = drawn(rng, call.out_shape(call.shape[1]), dtype)
        results, expected = (run(name, call, x, grad) for name in (isa, "reference"))
        for got, want in zip(results, expected, strict=True):
            assert got.shape == want.shape and got.dtype == want.dtype
            if got.dtype == np.int64:
                np.testing.assert_array_equal(got, want)
            else:
                assert_close(got, want, terms(call))


def run(isa, call, x, grad):
    options = call.options
    with ck.use_isa(isa):
        y, indices = ck.max_pool(x, call.kernel, return_indices=True, **options)
        results = [y, indices, ck.max_pool_backward(grad, x, call.kernel, **options)]
        for include in (True, False):
            options["count_include_pad"] = include
            results.append(ck.avg_pool(x, call.kernel, **options))
            results.append(ck.avg_pool_backward(grad, x, call.kernel, **options))
    return results


@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls(pool=True))
@fixed(120)
def test_gradients_are_the_adjoint(isa, call):
    """<pool(x), g> = <x, grad_x>: exactly, as x is scaled so that every mean is an integer."""
    rng = call.random()
    x = integers(rng, call.shape) * 5040 * 5040
    grad = integers(rng, call.out_shape(call.shape[1])) * 5040 * 5040
    for include in (True, False):
        options = {"count_include_pad": include, **call.options}
        with ck.use_isa(isa):
            y = ck.avg_pool(x, call.kernel, **options)
            grad_x = ck.avg_pool_backward(grad, x, call.kernel, **options)
        assert inner(y, grad) == inner(x, grad_x)
    with ck.use_isa(isa):
        y = ck.max_pool(x, call.kernel, **call.options)
        grad_x = ck.max_pool_backward(grad, x, call.kernel, **call.options)
    assert inner(y, grad) == inner(x, grad_x)


def inner(a, b):
    """Their products' sum, in Python integers."""
    for values in (a, b):
        assert np.all(values == np.rint(values))
    return sum(int(p) * int(q) for p, q in zip(a.ravel(), b.ravel(), strict=True))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("isa", BUILDS)
@given(call=calls(empty=False, pool=True))
@fixed(100)
def test_nan_and_infinity_propagate_as_in_max_and_sum(isa, dtype, call):
    rng = call.random()
    x = rng.choice(np.array([np.nan, np.inf, -np.inf, 0.0, 1.0], dtype), call.shape)
    with ck.use_isa(isa):
        y, indices = ck.max_pool(x, call.kernel, return_indices=True, **call.options)
        means = ck.avg_pool(x, call.kernel, count_include_pad=False, **call.options)
    for out in np.ndindex(y.shape[2:]):
        samples = brute(call, x, out)
        values = np.array(list(samples.values()))
        at = (0, 0, *out)
        with np.errstate(invalid="ignore"):
            np.testing.assert_equal(y[at], values.max())
            np.testing.assert_allclose(means[at], values.mean(), rtol=1e-6)
        winner = next(p for p, v in samples.items() if v == y[at] or (np.isnan(v) == np.isnan(y[at])
                      and np.isnan(v)))
        assert indices[at] == winner


@pytest.mark.parametrize("isa", BUILDS)
def test_padding_never_wins(isa):
    x = np.full((1, 2, 3, 4), -np.inf)
    with ck.use_isa(isa):
        y, indices = ck.max_pool(x, 3, stride=2, padding=1, return_indices=True)
    assert np.all(y == -np.inf)
    np.testing.assert_array_equal(indices[0], [[[0, 1], [4, 5]]] * 2)


@pytest.mark.parametrize("isa", BUILDS)
def test_the_gradient_goes_to_the_first_nan_and_the_first_of_equals(isa):
    x = np.array([[[1.0, np.nan, 3.0, np.nan, 2.0, 2.0]]])
    with ck.use_isa(isa):
        got = ck.max_pool_backward(np.array([[[1.0, 10.0, 100.0]]]), x, 2)
    np.testing.assert_array_equal(got[0, 0], [0, 1, 0, 10, 100, 0])


def test_stride_is_the_kernel_size_unless_given():
    x = np.arange(12.0).reshape(1, 1, 12)
    np.testing.assert_array_equal(ck.max_pool(x, 3), ck.max_pool(x, 3, stride=3))
    np.testing.assert_array_equal(ck.avg_pool(x, 3), ck.avg_pool(x, 3, stride=3))


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize(
    ("shape", "padding"),
    [((0, 2, 5), 0), ((2, 0, 5), 0), ((1, 1, 0), "same"), ((1, 1, 3, 0), "same"),
     ((1, 1, 2**40, 0), "same"), ((2**40, 0, 4), 0)],
)
def test_empty_axes(isa, shape, padding):
    x = np.ones(shape)
    with ck.use_isa(isa):
        y, indices = ck.max_pool(x, 2, padding=padding, return_indices=True)
        assert y.size == indices.size == 0
        assert ck.avg_pool(x, 2, padding=padding).shape == y.shape
        for backward in (ck.max_pool_backward, ck.avg_pool_backward):
            assert backward(y, x, 2, padding=padding).shape == shape


@given(call=calls(empty=False))
@fixed(250)
def test_a_window_without_a_sample_is_refused_and_no_other(call):
    x = np.ones(call.shape)
    if holds_samples(call.window, call.spatial):
        ck.max_pool(x, call.kernel, **call.options)
        return
    counts = taps_inside(call.window, call.spatial)
    axis = next(a for a, count in enumerate(counts) if not count.all())
    named = f"window {int(np.argmin(counts[axis] > 0))} on spatial axis {axis} "
    for pool in (ck.max_pool, ck.avg_pool):
        with pytest.raises(ValueError, match=named):
            pool(x, call.kernel, **call.options)


@given(call=calls(empty=False, pool=True))
@fixed(60)
def test_a_pool_of_one_tap_is_a_subsample(call):
    assume(call.padding == "valid")
    x = call.random().standard_normal(call.shape)
    steps = tuple(slice(None, None, s) for s in call.window.stride)
    options = {"stride": call.stride}
    np.testing.assert_array_equal(ck.max_pool(x, 1, **options), x[:, :, *steps])
    np.testing.assert_array_equal(ck.avg_pool(x, 1, **options), x[:, :, *steps])


WIDE = [
    {"kernel_size": 2}, {"kernel_size": 3, "stride": 1, "padding": 1},
    {"kernel_size": 3, "stride": 1, "padding": "same", "dilation": 7},
    {"kernel_size": (2, 5), "stride": (3, 2), "padding": ((1, 0), (2, 2)), "dilation": (4, 3)},
    {"kernel_size": (5, 1), "stride": (1, 3)}, {"kernel_size": (1, 4), "stride": (7, 1)},
    {"kernel_size": 3, "stride": 2, "padding": 20, "dilation": 20},
]


@pytest.mark.parametrize("options", WIDE, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("isa", BUILDS)
def test_rows_as_long_as_vectors(isa, dtype, options):
    """Longer than the drawn ones: values alone take another path than values with places."""
    rng = np.random.default_rng(7)
    x = rng.integers(-3, 4, (2, 3, 37, 83)).astype(dtype)
    x[x == 0] *= rng.choice([-1, 1], (x == 0).sum())  # zeros of both signs, which are equal
    special = x.copy()
    special.flat[rng.choice(x.size, 40, replace=False)] = np.nan
    special.flat[rng.choice(x.size, 40, replace=False)] = np.inf
    with ck.use_isa(isa):
        for a in (x, special):
            largest, places = ck.max_pool(a, return_indices=True, **options)
            alone = ck.max_pool(a, **options)
            assert alone.tobytes() == largest.tobytes(), "the same bits, signs of zeros too"
            flat = a.reshape(2, 3, -1)
            found = np.take_along_axis(flat, places.reshape(2, 3, -1), axis=2)
            np.testing.assert_array_equal(found.reshape(alone.shape), alone)
        means = [ck.avg_pool(a, count_include_pad=pad, **options)
                 for a in (x, special) for pad in (True, False)]
    with ck.use_isa("reference"):
        expected = [ck.avg_pool(a, count_include_pad=pad, **options)
                    for a in (x, special) for pad in (True, False)]
    for mean, other in zip(means, expected, strict=True):
        np.testing.assert_allclose(mean, other, rtol=1e-6 if dtype == np.float32 else 1e-14,
                                   atol=1e-6)
