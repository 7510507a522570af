"""Costs, counted again by hand or by running the net."""

import math

import numpy as np
import pytest
from hypothesis import given
from nets import fixed, nets
from refusal import refused

import coursekit as ck
from coursekit import Window, nn


def test_a_window_counts_as_a_convolution_that_keeps_its_channels():
    windows = [Window((3, 3), padding="same", dilation=2), Window((1, 1)), Window((2, 2), stride=2)]
    convs = [nn.Conv(5, w.kernel_size, stride=w.stride, padding=w.padding, dilation=w.dilation,
                     bias=False) for w in windows]
    expected = ck.cost(convs, (5, 8, 9))
    assert ck.cost(windows, (5, 8, 9)) == ck.cost(iter(windows), (5, 8, 9)) == expected
    assert ck.cost([windows[0], *convs[1:]], [5, 8, 9]) == expected
    assert expected.parameters == 25 * (9 + 1 + 4)
    assert expected.macs == 25 * (9 * 72 + 72 + 4 * 16)
    assert expected.activations == 5 * (72 + 72 + 16)
    assert expected.bytes == 4 * (expected.parameters + expected.activations)
    assert ck.cost(windows, (5, 8, 9), dtype=np.float64).bytes == 2 * expected.bytes


@pytest.mark.parametrize(("layer", "shape", "parameters", "macs", "activations"), [
    (nn.Conv(6, 3, padding=1), (4, 10), 6 * 4 * 3 + 6, 6 * 4 * 3 * 10, 60),
    (nn.Conv(8, (3, 3), padding=1, groups=4, bias=False), (4, 5, 5), 72, 72 * 25, 200),  # depthwise
    (nn.MaxPool((2, 2)), (4, 6, 6), 0, 0, 36),
    (nn.AvgPool(3, stride=1), (4, 6), 0, 0, 16),
    (nn.Relu(), (4, 6), 0, 0, 24),
    (nn.LayerNorm(), (4, 6), 8, 0, 24),
    (nn.Upsample(2), (4, 3, 3), 0, 0, 144),
    (nn.Flatten(), (4, 6), 0, 0, 24),
    (nn.GlobalAvgPool(), (4, 6, 6), 0, 0, 4),
    (nn.Linear(7), (5,), 42, 35, 7),
    (nn.Position(), (4, 6), 24, 0, 24),
    # Dense: four C x C projections and 2 N^2 C. Within a window of w keys 2 N w C.
    (nn.Attention(2), (8, 10), 4 * 64, 4 * 10 * 64 + 2 * 100 * 8, 80),
    (nn.Attention(2, window=(3, 3)), (8, 5, 4), 4 * 64, 4 * 20 * 64 + 2 * 20 * 9 * 8, 160),
    (nn.Attention(4, window=5, dilation=3), (8, 10), 4 * 64, 4 * 10 * 64 + 2 * 10 * 5 * 8, 80),
])
def test_each_kind_of_layer(layer, shape, parameters, macs, activations):
    expected = (parameters, macs, activations, 4 * (parameters + activations))
    assert ck.cost([layer], shape) == expected
    assert ck.cost(nn.Sequential(layer), shape) == expected


def test_branches_add_the_array_they_merge_into():
    conv, relu = nn.Conv(4, 3, padding=1), nn.Relu()
    inner = ck.cost([conv, relu], (4, 10))
    residual = ck.cost(nn.Residual(conv, relu), (4, 10))
    assert residual[:2] == inner[:2] and residual.activations == inner.activations + 40
    pyramid = nn.Parallel(conv, nn.Sequential(conv, relu), nn.Sequential())
    both = ck.cost(pyramid, (4, 10))
    assert both.parameters == 2 * inner.parameters and both.macs == 2 * inner.macs
    assert both.activations == 3 * 40 + 3 * 40
    assert ck.cost([pyramid], (4, 10)) == both


