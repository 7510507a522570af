"""Every layer, by one table: shapes, parameters, gradients, errors; and what each is equal to."""

import math

import autograd
import numpy as np
import pytest
from gradients import assert_gradient, drawn, weighted
from refusal import refused

import coursekit as ck
from coursekit import Window, nn

# (layer, shape of a sample, shape of its output, number of parameters, MACs)
CASES = [
    (nn.Conv(3, 2), (2, 5), (3, 4), 15, 48),
    (nn.Conv(3, 3, padding="causal", dilation=2, bias=False), (2, 7), (3, 7), 18, 126),
    (nn.Conv(4, (3, 2), stride=(2, 1), padding=1, groups=2), (4, 5, 6), (4, 3, 7), 52, 1008),
    (nn.Conv(4, (3, 3), padding="same", dilation=(1, 2), groups=4), (4, 5, 6), (4, 5, 6), 40, 1080),
    (nn.MaxPool(2), (3, 7), (3, 3), 0, 0),
    (nn.MaxPool((3, 2), stride=1, padding="same", dilation=2), (2, 5, 4), (2, 5, 4), 0, 0),
    (nn.AvgPool((2, 2)), (2, 4, 5), (2, 2, 2), 0, 0),
    (nn.AvgPool(3, stride=1, padding=1, count_include_pad=False), (2, 6), (2, 6), 0, 0),
    (nn.Relu(), (2, 3, 4), (2, 3, 4), 0, 0),
    (nn.LayerNorm(), (5, 4), (5, 4), 10, 0),
    (nn.LayerNorm(), (3, 2, 4), (3, 2, 4), 6, 0),
    (nn.Flatten(), (2, 3, 4), (24,), 0, 0),
    (nn.Linear(3), (4,), (3,), 15, 12),
    (nn.Linear(3, bias=False), (4,), (3,), 12, 12),
    (nn.GlobalAvgPool(), (3, 2, 5), (3,), 0, 0),
    (nn.Upsample(3), (2, 4), (2, 12), 0, 0),
    (nn.Upsample((2, 3)), (2, 3, 1), (2, 6, 3), 0, 0),
    (nn.Position(), (2, 3, 4), (2, 3, 4), 24, 0),
    (nn.Attention(2), (4, 5), (4, 5), 64, 520),
    (nn.Attention(2, width=3, channels=5), (4, 2, 3), (5, 2, 3), 102, 1044),
    (nn.Attention(1, window=3, dilation=2, relative=True), (2, 6), (2, 6), 18, 168),
    (nn.Attention(2, window=2, causal=True), (2, 6), (2, 6), 16, 144),
    (nn.Attention(2, causal=True), (2, 4), (2, 4), 16, 128),
    (nn.Attention(2, window=(3, 1), relative=True), (4, 3, 2), (4, 3, 2), 70, 528),
    (nn.Residual(nn.Conv(2, 3, padding="same"), nn.Relu()), (2, 5), (2, 5), 14, 60),
    (nn.Parallel(nn.Conv(2, 3, padding=1), nn.Sequential(nn.Conv(3, 1), nn.Relu())),
     (2, 5), (5, 5), 23, 90),
    (nn.Parallel(nn.Conv(2, 3, padding=2, dilation=2), nn.Sequential(), merge="sum"),
     (2, 5), (2, 5), 14, 60),
    (nn.Sequential(nn.Conv(3, 3, padding=1), nn.Relu(), nn.MaxPool(2), nn.Flatten(),
                   nn.Linear(2)), (1, 6), (2,), 32, 72),
]
IDS = [f"{number}-{case[0].name}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize(("layer", "shape", "out", "size", "macs"), CASES, ids=IDS)
def test_shapes_parameters_and_macs(layer, shape, out, size, macs):
    params = layer.init(0, shape, np.float64)
    assert layer.out_shape(shape) == out == layer(params, drawn(shape)).shape[1:]
    assert layer.size(shape) == size and params.shape == (size,)
    assert layer.macs(shape) == macs
    assert sum(map(math.prod, layer.parameter_shapes(shape).values())) == size


@pytest.mark.parametrize(("layer", "shape"), [case[:2] for case in CASES], ids=IDS)
def test_gradients_in_parameters_and_input(layer, shape):
    rng = np.random.default_rng(1)
    x, params = drawn(shape), layer.init(0, shape, np.float64)
    params += 0.1 * rng.standard_normal(params.shape)  # no bias at 0, no gain at 1
    scalar = weighted((2, *layer.out_shape(shape)), rng)
    if params.size:
        assert_gradient(lambda theta: scalar(layer(theta, x)), params, rng)
    assert_gradient(lambda x: scalar(layer(params, x)), x, rng)


@pytest.mark.parametrize(("layer", "shape"), [case[:2] for case in CASES], ids=IDS)
def test_float32_stays_float32(layer, shape):
    x, params = drawn(shape, dtype=np.float32), layer.init(0, shape)
    y = layer(params, x)
    assert params.dtype == y.dtype == np.float32
    for wanted, at in ((0, params), (1, x))[0 if params.size else 1 :]:
        grad = autograd.grad(lambda *a: autograd.numpy.sum(layer(*a)), wanted)(params, x)
        assert grad.dtype == np.float32 and grad.shape == at.shape
    np.testing.assert_allclose(y, layer(params.astype(float), x.astype(float)), atol=2e-5)


@pytest.mark.parametrize(("layer", "shape"), [case[:2] for case in CASES], ids=IDS)
def test_pure_reproducible_and_equal_by_value(layer, shape):
    x, params = drawn(shape), layer.init(3, shape, np.float64)
    np.testing.assert_array_equal(params, layer.init(3, shape, np.float64))
    assert not params.size or (params != layer.init(4, shape, np.float64)).any() or (
        isinstance(layer, nn.LayerNorm))
    before = params.copy(), x.copy()
    first, second = layer(params, x), layer(params, x)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(before[0], params)
    np.testing.assert_array_equal(before[1], x)
    np.testing.assert_allclose(layer(params, x[1:]), first[1:], rtol=1e-12, atol=1e-12)
    again = eval(repr(layer), {name: getattr(nn, name) for name in nn.__all__})
    assert again == layer and hash(again) == hash(layer)


def test_a_conv_is_the_operation():
    layer = nn.Conv(4, (3, 2), stride=2, padding=((1, 0), (2, 1)), dilation=(1, 2), groups=2)
    params = layer.init(0, (2, 6, 7), np.float64)
    views, x = layer.views(params, (2, 6, 7)), drawn((2, 6, 7))
    expected = ck.conv(x, views["weight"], views["bias"], stride=2, padding=((1, 0), (2, 1)),
                       dilation=(1, 2), groups=2)
    np.testing.assert_array_equal(layer(params, x), expected)


def test_views_write_through():
    layer = nn.Sequential(nn.Conv(1, 1), nn.Residual(nn.Conv(1, 1, bias=False)))
    params = layer.init(0, (1, 3))
    views = layer.views(params, (1, 3))
    assert list(views) == ["0.weight", "0.bias", "1.0.weight"]
    views["1.0.weight"][...] = 7
    assert params[2] == 7


def test_what_layers_see():
    assert nn.Conv(8, 3, dilation=2, padding="same").sees == Window(3, 1, "same", 2)
    assert nn.MaxPool((2, 2)).sees == Window((2, 2), stride=2)
    assert nn.Attention(1, window=3, dilation=2).sees == Window(3, 1, "same", 2)
    assert nn.Attention(1, window=2, causal=True).sees == Window(2, padding="causal")
    assert nn.Attention(1).sees == nn.Linear(1).sees == nn.Flatten().sees == "all"
    assert nn.Relu().sees == nn.LayerNorm().sees == "point" and nn.Upsample(2).sees == "between"
    conv = nn.Conv(1, 1)
    assert nn.Residual(conv).sees == ((), (conv,))
    assert nn.Parallel(conv, nn.Sequential(conv, conv)).sees == ((conv,), (conv, conv))


def test_a_window_of_attention_sees_what_it_says():
    """The impulse gradient: output 5 reads exactly its window's samples."""
    for layer, seen in ((nn.Attention(1, window=3, dilation=2), [3, 5, 7]),
                        (nn.Attention(1, window=3, causal=True), [3, 4, 5]),
                        (nn.Attention(1), list(range(10)))):
        params = layer.init(0, (2, 10), np.float64)
        grad = autograd.grad(lambda x, f=layer, p=params: f(p, x)[0, 0, 5])(drawn((2, 10), n=1))
        assert np.flatnonzero(grad[0].any(axis=0)).tolist() == seen


def test_relu_has_slope_0_at_0_and_layer_norm_standardizes():
    grad = autograd.grad(lambda x: autograd.numpy.sum(nn.Relu()(np.zeros(0), x)))
    np.testing.assert_array_equal(grad(np.array([[[-1.0, 0.0, 2.0]]])), [[[0, 0, 1]]])
    y = nn.LayerNorm()(nn.LayerNorm().init(0, (50, 3), np.float64), drawn((50, 3)))
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=1), 1, atol=1e-4)


