"""PyTorch computes the same: forward, indices and gradients, over drawn shapes."""

import math
import os
from itertools import product

import numpy as np
import pytest
from draws import assert_close, calls, fixed, integers, normals, taps_inside, terms
from hypothesis import given
from hypothesis import strategies as st

import coursekit as ck

try:
    import torch
except ImportError:
    torch = None

DTYPES = [np.float32, np.float64]


@pytest.fixture(autouse=True, scope="module")
def peer():
    if torch is None:
        if os.environ.get("COURSEKIT_REQUIRE_PEERS") == "1":
            pytest.fail("PyTorch is required here (COURSEKIT_REQUIRE_PEERS=1) and not installed")
        pytest.skip("PyTorch is not installed: pip install -e .[peers]")


def tensor(a):
    return torch.tensor(a, requires_grad=True)


def plane(a):
    """A signal as an image one row high."""
    return a.unsqueeze(-2) if a.ndim == 3 else a


def lifted(values):
    return (1, *values) if len(values) == 1 else values


def padded(call, x, value=0.0):
    """x as an image with `value` around it, in any form of padding."""
    before_after = [n for pair in reversed(call.window.pads(call.spatial)) for n in pair]
    return torch.nn.functional.pad(plane(x), before_after, value=value)


def agree(got, expected, drawn, count):
    """Exactly where integers were drawn, else up to rounding."""
    expected = expected.detach().numpy().reshape(got.shape)
    if drawn is integers:
        np.testing.assert_array_equal(got, expected)
    else:
        assert_close(got, expected, count)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("drawn", [integers, normals])
@given(call=calls(empty=False))
@fixed(150)
def test_conv(drawn, dtype, call):
    rng = call.random()
    x, w, b = (drawn(rng, s, dtype) for s in (call.shape, call.weights_shape, call.outputs))
    y = ck.conv(x, w, b, groups=call.groups, **call.options)
    grad = drawn(rng, y.shape, dtype)
    tx, tw, tb = map(tensor, (x, w, b))
    ty = torch.nn.functional.conv2d(
        padded(call, tx), plane(tw), tb, lifted(call.window.stride), 0,
        lifted(call.window.dilation), call.groups,
    )
    agree(y, ty, drawn, terms(call))
    ty.backward(torch.tensor(grad).reshape(ty.shape))
    grads = ck.conv_backward(grad, x, w, groups=call.groups, **call.options)
    for got, leaf in zip(grads, (tx, tw, tb), strict=True):
        agree(got, leaf.grad, drawn, max(grad.size, terms(call) * call.outputs))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("drawn", [integers, normals])
@given(call=calls(empty=False, pool=True))
@fixed(120)
def test_max_pool(drawn, dtype, call):
    rng = call.random()
    x = drawn(rng, call.shape, dtype)
    y, indices = ck.max_pool(x, call.kernel, return_indices=True, **call.options)
    tx = tensor(x)
    plain = padded(call, tx, -math.inf)
    ty, places = torch.nn.functional.max_pool2d(
        plain, lifted(call.window.kernel_size), lifted(call.window.stride), 0,
        lifted(call.window.dilation), return_indices=True,
    )
    np.testing.assert_array_equal(y, ty.detach().numpy().reshape(y.shape))
    befores = lifted(tuple(before for before, _ in call.window.pads(call.spatial)))
    top = 0 if len(call.spatial) == 1 else befores[0]
    row, column = np.divmod(places.numpy(), plain.shape[-1])
    unpadded = (row - top) * call.spatial[-1] + column - befores[-1]
    np.testing.assert_array_equal(indices, unpadded.reshape(indices.shape))
    grad = drawn(rng, y.shape, dtype)
    ty.backward(torch.tensor(grad).reshape(ty.shape))
    got = ck.max_pool_backward(grad, x, call.kernel, **call.options)
    agree(got, tx.grad, drawn, math.prod(call.kernel))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count_include_pad", [True, False])
