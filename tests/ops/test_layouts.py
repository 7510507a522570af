"""Memory: what arrays look like there changes nothing, and `out` is filled or refused."""

import numpy as np
import pytest
from draws import integers
from refusal import refused

import coursekit as ck
from coursekit.ops import checks

BUILDS = ck.available_isas()


def ones(*shape):
    return np.ones(shape)


def misaligned(a):
    raw = np.empty(a.nbytes + 1, np.uint8)[1:]
    raw[...] = np.ascontiguousarray(a).view(np.uint8).ravel()
    return raw.view(a.dtype).reshape(a.shape)


def strided(a):
    wide = np.zeros(tuple(2 * n for n in a.shape), a.dtype)
    view = wide[tuple(slice(None, 2 * n, 2) for n in a.shape)]
    view[...] = a
    return view


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def odd_strides(a):
    """Strides of axes one long mean nothing and may be anything."""
    strides = [7 if n == 1 else step for n, step in zip(a.shape, a.strides, strict=True)]
    return np.lib.stride_tricks.as_strided(a, strides=strides)


class Loud(np.ndarray):
    """A subclass whose arithmetic is another."""

    def __array_ufunc__(self, *args, **kwargs):
        raise AssertionError("a kernel ran a subclass's arithmetic")


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "negative strides": lambda a: np.flip(np.flip(a).copy()),
    "every other": strided,
    "transposed": lambda a: a.swapaxes(0, -1).copy().swapaxes(0, -1),
    "misaligned": misaligned,
    "other byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": read_only,
    "odd strides": odd_strides,
    "subclass": lambda a: a.view(Loud),
}


