"""Operations as primitives: gradients by finite differences, peers, and what is refused."""

import autograd
import numpy as np
import pytest
from gradients import assert_gradient, drawn, weighted
from refusal import refused

import coursekit as ck
from coursekit import nn

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_conv_of_arrays(place):
    arguments = [drawn((2, 6)), RNG.standard_normal((3, 2, 3)), RNG.standard_normal(3)]
    scalar = weighted((2, 3, 4), RNG)

    def function(x):
        given = [*arguments[:place], x, *arguments[place + 1 :]]
        return scalar(nn.conv(*given, padding=1, dilation=2))

    assert_gradient(function, arguments[place], RNG)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_attention_of_arrays(place):
    arguments = [RNG.standard_normal((1, 2, 5, 3)) for _ in range(3)]
    scalar = weighted((1, 2, 5, 3), RNG)

    def function(x):
        given = [*arguments[:place], x, *arguments[place + 1 :]]
        return scalar(nn.attention(*given, window=3, dilation=2))

    assert_gradient(function, arguments[place], RNG)


@pytest.mark.parametrize("function", [
    lambda x: nn.max_pool(x, (2, 3), stride=1, padding="same"),
    lambda x: nn.avg_pool(x, 2, stride=1, padding=1, count_include_pad=False),
    lambda x: nn.relu(x),
    lambda x: nn.upsample(x, (2, 3)),
])
def test_functions_of_one_array(function):
    x = drawn((2, 3, 4))
    scalar = weighted(function(x).shape, RNG)
    assert_gradient(lambda x: scalar(function(x)), x, RNG)


def test_values_are_those_of_the_operations():
    x, w = drawn((2, 5, 6)), RNG.standard_normal((3, 2, 3, 3))
    np.testing.assert_array_equal(nn.conv(x, w, dilation=2), ck.conv(x, w, dilation=2))
    np.testing.assert_array_equal(nn.max_pool(x, 2), ck.max_pool(x, 2))
    np.testing.assert_array_equal(nn.avg_pool(x, 2), ck.avg_pool(x, 2))