def test_initial_weights_keep_the_variance():
    """Through relu layers, as He et al. 2015 derive it."""
    net = nn.Sequential(*[layer for _ in range(6) for layer in
                          (nn.Conv(64, (3, 3), padding="same"), nn.Relu())])
    x = np.random.default_rng(0).standard_normal((2, 64, 16, 16))
    y = net(net.init(0, x.shape[1:], np.float64), x)
    assert 0.2 < np.mean(y**2) < 3


@pytest.mark.parametrize(("make", "error", "fragments"), [
    (lambda: nn.Conv(0, 3), ValueError, ["Conv: channels must be at least 1; got 0"]),
    (lambda: nn.Conv(2.5, 3), TypeError, ["Conv: channels must be an integer; got 2.5"]),
    (lambda: nn.Conv(2, 0), ValueError, ["Conv: kernel_size must be at least 1; got 0"]),
    (lambda: nn.Conv(2, 3, dilation=0), ValueError, ["Conv: dilation must be at least 1"]),
    (lambda: nn.Conv(2, 3, dilation=-1), ValueError, ["Conv: dilation must be at least 1"]),
    (lambda: nn.Conv(2, 3, stride=float("nan")), TypeError, ["Conv: stride must be an integer"]),
    (lambda: nn.Conv(2, (3, 3), padding="causal"), ValueError, ["Conv: padding 'causal'"]),
    (lambda: nn.Conv(3, 3, groups=2), ValueError, ["channels must divide into groups=2; got 3"]),
    (lambda: nn.MaxPool(0), ValueError, ["MaxPool: kernel_size must be at least 1"]),
    (lambda: nn.AvgPool(2, stride=0), ValueError, ["AvgPool: stride must be at least 1"]),
    (lambda: nn.Linear(0), ValueError, ["Linear: features must be at least 1"]),
    (lambda: nn.Upsample(0), ValueError, ["Upsample: factor must be at least 1"]),
    (lambda: nn.Attention(0), ValueError, ["Attention: heads must be at least 1"]),
    (lambda: nn.Attention(1, width=0), ValueError, ["Attention: width must be at least 1"]),
    (lambda: nn.Attention(1, window=4), ValueError, ["Attention: window must be odd"]),
    (lambda: nn.Attention(1, dilation=2), ValueError, ["Attention: dilation needs a window"]),
    (lambda: nn.Attention(1, window=(3, 3), causal=True), ValueError, ["causal needs a 1-D"]),
    (lambda: nn.Sequential(3), TypeError, ["Sequential: layers[0] must be a layer; got 3"]),
    (lambda: nn.Sequential(nn.Relu), TypeError, ["Sequential: layers[0] must be a layer"]),
    (lambda: nn.Parallel(), ValueError, ["Parallel: branches must hold at least one"]),
    (lambda: nn.Parallel(Window(3)), TypeError, ["Parallel: branches[0] must be a layer"]),
    (lambda: nn.Parallel(nn.Relu(), merge="mean"), ValueError, ["merge must be", "'mean'"]),
])
def test_a_bad_setting_is_refused_when_the_layer_is_made(make, error, fragments):
    refused(make, error, fragments)