def every_result(x, w, b, q):
    """All operations on these arrays."""
    y = ck.conv(x, w, b, padding=1, stride=2)
    pooled, indices = ck.max_pool(x, 2, return_indices=True)
    return [
        y, *ck.conv_backward(np.ones_like(y), x, w, padding=1, stride=2),
        pooled, indices, ck.max_pool_backward(np.ones_like(pooled), x, 2),
        ck.avg_pool(x, 2), ck.avg_pool_backward(np.ones_like(pooled), x, 2),
        ck.attention(q, q, q, window=3), *ck.attention_backward(q, q, q, q),
    ]


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_give_the_plain_result(layout, dtype, rank, isa):
    rng = np.random.default_rng(0)
    shapes = ((1, 3, *(7, 6)[:rank]), (2, 3, *(3, 2)[:rank]), (2,), (1, 2, *(5, 4)[:rank], 3))
    plain = [integers(rng, shape, dtype) for shape in shapes]
    kept = [a.copy() for a in plain]
    with ck.use_isa(isa):
        expected = every_result(*plain)
        results = every_result(*map(LAYOUTS[layout], plain))
    for got, want in zip(results, expected, strict=True):
        np.testing.assert_array_equal(got, want)
        assert type(got) is np.ndarray and got.dtype.isnative and got.flags.writeable
    for a, b in zip(plain, kept, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("isa", BUILDS)
def test_broadcast_arrays_with_stride_zero(isa):
    x, w = np.broadcast_to(2.0, (2, 3, 5)), np.broadcast_to([1.0, 2.0], (4, 3, 2))
    with ck.use_isa(isa):
        np.testing.assert_array_equal(ck.conv(x, w), np.full((2, 4, 4), 18.0))
        grads = ck.conv_backward(np.broadcast_to(1.0, (2, 4, 4)), x, w)
        np.testing.assert_array_equal(grads[2], np.full(4, 8.0))
        np.testing.assert_array_equal(ck.max_pool(x, 2), np.full((2, 3, 2), 2.0))


CALLS_WITH_OUT = {
    "conv": lambda x, **kw: ck.conv(x, np.ones((2, 2, 3), x.dtype), **kw),
    "max_pool": lambda x, **kw: ck.max_pool(x, 3, stride=1, **kw),
    "avg_pool": lambda x, **kw: ck.avg_pool(x, 3, stride=1, **kw),
}


OUT_LAYOUTS = ["Fortran", "negative strides", "every other", "transposed", "misaligned"]


@pytest.fixture(params=CALLS_WITH_OUT)
def call(request):
    function = CALLS_WITH_OUT[request.param]
    function.name = request.param
    return function


@pytest.fixture
def x():
    return integers(np.random.default_rng(1), (2, 2, 8))


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize("layout", ["plain", *OUT_LAYOUTS])
def test_out_is_filled_and_returned(call, x, layout, isa):
    with ck.use_isa(isa):
        expected = call(x)
        out = LAYOUTS.get(layout, np.copy)(np.full(expected.shape, np.nan))
        assert call(x, out=out) is out
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_kernels_are_handed_plain_memory(call, x, layout, monkeypatch):
    """Not every processor forgives a misaligned float, so a right result is no proof."""
    handed, run = [], checks.run

    def spy(op, kernel, *args):
        handed.extend(a for a in args if isinstance(a, np.ndarray))
        run(op, kernel, *args)

    monkeypatch.setattr(checks, "run", spy)
    call(LAYOUTS[layout](x))
    if layout in OUT_LAYOUTS:
        call(x, out=LAYOUTS[layout](call(x)))
    assert handed
    for a in handed:
        assert a.flags.c_contiguous and a.flags.aligned and a.dtype.isnative


def test_out_touches_nothing_around_it(call, x):
    frame = np.full((4, 4, 20), 9.0)
    out = frame[1:3, 1:3, 2:14:2]
    call(x, out=out)
    frame[1:3, 1:3, 2:14:2] = 9
    assert np.all(frame == 9)


@pytest.mark.parametrize(("make", "error", "fragment"), [
    (lambda x: x[:, :, :6], ValueError, "out must not overlap an input or itself"),
    (lambda x: x[:, :, 2:], ValueError, "out must not overlap an input or itself"),
    (lambda x: x[::-1, ::-1, 5::-1], ValueError, "out must not overlap an input or itself"),
    (lambda x: np.broadcast_to(0.0, (2, 2, 6)).copy()[:1].repeat(2, 0)[:, :, :5], ValueError,
     "out must have shape (2, 2, 6); got (2, 2, 5)"),
    (lambda x: np.lib.stride_tricks.as_strided(np.zeros(20), (2, 2, 6), (8, 8, 8)), ValueError,
     "out must not overlap an input or itself"),
    (lambda x: np.lib.stride_tricks.as_strided(np.zeros(20), (2, 2, 6), (0, 48, 8)), ValueError,
     "out must not overlap an input or itself"),
    (lambda x: np.zeros((2, 2, 6), np.float32), TypeError, "out must be float64"),
    (lambda x: np.zeros((2, 2, 6), ">f8"), TypeError, "out must be float64"),
    (lambda x: np.zeros((2, 2, 6), int), TypeError, "out must be float64"),
    (lambda x: read_only(np.zeros((2, 2, 6))), ValueError, "out must be writeable"),
    (lambda x: np.ma.zeros((2, 2, 6)), TypeError, "out must be a NumPy array; got MaskedArray"),
    (lambda x: [[[0.0]]], TypeError, "out must be a NumPy array; got list"),
    (lambda x: np.zeros((2, 2, 6))[..., None], ValueError, "out must have shape (2, 2, 6)"),
])
def test_out_refused(call, x, make, error, fragment):
    kept, out = x.copy(), make(x)
    refused(lambda: call(x, out=out), error, [f"{call.name}: ", fragment])
    np.testing.assert_array_equal(x, kept)


def test_out_may_not_overlap_weights_or_bias():
    w = ones(2, 2, 3)
    out = w.ravel()[:2].reshape(1, 2, 1)
    refused(lambda: ck.conv(ones(1, 2, 3), w, out=out), ValueError, ["overlap"])
    b = ones(2)
    refused(lambda: ck.conv(ones(1, 2, 3), w, b, out=b.reshape(1, 2, 1)), ValueError, ["overlap"])


def test_neighbours_in_one_buffer_do_not_overlap():
    buffer = np.ones(16)
    x, out = buffer[:8].reshape(1, 1, 8), buffer[8:14].reshape(1, 1, 6)
    np.testing.assert_array_equal(ck.conv(x, ones(1, 1, 3), out=out), np.full((1, 1, 6), 3.0))
    interleaved = ck.conv(buffer[:16:2].reshape(1, 1, 8), ones(1, 1, 3),
                          out=buffer[1:13:2].reshape(1, 1, 6))
    assert interleaved.shape == (1, 1, 6)