@given(call=calls(empty=False, pool=True))
@fixed(120)
def test_avg_pool(count_include_pad, dtype, call):
    rng = call.random()
    options = {"count_include_pad": count_include_pad, **call.options}
    x = normals(rng, call.shape, dtype)
    y = ck.avg_pool(x, call.kernel, **options)
    tx = tensor(x)
    ty = mean(call, tx)
    if not count_include_pad:
        inside = taps_inside(call.window, call.spatial)
        counts = inside[0] if len(inside) == 1 else np.multiply.outer(*inside)
        share = torch.tensor(counts / math.prod(call.kernel)).to(ty.dtype)
        ty = ty / (share if share.ndim == 2 else share[None])
    agree(y, ty, normals, terms(call))
    grad = normals(rng, y.shape, dtype)
    ty.backward(torch.tensor(grad).reshape(ty.shape))
    got = ck.avg_pool_backward(grad, x, call.kernel, **options)
    agree(got, tx.grad, normals, terms(call))


def mean(call, x):
    """The peer's pooling; it knows no dilation, so there a depthwise box takes its place."""
    window, plain = call.window, padded(call, x)
    if max(window.dilation) == 1:
        return torch.nn.functional.avg_pool2d(
            plain, lifted(window.kernel_size), lifted(window.stride)
        )
    box = torch.full((call.shape[1], 1, *lifted(call.kernel)), 1 / math.prod(call.kernel),
                     dtype=x.dtype)
    return torch.nn.functional.conv2d(
        plain, box, None, lifted(window.stride), 0, lifted(window.dilation), call.shape[1]
    )


@st.composite
def attentions(draw):
    """Shape of queries and the options of windowed attention."""
    rank = draw(st.integers(1, 2))
    spatial = tuple(draw(st.integers(1, 6)) for _ in range(rank))
    causal = rank == 1 and draw(st.booleans())
    sizes = st.integers(1, 5) if causal else st.sampled_from([1, 3, 5])
    options = {"window": tuple(draw(sizes) for _ in spatial), "causal": causal,
               "dilation": tuple(draw(st.integers(1, 3)) for _ in spatial),
               "scale": draw(st.sampled_from([None, 0.5]))}
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *spatial)
    return shape, draw(st.integers(1, 4)), draw(st.integers(1, 4)), options, draw(st.integers(0))


def visible(spatial, window, dilation, causal, scale):
    """mask[i, j]: whether query i sees key j, by comparing every pair of places."""
    places = list(product(*map(range, spatial)))
    offsets = [
        {-d * t if causal else d * (t - w // 2) for t in range(w)}
        for w, d in zip(window, dilation, strict=True)
    ]
    return np.array([
        [all(b - a in o for a, b, o in zip(i, j, offsets, strict=True)) for j in places]
        for i in places
    ])


def compare_attention(q, k, v, grad, options, **peers):
    leaves = [tensor(a) for a in (q, k, v)]
    flat = [a.reshape(*a.shape[:2], -1, a.shape[-1]) for a in leaves]
    ty = torch.nn.functional.scaled_dot_product_attention(*flat, **peers)
    count = math.prod(k.shape[2:])
    agree(ck.attention(q, k, v, **options), ty, normals, 8 * count)
    ty.backward(torch.tensor(grad).reshape(ty.shape))
    for got, leaf in zip(ck.attention_backward(grad, q, k, v, **options), leaves, strict=True):
        agree(got, leaf.grad, normals, 32 * max(count, math.prod(q.shape[2:])))


@pytest.mark.parametrize("dtype", DTYPES)
@given(drawn=attentions())
@fixed(80)
def test_windowed_attention(dtype, drawn):
    shape, width, value_width, options, seed = drawn
    rng = np.random.default_rng(seed)
    q, k = (normals(rng, (*shape, width), dtype) for _ in range(2))
    v, grad = (normals(rng, (*shape, value_width), dtype) for _ in range(2))
    mask = torch.tensor(visible(shape[2:], **options))
    compare_attention(q, k, v, grad, options, attn_mask=mask, scale=options["scale"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("causal", [False, True])
@given(lengths=st.tuples(st.integers(1, 7), st.integers(1, 7)), seed=st.integers(0))
@fixed(40)
def test_dense_attention(causal, dtype, lengths, seed):
    rng = np.random.default_rng(seed)
    queries, keys = lengths
    q, k, v, grad = (
        normals(rng, (2, 3, n, d), dtype)
        for n, d in ((queries, 4), (keys, 4), (keys, 5), (queries, 5))
    )
    compare_attention(q, k, v, grad, {"causal": causal}, is_causal=causal)