@pytest.mark.parametrize(("layer", "shape", "fragments"), [
    (nn.Conv(2, 3), (1, 8, 8), ["Conv: needs samples of shape (C, L); got (1, 8, 8)"]),
    (nn.Conv(2, (3, 3)), (1, 8), ["Conv: needs samples of shape (C, H, W)"]),
    (nn.Conv(2, 3, dilation=4), (1, 8), ["Conv: the window must fit the padded input", "spans 9"]),
    (nn.Conv(2, 3, groups=2), (3, 8), ["input channels must divide into groups=2; got 3"]),
    (nn.Conv(2, 3), (1, 2.5), ["Conv: the input's shape must be a tuple of int"]),
    (nn.Conv(2, 3), 7, ["Conv: the input's shape must be a tuple of int"]),
    (nn.Conv(2, 3), (0, 8), ["at least one channel and position; got (0, 8)"]),
    (nn.Conv(2, 3, padding="same"), (1, 0), ["at least one channel and position; got (1, 0)"]),
    (nn.Linear(2), (1, 8), ["Linear: needs samples of shape (C,)"]),
    (nn.Attention(2), (3, 8), ["input channels must divide into heads=2", "got 3"]),
    (nn.Attention(1, window=3), (1, 4, 4), ["Attention: window 3 is 1-D"]),
    (nn.Attention(1, causal=True), (1, 4, 4), ["Attention: causal needs samples of shape (C, L)"]),
    (nn.GlobalAvgPool(), (3,), ["GlobalAvgPool: needs samples of shape"]),
    (nn.Upsample((2, 2)), (1, 4), ["Upsample: factor needs one entry for each of 1"]),
    (nn.Residual(nn.Conv(2, 3)), (2, 8), ["Residual: layers must keep the shape (2, 8); got (2,"]),
    (nn.Parallel(nn.Conv(2, 3), nn.Conv(2, 1)), (2, 8), ["branches must agree in spatial shape"]),
    (nn.Parallel(nn.Conv(1, 1), nn.Relu(), merge="sum"), (2, 8), ["must agree in shape"]),
    (nn.Parallel(nn.Relu(), nn.Conv(1, 9)), (2, 8), ["Parallel: branches[1]: Conv: the window"]),
    (nn.Sequential(nn.MaxPool(2), nn.MaxPool(2), nn.Conv(1, 3)), (1, 8),
     ["Sequential: layers[2]: Conv: the window must fit", "the input has 2"]),
])
def test_an_input_that_does_not_fit_is_refused(layer, shape, fragments):
    refused(lambda: layer.out_shape(shape), ValueError, fragments)
    refused(lambda: layer.init(0, shape), ValueError, fragments)
    if isinstance(shape, tuple) and all(isinstance(n, int) for n in shape):
        x = np.zeros((2, *shape))
        refused(lambda: layer(np.zeros(0), x), ValueError, fragments)


