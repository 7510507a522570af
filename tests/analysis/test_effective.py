"""Effective receptive fields: measured on real nets, and against theory."""

import math
import subprocess
import sys

import numpy as np
import pytest
from autograd import numpy as anp
from hypothesis import given
from nets import fixed, nets
from refusal import refused

import coursekit as ck
from coursekit import Window, nn


def uniform(rates, kernel=(3, 3)):
    """Convolutions of one channel with equal weights, and their parameters."""
    net = nn.Sequential(*[
        nn.Conv(1, kernel, padding="same", dilation=d, bias=False) for d in rates
    ])
    return net, np.ones(net.size((1, *(9,) * len(kernel))))


@pytest.mark.parametrize("rates", [(1, 1, 1), (1, 2, 4), (2, 2)])
def test_a_net_of_equal_weights_has_the_footprint_and_theorys_deviation(rates):
    net, params = uniform(rates)
    field = ck.receptive_field(net)
    strength, deviation = ck.effective_receptive_field(net, params, (1, *field.size), samples=1)
    np.testing.assert_array_equal(strength, ck.footprint(net))
    assert deviation == pytest.approx(ck.theoretical_erf(net), rel=1e-12)
    variance = sum(d * d * (3 * 3 - 1) / 12 for d in rates)
    assert deviation == pytest.approx((math.sqrt(variance),) * 2)


