"""Shapes large enough for full tiles, chunks of products, bands of rows and their remainders."""

import numpy as np
import pytest

import coursekit as ck

COMPILED = [name for name in ck.available_isas() if name != "reference"]


def drawn_call(seed):
    """Shapes and options with more channels and longer rows than a tile holds, and odd ones."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 1, 2, 3]))
    channels, outputs = (int(rng.choice(sizes)) for sizes in ([1, 3, 8, 17, 40], [1, 2, 11, 16]))
    kernel = tuple(int(rng.choice([1, 2, 3, 3, 3, 5])) for _ in range(2))
    stride = (1, 1) if rng.random() < 0.6 else tuple(map(int, rng.integers(1, 4, 2)))
    dilation = tuple(map(int, rng.integers(1, 5, 2)))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    # Padding beyond the extent too, where whole windows see nothing but zeros.
    padding = [tuple(map(int, rng.integers(0, e + 3, 2))) for e in extent]
    if rng.random() < 0.25:
        padding = [(0, 0), (0, 0)]
    spatial = [max(1, e - sum(p)) + int(rng.integers(0, 40))
               for e, p in zip(extent, padding, strict=True)]
    x = (int(rng.integers(1, 3)), channels * groups, *spatial)
    w = (outputs * groups, channels, *kernel)
    return x, w, {"stride": stride, "padding": tuple(padding), "dilation": dilation,
                  "groups": groups}


def integers(rng, shape, dtype):
    return rng.integers(-3, 4, shape).astype(dtype)


def everything(x, w, b, options, algorithm="auto"):
    y = ck.conv(x, w, b, algorithm=algorithm, **options)
    grad = integers(np.random.default_rng(y.size), y.shape, y.dtype)
    return [y, *ck.conv_backward(grad, x, w, **options)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(40))
def test_each_build_equals_the_reference_exactly_on_integers(seed, dtype):
    shape, weights, options = drawn_call(seed)
    rng = np.random.default_rng(seed)
    x, w, b = (integers(rng, s, dtype) for s in (shape, weights, weights[0]))
    with ck.use_isa("reference"):
        expected = everything(x, w, b, options)
    for isa in COMPILED:
        with ck.use_isa(isa):
            for algorithm in ("auto", "direct"):
                results = everything(x, w, b, options, algorithm)
                names = ("y", "grad_x", "grad_w", "grad_b")
                for name, got, want in zip(names, results, expected, strict=True):
                    np.testing.assert_array_equal(got, want, f"{isa} {algorithm} {name}")


@pytest.mark.parametrize("isa", COMPILED)
@pytest.mark.parametrize("shape", [
    (1, 64, 40, 40), (2, 16, 48, 48), (1, 3, 100, 50), (3, 32, 1, 300), (1, 40, 14, 14),
])
@pytest.mark.parametrize("rate", [1, 2, 5])
def test_gradients_are_the_adjoint_on_full_tiles(isa, shape, rate):
    rng = np.random.default_rng(0)
    x, w = integers(rng, shape, float), integers(rng, (24, shape[1], min(3, shape[2]), 3), float)
    with ck.use_isa(isa):
        y = ck.conv(x, w, padding="same", dilation=rate)
        grad = integers(rng, y.shape, float)
        grad_x, grad_w, grad_b = ck.conv_backward(grad, x, w, padding="same", dilation=rate)
    assert np.vdot(y, grad) == np.vdot(x, grad_x) == np.vdot(w, grad_w)
    np.testing.assert_array_equal(grad_b, grad.sum((0, 2, 3)))


def rms_error(y, exact):
    return np.sqrt(((y - exact) ** 2).mean() / (exact**2).mean())


@pytest.mark.parametrize("isa", COMPILED)
@pytest.mark.parametrize(("algorithm", "bound"), [
    ("auto", 6e-7), ("direct", 6e-7), ("winograd2", 6e-7), ("winograd4", 1e-5),
])
@pytest.mark.parametrize("channels", [16, 512])
def test_rounding_errors(isa, algorithm, bound, channels):
    """Against float64; a single chain over 512 channels would miss the first bounds."""
    rng = np.random.default_rng(1)
    x, w = (rng.standard_normal(s) for s in ((1, channels, 13, 15), (16, channels, 3, 3)))
    with ck.use_isa(isa):
        exact = ck.conv(x, w, padding=2, dilation=2, algorithm="direct")
        y = ck.conv(x.astype("f4"), w.astype("f4"), padding=2, dilation=2, algorithm=algorithm)
    assert 0 < rms_error(y, exact) < bound


@pytest.mark.parametrize("isa", ck.available_isas())
@pytest.mark.parametrize("dilation", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8, 13])
def test_winograd_by_name_for_every_number_of_rows(isa, rows, dilation):
    """Bands whose last rows are missing, channels that fill no tile, groups, another width."""
    rng = np.random.default_rng(rows)
    x, w = integers(rng, (2, 6, rows, 21), float), integers(rng, (10, 3, 3, 2), float)
    b = integers(rng, 10, float)
    options = {"padding": ((dilation, dilation), (3, 0)), "dilation": dilation, "groups": 2}
    with ck.use_isa("reference"):
        expected = ck.conv(x, w, b, **options)
    with ck.use_isa(isa):
        two, four = (ck.conv(x, w, b, algorithm=f"winograd{m}", **options) for m in (2, 4))
    np.testing.assert_array_equal(two, expected)
    np.testing.assert_allclose(four, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("isa", COMPILED)
@pytest.mark.parametrize("poison", [np.inf, np.nan])
def test_an_infinity_touches_only_what_it_reaches(isa, poison):
    rng = np.random.default_rng(2)
    x, w = rng.standard_normal((1, 16, 20, 20)), rng.standard_normal((16, 16, 3, 3))
    plain = ck.conv(x, w, padding=2, dilation=2)
    x[0, 5, 9, 11] = poison
    with ck.use_isa(isa):
        y = ck.conv(x, w, padding=2, dilation=2)
    reached = np.zeros((20, 20), bool)
    reached[7:12:2, 9:14:2] = True
    assert not np.isfinite(y[..., reached]).any()
    np.testing.assert_allclose(y[..., ~reached], plain[..., ~reached], atol=1e-12)


@pytest.mark.parametrize("isa", COMPILED)
@pytest.mark.parametrize("channels", [1, 2, 20])
def test_gradients_with_infinities_are_the_reference_s(isa, channels):
    """Copies pad rows with zeros, and 0 * inf is NaN: none of that may show."""
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((1, channels, 9, 21)), rng.standard_normal((4, channels, 3, 3))
    grad = rng.standard_normal((1, 4, 7, 19))
    for a in (x, w, grad):
        poisoned = [a.copy() if a is b else b for b in (grad, x, w)]
        target = next(p for p, b in zip(poisoned, (grad, x, w), strict=True) if b is a)
        target[0, 0, 1, 2] = np.inf
        with ck.use_isa("reference"):
            expected = ck.conv_backward(*poisoned)
        with ck.use_isa(isa):
            results = ck.conv_backward(*poisoned)
        for got, want in zip(results, expected, strict=True):
            finite = np.isfinite(want)
            np.testing.assert_array_equal(np.isfinite(got), finite)
            np.testing.assert_allclose(got[finite], want[finite], atol=1e-11)


@pytest.mark.parametrize("algorithm", ["winograd2", "winograd4"])
@pytest.mark.parametrize(("shape", "kernel", "options"), [
    ((1, 1, 9), (1, 1, 3), {}),
    ((1, 1, 9, 9), (1, 1, 2, 3), {}),
    ((1, 1, 9, 9), (1, 1, 3, 3), {"stride": (1, 2)}),
])
def test_winograd_is_refused_where_it_does_not_apply(algorithm, shape, kernel, options):
    with pytest.raises(ValueError, match="conv: algorithm must be 'auto' or 'direct' unless") as e:
        ck.conv(np.ones(shape), np.ones(kernel), algorithm=algorithm, **options)
    assert f"got {algorithm!r}" in str(e.value) and "\n" not in str(e.value)