def test_calls_that_do_not_fit_are_refused():
    net, x = nn.Sequential(nn.Conv(2, 3)), np.zeros((1, 1, 8), np.float32)
    params = net.init(0, (1, 8))
    refused(lambda: net(params, x.astype(float)), TypeError,
            ["Sequential: x must have the dtype of params, float32; got float64"])
    refused(lambda: net(params[1:], x), ValueError, ["one vector of 8 numbers", "(7,)"])
    refused(lambda: net(params[None], x), ValueError, ["one vector of 8 numbers"])
    refused(lambda: net(params.astype(int), x), TypeError, ["float32 or float64; got int64"])
    refused(lambda: net(list(params), x), TypeError, ["params must be a NumPy array", "list"])
    refused(lambda: net(params, [[[1.0] * 8]]), TypeError, ["x must be a NumPy array; got list"])
    refused(lambda: net(params, x[0, 0]), ValueError, ["x must be a batch", "(8,)"])
    refused(lambda: net.init(0, (1, 8), np.int32), TypeError, ["dtype must be float32"])
    refused(lambda: net.init(0, (1, 8), np.float16), TypeError, ["dtype must be float32"])


def test_a_sequence_of_layers():
    conv, relu = nn.Conv(1, 1), nn.Relu()
    net = nn.Sequential(conv, relu, conv)
    assert len(net) == 3 and list(net) == [conv, relu, conv] and net[1] is relu
    assert net[:2] == nn.Sequential(conv, relu) != net
    empty = nn.Sequential()
    x = np.ones((1, 2, 3))
    assert empty(empty.init(0, (2, 3), np.float64), x) is x


def test_conv_with_relu_behind_it_is_the_two_in_turn():
    net, x = nn.Sequential(nn.Conv(3, 3), nn.Relu(), nn.Relu()), drawn((2, 8))
    params = net.init(0, (2, 8), np.float64)
    in_turn = nn.relu(nn.Conv(3, 3)(params, x))
    assert (in_turn == 0).any() and (in_turn > 0).any()
    np.testing.assert_array_equal(net(params, x), in_turn)


@pytest.mark.parametrize(("layer", "shape"), [case[:2] for case in CASES], ids=IDS)
def test_a_batch_of_no_samples_passes(layer, shape):
    params = layer.init(0, shape)
    x = np.zeros((0, *shape), np.float32)
    assert layer(params, x).shape == (0, *layer.out_shape(shape))
    if params.size:
        grad = autograd.grad(lambda theta: autograd.numpy.sum(layer(theta, x)))(params)
        np.testing.assert_array_equal(grad, np.zeros_like(params))