def test_upsampling_equals_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: extra peers")
    x = drawn((2, 4, 5))
    mine = nn.upsample(x, (3, 2))
    other = torch.nn.functional.interpolate(
        torch.tensor(x), scale_factor=(3, 2), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(mine, other.numpy(), atol=1e-12)


def test_layer_norm_equals_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: extra peers")
    x, params = drawn((6, 5)), RNG.standard_normal(12)
    other = torch.nn.functional.layer_norm(
        torch.tensor(x.transpose(0, 2, 1)), (6,), torch.tensor(params[:6]),
        torch.tensor(params[6:]))
    np.testing.assert_allclose(nn.LayerNorm()(params, x), other.numpy().transpose(0, 2, 1),
                               atol=1e-10)


def test_linear_interpolation_keeps_a_ramp_between_the_outermost_samples():
    ramp = np.arange(5.0).reshape(1, 1, 5)
    inner = nn.upsample(ramp, (4,))[0, 0, 2:-2]
    np.testing.assert_allclose(np.diff(inner), 0.25)


@pytest.mark.parametrize("function", [
    lambda x: autograd.numpy.sum(nn.conv(x, np.ones((1, 1, 2))) ** 2),
    lambda x: autograd.numpy.sum(nn.max_pool(x, 2) ** 2),
    lambda x: autograd.numpy.sum(nn.Conv(1, 2)(np.ones(3), x) ** 2),
])
def test_a_second_derivative_is_refused(function):
    x = drawn((1, 4), n=1)

    def slope(x):
        return autograd.numpy.sum(autograd.grad(function)(x))

    with pytest.raises(NotImplementedError, match="a second derivative is not available"):
        autograd.grad(slope)(x)


def test_a_traced_keyword_is_refused():
    x, w = drawn((1, 4)), np.ones((1, 1, 2))
    with pytest.raises(TypeError, match="conv: pass b by position"):
        autograd.grad(lambda b: autograd.numpy.sum(nn.conv(x, w, b=b)))(np.ones(1))


def test_a_gradient_of_another_dtype_is_taken_in_the_output_s():
    """np.sqrt(2) * float32 is float64 in NumPy 2; the kernels still get float32."""
    x = drawn((1, 6), dtype=np.float32)
    w = np.ones((1, 1, 3), np.float32)
    grad = autograd.grad(lambda w: autograd.numpy.sum(np.sqrt(2) * nn.conv(x, w)))(w)
    assert grad.shape == w.shape
    expected = autograd.grad(lambda w: autograd.numpy.sum(nn.conv(x, w)))(w) * np.sqrt(2)
    np.testing.assert_allclose(grad, expected, rtol=1e-6)


def test_shared_parameters_add_up():
    layer, x = nn.Conv(2, 3, padding="same"), drawn((2, 5))
    params = layer.init(0, (2, 5), np.float64)
    scalar = weighted((2, 2, 5), RNG)
    assert_gradient(lambda theta: scalar(layer(theta, layer(theta, x))), params, RNG)


def test_jacobian_elementwise_and_value_and_grad():
    net = nn.Sequential(nn.Conv(2, 3, padding=1), nn.Relu(), nn.LayerNorm(), nn.Flatten(),
                        nn.Linear(3))
    x, params = drawn((2, 4), n=2), net.init(0, (2, 4), np.float64)
    whole = autograd.jacobian(net, 0)(params, x)
    assert whole.shape == (2, 3, params.size)
    for n, k in np.ndindex(2, 3):
        one = autograd.grad(lambda theta, n=n, k=k: net(theta, x)[n, k])(params)
        np.testing.assert_allclose(whole[n, k], one, atol=1e-12)
    assert autograd.jacobian(net, 1)(params, x).shape == (2, 3, 2, 2, 4)
    np.testing.assert_allclose(autograd.elementwise_grad(net)(params, x), whole.sum(axis=(0, 1)))
    found, (of_params, of_x) = autograd.value_and_grad(
        lambda theta, x: autograd.numpy.sum(net(theta, x)), (0, 1))(params, x)
    assert found == pytest.approx(net(params, x).sum())
    assert of_params.shape == params.shape and of_x.shape == x.shape


def test_gradients_in_containers_of_arrays():
    x = drawn((2, 6))

    def function(held):
        return autograd.numpy.sum(nn.conv(x, held["w"], held["b"][0]))

    found = autograd.grad(function)({"w": np.ones((1, 2, 3)), "b": [np.zeros(1)]})
    assert found["w"].shape == (1, 2, 3)
    np.testing.assert_allclose(found["b"][0], 2 * 4)


def test_two_threads_have_their_own_gradients():
    from concurrent.futures import ThreadPoolExecutor

    net, x = nn.Sequential(nn.Conv(4, 3, padding=1), nn.Relu(), nn.Conv(1, 1)), drawn((2, 50))
    slope = autograd.grad(lambda theta: autograd.numpy.sum(net(theta, x) ** 2))
    given = [net.init(seed, (2, 50), np.float64) for seed in range(40)]
    expected = [slope(params) for params in given]
    with ThreadPoolExecutor(4) as pool:
        for one, other in zip(pool.map(slope, given), expected, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("call", "error", "fragments"), [
    (lambda: nn.upsample(np.ones((1, 1, 4)), (2, 2)), ValueError, ["upsample: factors needs one"]),
    (lambda: nn.upsample(np.ones((1, 1, 4)), 0), ValueError, ["upsample: factors must be at"]),
    (lambda: nn.upsample(np.ones((1, 1, 4)), 1.5), TypeError, ["upsample: factors must be an in"]),
    (lambda: nn.upsample(np.ones(4), 2), ValueError, ["upsample: x must be (N, C, L) or"]),
    (lambda: nn.relu([1.0]), TypeError, ["relu: x must be a NumPy array; got list"]),
    (lambda: nn.relu(np.arange(3)), TypeError, ["relu: x must be float32 or float64; got int64"]),
    (lambda: nn.conv(np.ones((1, 1, 4)), np.ones((1, 1, 1)), out=np.ones((1, 1, 4))), TypeError,
     ["conv: out cannot be used here"]),
    (lambda: nn.conv(np.ones((1, 1, 4)), [1.0]), TypeError, ["conv: w must be a NumPy array"]),
    (lambda: nn.max_pool(np.ones((1, 1, 4)), 5), ValueError, ["max_pool: the window must fit"]),
])
def test_bad_arrays_are_refused(call, error, fragments):
    refused(call, error, fragments)


def test_one_factor_serves_all_axes():
    x = drawn((2, 3, 4))
    np.testing.assert_array_equal(nn.upsample(x, 2), nn.upsample(x, (2, 2)))


def test_a_second_derivative_by_another_way_is_refused_too():
    """In the kernel, of a slope that does not depend on it; and in a factor of the slope."""
    x, w = drawn((1, 4), n=1), np.ones((1, 1, 2))

    def of_x(w):
        return autograd.grad(lambda x: autograd.numpy.sum(nn.conv(x, w)))(x)

    def scaled(s):
        return autograd.grad(lambda x: s * autograd.numpy.sum(nn.conv(x, w)))(x)

    for function, at in ((of_x, w), (scaled, 2.0)):
        with pytest.raises(NotImplementedError, match="conv: a second derivative is not"):
            autograd.grad(lambda a, f=function: autograd.numpy.sum(f(a)))(at)
