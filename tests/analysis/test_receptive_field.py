"""Receptive fields: published numbers, and two oracles that share no code with the analysis."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import coursekit as ck
from coursekit import Window

fixed = settings(max_examples=150, derandomize=True, deadline=None, database=None)


def rates(*dilations, kernel=3):
    return [Window(kernel, dilation=d) for d in dilations]


@st.composite
def stacks(draw, rank=None, most=4):
    """Convolutions and pools, with numbers for padding, that see at most some hundred samples."""
    rank = rank or draw(st.integers(1, 2))

    def each(low, high):
        return st.tuples(*[st.integers(low, high)] * rank)

    pads = st.one_of(st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * rank),
                     st.just("valid"))
    layer = st.builds(Window, each(1, 3), each(1, 2), pads, each(1, 3))
    pool = st.integers(1, 3).map(lambda k: Window((k,) * rank, stride=k))
    return draw(st.lists(st.one_of(layer, pool), min_size=1, max_size=most))


def tap_set(layers, axis):
    """{place: paths} of output 0 in input samples, by walking every path."""
    places = {0: 1}
    for layer in reversed(layers):
        before = 0 if layer.padding == "same" else layer.padding[axis][0]
        below = {}
        for place, paths in places.items():
            for tap in range(layer.kernel_size[axis]):
                at = place * layer.stride[axis] - before + tap * layer.dilation[axis]
                below[at] = below.get(at, 0) + paths
        places = below
    return places


@given(layers=stacks())
@fixed
def test_the_tap_set_agrees(layers):
    field, paths = ck.receptive_field(layers), ck.footprint(layers)
    sets = [tap_set(layers, axis) for axis in range(len(field.size))]
    assert field.start == tuple(map(min, sets))
    assert field.size == tuple(max(s) - min(s) + 1 for s in sets) == paths.shape
    assert field.jump == tuple(
        math.prod(layer.stride[axis] for layer in layers) for axis in range(len(sets))
    )
    assert paths.dtype == np.int64
    for place in np.ndindex(paths.shape):
        counts = [s.get(low + p, 0) for s, low, p in zip(sets, field.start, place, strict=True)]
        assert paths[place] == math.prod(counts)
    reached = math.prod(map(len, sets))
    assert ck.coverage(layers) == reached / math.prod(field.size)


@given(layers=stacks())
@fixed
def test_the_impulse_gradient_agrees(layers):
    """Weights of ones: the gradient of one output in the input is the footprint itself."""
    field = ck.receptive_field(layers)
    assume(math.prod(field.size) < 5000)
    bare = [Window(layer.kernel_size, layer.stride, 0, layer.dilation) for layer in layers]
    shapes = [field.size]
    for layer in bare:
        shapes.append(layer.out_shape(shapes[-1]))
    assert shapes[-1] == (1,) * len(field.size)
    grad = np.ones((1, 1, *shapes[-1]))
    for layer, shape in zip(reversed(bare), reversed(shapes[:-1]), strict=True):
        w = np.ones((1, 1, *layer.kernel_size))
        grad, _, _ = ck.conv_backward(grad, np.zeros((1, 1, *shape)), w, stride=layer.stride,
                                      dilation=layer.dilation)
    np.testing.assert_array_equal(grad[0, 0], ck.footprint(layers))


@given(layers=stacks(rank=1), output=st.integers(0, 3))
@fixed
def test_an_output_sees_from_start_on_in_steps_of_jump(layers, output):
    """With padding: the gradient of output o is the footprint shifted and cut by the borders."""
    field, n = ck.receptive_field(layers), 40
    shapes = [(n,)]
    for layer in layers:
        assume(shapes[-1][0] + sum(layer.pads(shapes[-1])[0]) >= layer.extent[0])
        shapes.append(layer.out_shape(shapes[-1]))
    assume(shapes[-1][0] > output)
    # Only borders of the first layer lie outside the input; inner padding cuts paths off.
    assume(all(layer.padding == ((0, 0),) for layer in layers[1:]))
    grad = np.zeros((1, 1, *shapes[-1]))
    grad[0, 0, output] = 1
    for layer, shape in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        grad, _, _ = ck.conv_backward(
            grad, np.zeros((1, 1, *shape)), np.ones((1, 1, *layer.kernel_size)),
            stride=layer.stride, padding=layer.padding, dilation=layer.dilation,
        )
    first = field.start[0] + output * field.jump[0]
    expected = np.zeros(n)
    for place, paths in enumerate(ck.footprint(layers), start=first):
        if 0 <= place < n:
            expected[place] = paths
    np.testing.assert_array_equal(grad[0, 0], expected)


def test_yu_and_koltun_context_module():
    layers = [Window((3, 3), dilation=d) for d in (1, 1, 2, 4, 8, 16, 1)] + [Window((1, 1))]
    sizes = [ck.receptive_field(layers[:n]).size for n in range(1, 9)]
    assert sizes == [(n, n) for n in (3, 5, 9, 17, 33, 65, 67, 67)]


def test_wavenet_and_temporal_stacks():
    stack = [Window(2, dilation=2**i, padding="causal") for i in range(10)]
    assert ck.receptive_field(stack) == ((1024,), (1,), (-1023,))
    assert ck.receptive_field(stack * 3).size == (3070,)
    for kernel, size in ((7, 3061), (8, 3571)):
        block = [Window(kernel, dilation=2**i, padding="causal") for i in range(8) for _ in "ab"]
        assert ck.receptive_field(block).size == (size,)


def test_vgg16():
    """Three 3x3 convolutions and a pool, five times over: pool5, then fc6 over 7x7."""
    conv, pool = Window((3, 3), padding=1), Window((2, 2), stride=2)
    layers = [layer for n in (2, 2, 3, 3, 3) for layer in (*[conv] * n, pool)]
    assert ck.receptive_field(layers) == ((212, 212), (32, 32), (-90, -90))
    assert ck.receptive_field([*layers, Window((7, 7))]).size == (404, 404)


def test_alexnet_v2():
    pool, conv = Window(3, stride=2), Window(3, padding=1)
    layers = [Window(11, stride=4), pool, Window(5, padding=2), pool, conv, conv, conv, pool]
    assert ck.receptive_field(layers) == ((195,), (32,), (-64,))


@pytest.mark.parametrize(("padding", "stride", "start"), [
    ("same", 1, -4), ("causal", 1, -8), ("valid", 1, 0), ("causal", 3, -8), (2, 2, -2),
    (((1, 5),), 2, -1),
])
def test_start_is_the_padding_before(padding, stride, start):
    assert ck.receptive_field([Window(5, stride, padding, 2)]) == ((9,), (stride,), (start,))


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_begins_where_the_operation_pads(kernel, dilation):
    """Even extents too, where the odd zero comes after."""
    window = Window(kernel, padding="same", dilation=dilation)
    ((before, _),) = window.pads((50,))
    assert ck.receptive_field([Window(1, 2), window]).start == (-2 * before,)


def test_same_with_a_stride_names_its_layer():
    layers = [Window(3), Window(3), Window(3, stride=2, padding="same")]
    with pytest.raises(ValueError, match=r"^receptive_field: layers\[2\] pads 'same' at stride"):
        ck.receptive_field(layers)
    with pytest.raises(ValueError, match=r"layers\[0\] pads 'same' at stride \(1, 2\)"):
        ck.receptive_field([Window((3, 3), stride=(1, 2), padding="same")])
    assert ck.footprint(layers).shape == (7,), "padding plays no part in the paths"


@pytest.mark.parametrize("measure", [
    ck.receptive_field, ck.footprint, ck.coverage, ck.neighbour_overlap, ck.gridding_gain,
    ck.theoretical_erf,
])
@pytest.mark.parametrize(("layers", "error", "fragment"), [
    (Window, TypeError, "layers must be a sequence of Window"),
    (ck.nn.Conv(1, 3), TypeError, "layers must be a sequence of Window"),
    (ck.nn.Sequential, TypeError, "layers must be a sequence of Window"),
    (ck.nn.Sequential(), ValueError, "layers must hold at least one layer; got none"),
    ({}, ValueError, "layers must hold at least one layer; got none"),
    ([Window(3), ck.nn.Relu], TypeError, "layers[1] must be a layer, not a class; write Relu()"),
    ([math.nan], TypeError, "layers[0] must be a Window; got nan"),
    ([[Window(3)]], TypeError, "layers[0] must be a Window; got [Window("),
    ([Window(3), ck.nn.Residual(ck.nn.Conv(1, (3, 3)))], ValueError,
     "layers[0] is 1-D, layers[1][0] is 2-D"),
    ([], ValueError, "layers must hold at least one layer; got none"),
    (Window(3), TypeError, "layers must be a sequence of Window"),
    (3, TypeError, "layers must be a sequence of Window"),
    (None, TypeError, "layers must be a sequence of Window"),
    ([Window(3), 3], TypeError, "layers[1] must be a Window; got 3"),
    ("ab", TypeError, "layers[0] must be a Window; got 'a'"),
    (np.zeros((2, 2, 2)), TypeError, "layers[0] must be a Window; got array"),
    ([Window(3), Window((3, 3))], ValueError,
     "layers must have one rank; layers[0] is 1-D, layers[1] is 2-D"),
])
def test_refused(measure, layers, error, fragment):
    with pytest.raises(error) as caught:
        measure(layers)
    message = str(caught.value)
    assert message.startswith(f"{measure.__name__}: ") and fragment in message
    assert "\n" not in message


def test_any_iterable_of_windows_will_do():
    assert ck.receptive_field(w for w in rates(1, 2)) == ck.receptive_field(tuple(rates(1, 2)))


def test_a_count_beyond_int64_is_refused_and_the_largest_is_exact():
    assert ck.footprint([Window(2)] * 66)[33] == math.comb(66, 33)
    with pytest.raises(OverflowError, match=r"^footprint: a count of 14226520737620288370 paths"):
        ck.footprint([Window(2)] * 67)
    with pytest.raises(OverflowError, match=r"^footprint: "):
        ck.footprint([Window((2, 2))] * 40)
    assert ck.receptive_field([Window(2)] * 67).size == (68,)


def test_footprint_is_the_product_of_its_axes():
    layers = [Window((2, 3), stride=(2, 1)), Window((3, 2), dilation=(1, 2))]
    rows = [Window(2, stride=2), Window(3)]
    columns = [Window(3), Window(2, dilation=2)]
    expected = np.multiply.outer(ck.footprint(rows), ck.footprint(columns))
    np.testing.assert_array_equal(ck.footprint(layers), expected)