@pytest.mark.parametrize(("layer", "shape"), [case[:2] for case in CASES], ids=IDS)
def test_any_layout_gives_the_same_and_a_mask_is_refused(layer, shape):
    x, params = drawn(shape, n=3), layer.init(0, shape, np.float64)
    expected = layer(params, x)
    strided = np.repeat(params, 2)[::2]
    for other in (np.asfortranarray(x), x[::-1].copy()[::-1], np.repeat(x, 2, axis=-1)[..., ::2]):
        np.testing.assert_allclose(layer(strided, other), expected, rtol=1e-12, atol=1e-12)
    refused(lambda: layer(params, np.ma.masked_array(x, x > 0)), TypeError,
            [f"{layer.name}: x must be a NumPy array; got MaskedArray"])
    refused(lambda: layer(np.ma.masked_array(params), x), TypeError, ["params must be a NumPy"])
    refused(lambda: layer(params, x.astype(">f8")), TypeError, ["dtype of params", "got >f8"])


@pytest.mark.parametrize(("seed", "error", "fragments"), [
    (-1, ValueError, ["seed must be at least 0; got -1"]),
    (2**31, ValueError, ["seed must be at most 2147483647"]),
    (None, TypeError, ["seed must be an integer; got None"]),
    (1.5, TypeError, ["seed must be an integer; got 1.5"]),
    ([1], TypeError, ["seed must be an integer; got [1]"]),
])
def test_a_seed_that_is_none_is_refused(seed, error, fragments):
    net = nn.Sequential(nn.Conv(2, 3))
    refused(lambda: net.init(seed, (1, 8)), error, [f"Sequential.init: {fragments[0]}"])
    np.testing.assert_array_equal(net.init(np.int64(3), (1, 8)), net.init(3, (1, 8)))


def test_dtypes_and_sizes_that_init_refuses():
    for dtype in (None, "no such type", complex, ">f4"):
        refused(lambda dtype=dtype: nn.Relu().init(0, (1, 8), dtype), TypeError,
                ["Relu.init: dtype must be float32 or float64"])
    refused(lambda: nn.Linear(2**30).init(0, (2**30,)), MemoryError,
            ["Linear.init: the net's 1152921505680588800 parameters must fit into memory"])


@pytest.mark.parametrize("layer", [
    nn.Conv(4, (3, 3)), nn.Linear(2), nn.Attention(1), nn.Position(), nn.LayerNorm()])
def test_no_count_for_a_shape_that_does_not_fit(layer):
    """(28, 28) for (1, 28, 28) once gave the size of another net."""
    bad = (28, 28) if isinstance(layer, nn.Conv) else (1, 2, 3, 4) if not isinstance(
        layer, nn.LayerNorm) else (0, 3)
    for method in (layer.size, layer.parameter_shapes, lambda s: layer.views(np.zeros(1), s)):
        refused(lambda method=method: method(bad), ValueError, [f"{layer.name}: needs"])


def test_relative_attention_looks_where_its_centre_says():
    """One head of great sharpness, centre (1, -2): output (r, c) is the value at (r + 1, c - 2)."""
    layer, shape = nn.Attention(1, width=2, relative=True), (2, 5, 6)
    params = layer.init(0, shape, np.float64)
    views = layer.views(params, shape)
    views["query"][...] = 0
    views["value"][...] = views["output"][...] = np.eye(2)
    views["centre"][...], views["sharpness"][...] = (1, -2), 60
    x = drawn(shape)
    np.testing.assert_allclose(layer(params, x)[:, :, :-1, 2:], x[:, :, 1:, :-2], atol=1e-9)


def test_attention_is_softmax_of_scaled_products():
    """Written out with NumPy, from its definition, two heads of width 3."""
    layer, x = nn.Attention(2, width=3, channels=5), drawn((4, 7))
    params = layer.init(0, (4, 7), np.float64)
    views = layer.views(params, (4, 7))
    heads = []
    for own in (slice(0, 3), slice(3, 6)):
        q, k, v = (views[name][own] @ x for name in ("query", "key", "value"))
        scores = np.exp(q.transpose(0, 2, 1) @ k / math.sqrt(3))
        shares = scores / scores.sum(axis=2, keepdims=True)
        heads.append(v @ shares.transpose(0, 2, 1))
    expected = views["output"] @ np.concatenate(heads, axis=1)
    np.testing.assert_allclose(layer(params, x), expected, atol=1e-12)