@given(net=nets())
@fixed(80)
def test_drawn_nets_cost_what_they_hold_and_put_out(net):
    rank = len(ck.receptive_field(net).size)
    shape = (1, *(9, 8)[:rank])
    x, put_out = np.zeros((1, *shape)), 0
    params = net.init(0, shape, np.float64)
    cost = ck.cost(net, shape)
    assert cost.parameters == params.size == net.size(shape)
    assert cost.macs == net.macs(shape)
    rows = ck.summary(net, shape).rows
    for row in rows:
        if row.name not in ("Sequential",):
            put_out += math.prod(row.output_shape)
    assert cost.activations == put_out
    assert rows[-1].output_shape == net(params, x).shape[1:]


@pytest.mark.parametrize(("taps", "channels", "crossover"), [
    (9, 64, 160.0), (9, 63, 157.5), (5, 1, 0.5), (4, 64, 0.0), (3, 64, 0.0), (1, 1, 0.0),
    (25, 256, 2688.0),
])
def test_crossover(taps, channels, crossover):
    assert ck.attention_crossover(taps, channels) == crossover


@pytest.mark.parametrize("channels", [16, 64])
def test_at_the_crossover_attention_and_convolution_cost_the_same(channels):
    n = int(ck.attention_crossover(9, channels))
    conv = nn.Conv(channels, 9, padding="same", bias=False)
    for length, sign in ((n - 1, -1), (n, 0), (n + 1, 1)):
        dense = ck.cost([nn.Attention(4)], (channels, length)).macs
        assert np.sign(dense - ck.cost([conv], (channels, length)).macs) == sign


@pytest.mark.parametrize("measure", [ck.cost, ck.summary])
@pytest.mark.parametrize(("layers", "shape", "error", "fragments"), [
    ([], (1, 8), ValueError, ["layers must hold at least one layer; got none"]),
    (nn.Sequential(), (1, 8), ValueError, ["layers must hold at least one layer; got none"]),
    (Window(3), (1, 8), TypeError, ["layers must be a sequence"]),
    ([3], (1, 8), TypeError, ["layers[0] must be a Window; got 3"]),
    ([nn.Relu], (1, 8), TypeError, ["layers[0] must be a layer, not a class; write Relu()"]),
    ([Window(3), Window((3, 3))], (1, 8), ValueError, ["layers must have one rank"]),
    ([Window(3)], (1, 8, 8), ValueError, ["layers[0]: a 1-D window needs", "(8, 8)"]),
    ([Window(3)], 8, TypeError, ["input_shape must be a tuple (C, *spatial); got 8"]),
    ([Window(3)], (), ValueError, ["input_shape must be (C, *spatial); got ()"]),
    ([Window(3)], (1, 0), ValueError, ["input_shape must be at least 1; got 0"]),
    ([Window(3)], (1, -8), ValueError, ["input_shape must be at least 1; got -8"]),
    ([Window(3)], (1, 8.0), TypeError, ["input_shape must be an integer; got 8.0"]),
    ([Window(3)], (1, math.nan), TypeError, ["input_shape must be an integer; got nan"]),
    ([Window(3)], None, TypeError, ["input_shape must be a tuple"]),
    ([Window(3)] * 4, (1, 6), ValueError,
     ["layers[2]: the window must fit the padded input", "spans 3 samples", "the input has 2"]),
    ([nn.Conv(2, 3), nn.Residual(nn.Relu(), nn.Conv(2, 9, padding=1))], (1, 8), ValueError,
     ["layers[1]", "Conv: the window must fit the padded input"]),
    ([nn.Conv(2, 3), nn.Relu(), nn.Residual(nn.Conv(3, 1))], (1, 8), ValueError,
     ["layers[2]: Residual: layers must keep the shape (2, 6); got (3, 6)"]),
    ([nn.Flatten(), nn.Conv(2, 3)], (1, 8), ValueError, ["layers[1]: Conv: "]),
])
def test_refused(measure, layers, shape, error, fragments):
    refused(lambda: measure(layers, shape), error, [f"{measure.__name__}: ", *fragments])


@pytest.mark.parametrize("dtype", ["x", None, np.int32, 4, "float16"])
def test_dtypes_refused(dtype):
    refused(lambda: ck.cost([Window(3)], (1, 8), dtype=dtype), TypeError,
            ["cost: dtype must be float32 or float64; got"])