@given(net=nets(kinds=("conv",)))
@fixed(40)
def test_drawn_nets_of_equal_weights_have_it_too(net):
    """Where the output in the middle stands far from the border, whatever the branches."""
    field = ck.receptive_field(net)
    rank = len(field.size)
    half = [max(-start, size + start) for start, size in zip(field.start, field.size, strict=True)]
    spatial = [2 * -(-h // jump) * jump + 2 * jump for h, jump in zip(half, field.jump)]
    params = np.ones(net.size((1, *spatial)))
    positive = Shifted(net)
    strength, deviation = ck.effective_receptive_field(positive, params, (1, *spatial), samples=1)
    assert strength.sum() == ck.footprint(net).sum()
    assert deviation == pytest.approx(ck.theoretical_erf(net), abs=1e-9)
    assert strength.shape == tuple(spatial) and len(deviation) == rank


class Shifted:
    """The net on inputs so large that no relu cuts them off."""

    def __init__(self, net):
        self.net = net

    def __call__(self, params, x):
        return self.net(params, x + 100.0)


def test_strides_widen_theorys_deviation_by_the_jump():
    layers = [Window(3, stride=2), Window(5, dilation=2, stride=3), Window(2)]
    variance = 8 / 12 + 4 * 4 * 24 / 12 + 36 * 3 / 12
    assert ck.theoretical_erf(layers) == (pytest.approx(math.sqrt(variance)),)
    paths = ck.footprint(layers)
    places = np.arange(len(paths))
    mean = (paths * places).sum() / paths.sum()
    assert (paths * (places - mean) ** 2).sum() / paths.sum() == pytest.approx(variance)


def test_theory_needs_no_counting():
    assert ck.theoretical_erf([Window(3)] * 600) == (20.0,)
    huge = [Window((3, 3), dilation=2**29)] * 100
    assert ck.theoretical_erf(huge) == (pytest.approx(2**29 * math.sqrt(200 / 3)),) * 2
    assert ck.theoretical_erf([Window(1)]) == (0.0,)


def test_absolute_values_are_averaged_over_samples_and_channels():
    w = np.array([[[1.0, -2.0, 3.0], [0.0, 4.0, -5.0]]])
    net = nn.Conv(1, 3, padding=1, bias=False)
    strength, (deviation,) = ck.effective_receptive_field(net, w.ravel(), (2, 5))
    np.testing.assert_allclose(strength, [0, 0.5, 3, 4, 0])
    share = np.array([0.5, 3, 4]) / 7.5
    mean = share @ [1, 2, 3]
    assert deviation == pytest.approx(math.sqrt(share @ (np.array([1, 2, 3]) - mean) ** 2))


def test_output_channels_are_summed_before_the_gradient():
    net = nn.Conv(2, 1, bias=False)
    strength, _ = ck.effective_receptive_field(net, np.array([3.0, -1.0]), (1, 5), samples=2)
    np.testing.assert_array_equal(strength, [0, 0, 2, 0, 0])


def test_seeds_and_samples_pick_the_inputs():
    net = nn.Sequential(nn.Conv(4, 3, padding=1), nn.Relu(), nn.Conv(1, 3, padding=1))
    params = net.init(0, (1, 9))

    def measure(**options):
        strength, _ = ck.effective_receptive_field(net, params, (1, 9), **options)
        return strength

    np.testing.assert_array_equal(measure(), measure(samples=16, seed=0))
    assert not np.array_equal(measure(samples=1), measure(samples=1, seed=1))
    seen = []
    ck.effective_receptive_field(Recorded(net, seen), params, (1, 9), samples=3, seed=5)
    rng = np.random.default_rng(5)
    for x in seen:
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, rng.standard_normal((1, 1, 9)).astype(np.float32))
    assert len(seen) == 3


class Recorded:
    """A net that keeps its inputs."""

    def __init__(self, net, seen):
        self.net, self.seen = net, seen

    def __call__(self, params, x):
        self.seen.append(x._value.copy())
        return self.net(params, x)


def test_any_function_that_autograd_follows_will_do():
    strength, deviation = ck.effective_receptive_field(
        lambda params, x: anp.sum(x * params, axis=2), np.array([0.0, 1.0, 1.0, 0.0]), (1, 4)
    )
    np.testing.assert_array_equal(strength, [0, 1, 1, 0])
    assert deviation == (0.5,)


NET = nn.Sequential(nn.Conv(1, 3, padding=1, bias=False), nn.Relu())
ONES = np.ones(3, np.float32)


@pytest.mark.parametrize(("net", "params", "shape", "options", "error", "fragment"), [
    (3, ONES, (1, 9), {}, TypeError, "net must be a net, called as net(params, x); got 3"),
    ([NET], ONES, (1, 9), {}, TypeError, "net must be a net"),
    (nn.Relu, ONES, (1, 9), {}, TypeError, "net must be a net"),
    (NET, [1.0] * 3, (1, 9), {}, TypeError, "params must be an array of float32 or float64; got"),
    (NET, np.ones(3, int), (1, 9), {}, TypeError, "got int64"),
    (NET, ONES[1:], (1, 9), {}, ValueError, "params must be one vector of 3 numbers for this net"),
    (NET, ONES[None], (1, 9), {}, ValueError, "got shape (1, 3)"),
    (NET, ONES, 9, {}, TypeError, "shape must be a tuple (C, *spatial); got 9"),
    (NET, ONES, (1,), {}, ValueError, "shape must be (C, L) or (C, H, W); got (1,)"),
    (NET, ONES, (1, 0), {}, ValueError, "shape must be at least 1; got 0"),
    (NET, ONES, (1, 2.5), {}, TypeError, "shape must be an integer; got 2.5"),
    (NET, ONES, (1, 9, 9), {}, ValueError, "shape must fit the net; Sequential: layers[0]: Conv"),
    (NET, ONES, (1, 9), {"samples": 0}, ValueError, "samples must be at least 1; got 0"),
    (NET, ONES, (1, 9), {"samples": 1.5}, TypeError, "samples must be an integer; got 1.5"),
    (NET, ONES, (1, 9), {"seed": -1}, ValueError, "seed must be at least 0; got -1"),
    (NET, ONES, (1, 9), {"seed": None}, TypeError, "seed must be an integer; got None"),
    (NET, 0 * ONES, (1, 9), {}, ValueError, "finite gradient; got zeros everywhere"),
    (NET, np.nan * ONES, (1, 9), {}, ValueError, "got numbers that are not finite"),
    (lambda params, x: 3.0, ONES, (1, 9), {}, TypeError, "net must return an array"),
    (lambda params, x: anp.sum(x), ONES, (1, 9), {}, ValueError, "net must return one sample"),
    (lambda params, x: anp.ones((1, 1, 9)), ONES, (1, 9), {}, ValueError, "must depend on the"),
])
def test_refused(net, params, shape, options, error, fragment):
    refused(lambda: ck.effective_receptive_field(net, params, shape, **options), error,
            ["effective_receptive_field: ", fragment])


def test_what_needs_no_nets_does_not_load_autograd():
    code = ("import sys, coursekit as ck; ck.coverage([ck.Window(3)]); ck.reference_networks();"
            "sys.exit('autograd' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_variance_beyond_float64_is_refused():
    refused(lambda: ck.theoretical_erf([Window(3, stride=2**30)] * 40), OverflowError,
            ["theoretical_erf: a variance exceeds float64"])