def test_relative_attention_adds_the_distance_to_the_scaled_products():
    """Written out with NumPy: 2-D, two heads, each with its own centre and sharpness."""
    shape = (3, 3, 4)
    layer, x = nn.Attention(2, width=3, relative=True), drawn(shape)
    params = layer.init(2, shape, np.float64)
    views, flat = layer.views(params, shape), x.reshape(2, 3, 12)
    views["centre"][...], views["sharpness"][...] = [[1, -0.5], [-2, 0.25]], [0.3, 0.05]
    places = np.array([(row, column) for row in range(3) for column in range(4)], float)
    steps = places[None] - places[:, None]
    heads = []
    for head, own in enumerate((slice(0, 3), slice(3, 6))):
        q, k, v = (views[name][own] @ flat for name in ("query", "key", "value"))
        far = np.square(steps - views["centre"][head]).sum(axis=2)
        scores = np.exp(q.transpose(0, 2, 1) @ k / math.sqrt(3) - views["sharpness"][head] * far)
        heads.append(v @ (scores / scores.sum(axis=2, keepdims=True)).transpose(0, 2, 1))
    expected = views["output"] @ np.concatenate(heads, axis=1)
    np.testing.assert_allclose(layer(params, x).reshape(2, 3, 12), expected, atol=1e-10)


def test_places_far_from_the_first_keep_their_differences_in_float32():
    """Counted from the middle; from the first place on the error is five times as large."""
    layer, shape = nn.Attention(1, width=2, relative=True), (2, 1000)
    params = layer.init(0, shape, np.float64)
    views = layer.views(params, shape)
    views["centre"][...], views["sharpness"][...] = 0.5, 1
    x = np.random.default_rng(0).standard_normal((1, *shape))
    found = layer(params.astype(np.float32), x.astype(np.float32))
    assert np.abs(found - layer(params, x)).max() < 0.03


def test_the_parts_of_a_net_use_their_own_parameters():
    """A net of everything by hand, part after part, each with its own views."""
    a, b, c = nn.Conv(2, 3, padding=1), nn.LayerNorm(), nn.Conv(2, 1)
    net = nn.Sequential(a, nn.Relu(), nn.Residual(b, c), nn.Parallel(c, b, merge="sum"),
                        nn.Parallel(c, nn.Sequential(), b), nn.Flatten(), nn.Linear(3))
    x, params = drawn((2, 6)), net.init(0, (2, 6), np.float64)
    params += np.random.default_rng(1).standard_normal(params.shape)
    places = iter(np.split(params, np.cumsum([a.size((2, 6)), 4, 6, 6, 4, 6, 4])))
    y = np.maximum(a(next(places), x), 0)
    y = y + c_after_b(b, c, next(places), next(places), y)
    y = c(next(places), y) + b(next(places), y)
    y = np.concatenate([c(next(places), y), y, b(next(places), y)], axis=1)
    last = next(places)
    expected = y.reshape(2, -1) @ last[: 3 * 36].reshape(3, 36).T + last[3 * 36 :]
    np.testing.assert_allclose(net(params, x), expected, atol=1e-12)


def c_after_b(b, c, of_b, of_c, x):
    return c(of_c, b(of_b, x))


def test_initial_weights_have_the_stated_variance():
    shape = (50, 9)
    weight = nn.Conv(40, 9, groups=2).init(0, shape, np.float64)[: 40 * 25 * 9]
    assert np.var(weight) == pytest.approx(2 / (25 * 9), rel=0.05)
    views = nn.Attention(4, width=20, relative=True).views(
        nn.Attention(4, width=20, relative=True).init(0, shape, np.float64), shape)
    assert np.var(views["query"]) == pytest.approx(1 / 50, rel=0.1)
    assert np.var(views["output"]) == pytest.approx(1 / 80, rel=0.1)
    assert (views["sharpness"] > 0).all()
    many = nn.Attention(500, width=1, relative=True)
    centres = many.views(many.init(0, shape, np.float64), shape)["centre"]
    assert np.std(centres) == pytest.approx(4, rel=0.1)
    position = nn.Position().init(0, (50, 60), np.float64)
    assert np.std(position) == pytest.approx(0.1, rel=0.1)
    for layer in (nn.Conv(3, 1), nn.Linear(3)):
        assert not layer.init(0, (2, 5) if layer.name == "Conv" else (2,))[-3:].any()
