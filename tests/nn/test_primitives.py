"""Operations as primitives: gradients by finite differences, peers, and what is refused."""

import autograd
import numpy as np
import pytest
from gradients import assert_gradient, drawn, weighted

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
