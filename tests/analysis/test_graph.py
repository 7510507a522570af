"""Nets with branches, against two oracles: every path walked, and the gradient of a real net."""

import math
from itertools import product

import numpy as np
import pytest
from autograd import grad
from hypothesis import assume, given
from nets import binomial, decoders, fixed, nets, walked

import coursekit as ck
from coursekit import Window, nn

IDENTITY = nn.Sequential()


def box(places):
    """First and last place on each axis."""
    return [(min(axis), max(axis)) for axis in zip(*places, strict=True)]


def jump_of(net, rank):
    """Steps of the input for one of the output, seen in where single paths lead."""
    here = min(walked(net, (0,) * rank))
    there = min(walked(net, (1,) * rank))
    return tuple(b - a for a, b in zip(here, there, strict=True))


@given(net=nets())
@fixed(120)
def test_every_path_walked_agrees(net):
    field, paths = ck.receptive_field(net), ck.footprint(net)
    places = walked(net, (0,) * paths.ndim)
    ends = box(places)
    assert field.start == tuple(low for low, _ in ends)
    assert field.size == tuple(high - low + 1 for low, high in ends) == paths.shape
    assert field.jump == jump_of(net, paths.ndim)
    assert paths.dtype == np.int64
    for place in np.ndindex(paths.shape):
        at = tuple(p + low for p, low in zip(place, field.start, strict=True))
        assert paths[place] == places.get(at, 0)
    assert ck.coverage(net) == len(places) / paths.size
    moved = {(at[0] + field.jump[0], *at[1:]) for at in places}
    assert ck.neighbour_overlap(net) == len(moved & set(places)) / len(places)


@given(net=nets(kinds=("conv",)))
@fixed(80)
def test_the_gradient_of_a_real_net_agrees(net):
    """All weights 1 and all inputs positive: the gradient of an output far from the border."""
    gradient, expected = gradient_and_footprint(net)
    np.testing.assert_array_equal(gradient, expected)


@given(net=nets(kinds=("conv", "avg")))
@fixed(80)
def test_with_pools_the_gradient_reaches_the_same_samples(net):
    gradient, expected = gradient_and_footprint(net)
    np.testing.assert_array_equal(gradient > 0, expected > 0)


def gradient_and_footprint(net):
    """The gradient of one output in the input, and what it should be where all is counted."""
    field = ck.receptive_field(net)
    assume(math.prod(field.size) < 3000)
    output = [-(start // jump) for start, jump in zip(field.start, field.jump, strict=True)]
    first = [s + o * j for s, o, j in zip(field.start, output, field.jump, strict=True)]
    shape = (1, *(f + size + 1 for f, size in zip(first, field.size, strict=True)))
    params = np.ones(net.size(shape))
    gradient = grad(lambda x: net(params, x)[(0, 0, *output)])(np.ones((1, *shape)))
    expected = np.zeros(shape)
    inside = tuple(slice(f, f + size) for f, size in zip(first, field.size, strict=True))
    expected[(0, *inside)] = ck.footprint(net)
    return gradient[0], expected


@given(net=nets(rank=2))
@fixed(60)
def test_theory_is_the_footprints_standard_deviation(net):
    paths = ck.footprint(net)
    for axis, deviation in enumerate(ck.theoretical_erf(net)):
        share = paths.sum(axis=1 - axis) / paths.sum()
        places = np.arange(len(share))
        variance = share @ places**2 - (share @ places) ** 2
        assert deviation**2 == pytest.approx(variance, abs=1e-9)


@given(net=nets())
@fixed(80)
def test_the_gain_is_that_of_the_net_with_binomial_taps_and_mean_branches(net):
    rank = len(ck.receptive_field(net).size)
    weights = walked(net, (0,) * rank, weigh=binomial, merge=lambda branches: 1 / len(branches))
    assert sum(weights.values()) == pytest.approx(1)
    rates, worst = rates_of(net), 0.0
    for q in rates:
        for m in range(1, q):
            waves = [w * np.exp(2j * np.pi * m * at[0] / q) for at, w in weights.items()]
            worst = max(worst, abs(sum(waves)))
    assert ck.gridding_gain(net) == pytest.approx(worst, abs=1e-12)


def rates_of(layer):
    """Rates above 1 on the first axis, of all layers inside."""
    if isinstance(layer, nn.Parallel):
        return set().union(*map(rates_of, layer.branches))
    if isinstance(layer, nn.Sequential):
        return set().union(*map(rates_of, layer.layers))
    return {layer.sees.dilation[0]} - {1} if isinstance(layer.sees, Window) else set()


@given(net=decoders())
@fixed(150)
def test_after_upsampling_the_smallest_window_that_holds_what_each_output_reads(net):
    size, jump, start = (entry[0] for entry in ck.receptive_field(net))
    # All ways in which outputs read come up among so many of them.
    ends = [(o, *box(walked(net, (o,)))[0]) for o in range(144)]
    low = min(first - o * jump for o, first, _ in ends)
    high = max(last - o * jump for o, _, last in ends)
    assert (start, size) == (low, high - low + 1)


def test_a_pyramid_unites_its_branches_and_does_not_add_them():
    branches = [nn.Conv(1, 3, padding=d, dilation=d) for d in (6, 12, 18)]
    assert ck.receptive_field([nn.Parallel(*branches)]) == ((37,), (1,), (-18,))
    paths = ck.footprint([nn.Parallel(*branches)])
    assert list(np.flatnonzero(paths)) == [0, 6, 12, 18, 24, 30, 36] and paths[18] == 3
    unpadded = [nn.Conv(1, 3, dilation=d) for d in (1, 2)]
    assert ck.receptive_field([nn.Parallel(*unpadded)]) == ((5,), (1,), (0,))


def test_a_residual_counts_its_identity():
    block = nn.Residual(nn.Conv(1, (3, 3), padding="same", dilation=2))
    assert list(ck.footprint(block)[2]) == [1, 0, 2, 0, 1]
    assert ck.coverage(block) == 9 / 25
    assert ck.footprint(nn.Residual(nn.Conv(1, 1))) == [2]
    assert ck.gridding_gain(nn.Residual(nn.Conv(1, 3, padding=1), nn.Conv(1, 1, dilation=2))) == 0.5


def test_a_net_of_pointwise_and_plain_layers_is_a_plain_stack():
    windows = [Window((3, 3), dilation=d, padding=d) for d in (1, 2, 3)]
    net = nn.Sequential(*[
        layer for d in (1, 2, 3) for layer in
        (nn.Sequential(nn.Conv(4, (3, 3), dilation=d, padding=d), nn.LayerNorm()), nn.Relu())
    ])
    for measure in (ck.receptive_field, ck.coverage, ck.neighbour_overlap, ck.gridding_gain,
                    ck.theoretical_erf):
        assert measure(net) == measure(windows) == measure(list(net)) == measure(iter(windows))
    np.testing.assert_array_equal(ck.footprint(net), ck.footprint(windows))


def test_windowed_attention_sees_its_window():
    assert ck.receptive_field([nn.Attention(1, window=5, dilation=3)]) == ((13,), (1,), (-6,))
    causal = nn.Attention(1, window=4, dilation=2, causal=True)
    assert ck.receptive_field([causal]) == ((7,), (1,), (-6,))
    assert ck.coverage([causal]) == 4 / 7


@pytest.mark.parametrize("last", [
    (nn.Flatten(), nn.Linear(2)), (nn.GlobalAvgPool(),), (nn.Attention(1),),
    (nn.Residual(nn.Attention(1)),), (nn.Parallel(IDENTITY, nn.Attention(1)),),
    (nn.Attention(1), nn.Conv(1, (3, 3), padding="same"), nn.Relu()),
])
def test_what_sees_everything_sees_everything_from_there_on(last):
    net = [nn.Conv(1, (3, 3), stride=2), *last]
    assert ck.receptive_field(net) == ((math.inf,) * 2, (2, 2), (-math.inf,) * 2)
    for measure in (ck.footprint, ck.coverage, ck.neighbour_overlap, ck.gridding_gain,
                    ck.theoretical_erf):
        with pytest.raises(ValueError, match=rf"^{measure.__name__}: .* sees everything$"):
            measure(net)


def test_layers_that_treat_all_axes_alike_tell_one():
    assert ck.receptive_field([nn.Relu()]) == ((1,), (1,), (0,))
    assert ck.receptive_field([nn.Linear(3)]) == ((math.inf,), (1,), (-math.inf,))
    assert ck.footprint([nn.Relu(), IDENTITY]) == [1]
    assert ck.coverage([nn.LayerNorm()]) == 1.0


def test_counts_of_branched_nets_are_exact_to_the_last_of_int64():
    # Each residual with a copy of its input doubles the paths: 2**62, then 2**62 more.
    doubling = [nn.Residual(nn.Conv(1, 1))] * 62
    assert ck.footprint(doubling) == [2**62]
    almost = [*doubling, nn.Conv(1, 2), nn.Residual()]
    assert list(ck.footprint(almost[:-1])) == [2**62, 2**62]
    with pytest.raises(OverflowError, match=r"^footprint: a count of about 9.22e\+18 paths"):
        ck.footprint(almost)
    with pytest.raises(OverflowError, match=r"^footprint: a count of more than 1e308 paths"):
        ck.footprint([nn.Residual(nn.Conv(1, 1))] * 1100)
    assert ck.coverage(almost) == 1.0
    assert ck.theoretical_erf(almost * 30)[0] == pytest.approx(0.5 * math.sqrt(30))


def test_a_count_just_below_the_end_of_int64_is_exact():
    """2**63 - 1 = 7 * 7 * 73 * 127 * 337 * 92737 * 649657, each factor that many parallel paths."""
    factors = (7, 7, 73, 127, 337)
    net = [nn.Parallel(*[IDENTITY] * n, merge="sum") for n in factors]
    assert ck.footprint(net) == [math.prod(factors)]
    pairs = nn.Parallel(*[IDENTITY] * 2, merge="sum")
    # 2**63 - 1 by doubling and adding one, 62 times.
    inner = IDENTITY
    for _ in range(62):
        inner = nn.Parallel(nn.Sequential(pairs, inner), IDENTITY, merge="sum")
    assert ck.footprint([inner]) == [2**63 - 1]
    with pytest.raises(OverflowError):
        ck.footprint([nn.Parallel(inner, IDENTITY, merge="sum")])


def test_same_with_a_stride_matters_in_a_branch_only():
    strided = nn.Conv(1, 3, stride=2, padding="same")
    assert ck.footprint([strided, nn.Residual(nn.Conv(1, 1))]).shape == (3,)
    net = [nn.Conv(1, 3), nn.Parallel(nn.Sequential(nn.Relu(), strided), nn.AvgPool(2))]
    for measure in (ck.receptive_field, ck.footprint, ck.coverage, ck.neighbour_overlap,
                    ck.gridding_gain, ck.theoretical_erf):
        place = r"layers\[1\].branches\[0\]\[1\]"
        with pytest.raises(ValueError, match=rf"^{measure.__name__}: {place} pads 'same'"):
            measure(net)


@pytest.mark.parametrize("measure", [ck.receptive_field, ck.footprint, ck.coverage,
                                     ck.neighbour_overlap, ck.gridding_gain, ck.theoretical_erf])
def test_branches_of_different_jumps_are_refused(measure):
    net = [nn.Conv(1, 3, stride=3),
           nn.Residual(nn.Parallel(nn.Conv(1, 3, dilation=2), nn.MaxPool(2)))]
    rule = (f"^{measure.__name__}: branches must share a jump; on axis 0 neighbouring outputs of "
            r"layers\[1\]\[0\]'s branches are 3 and 6 input samples apart$")
    with pytest.raises(ValueError, match=rule):
        measure(net)


def test_upsampling_that_leaves_the_inputs_grid_or_differs_in_phase_is_refused():
    with pytest.raises(ValueError, match=r"^receptive_field: .*layers\[1\] upsamples by 2 where "
                                         r"they are 3 apart$"):
        ck.receptive_field([nn.AvgPool((3, 3)), nn.Upsample(2)])
    net = [nn.AvgPool(2), nn.Upsample(2)]
    for measure in (ck.footprint, ck.coverage, ck.neighbour_overlap, ck.gridding_gain,
                    ck.theoretical_erf):
        with pytest.raises(ValueError, match=rf"^{measure.__name__}: .*layers\[1\] interpolates"):
            measure(net)
    with pytest.raises(MemoryError, match=r"^receptive_field: outputs must read in at most 10"):
        ck.receptive_field([Window(1, stride=10**7), nn.Upsample(10**7)])


def test_upsampling_tells_its_axes():
    net = [Window((1, 2), stride=(1, 2)), nn.Upsample((1, 2))]
    assert ck.receptive_field(net) == ((1, 5), (1, 1), (0, -2))
    with pytest.raises(ValueError, match=r"layers\[0\] is 1-D, layers\[1\] is 2-D"):
        ck.receptive_field([Window(4, stride=4), nn.Upsample((2, 2))])


@pytest.mark.parametrize("shift", list(product((0, 1, 2), repeat=2)))
def test_branches_lie_where_their_padding_puts_them(shift):
    branches = [nn.Conv(1, 3, padding=((before, 2 - before),)) for before in shift]
    field = ck.receptive_field([nn.Parallel(*branches)])
    assert field.start == (-max(shift),)
    assert field.size == (3 + abs(shift[0] - shift[1]),)


def test_labels_index_the_net():
    """Errors name a place by which one finds the layer."""
    strided = nn.Conv(1, 3, stride=2, padding="same")
    net = nn.Sequential(nn.Relu(), nn.Residual(nn.Sequential(nn.Relu(), strided)))
    with pytest.raises(ValueError, match=r"layers\[1\]\[0\]\[1\] pads 'same'"):
        ck.receptive_field(net)
    assert net[1][0][1] is strided
    with pytest.raises(ValueError, match=r"layers\[1\] pads 'same'"):
        ck.receptive_field(nn.Residual(nn.Relu(), strided))
    with pytest.raises(ValueError, match=r"layers.branches\[1\] pads 'same'"):
        ck.receptive_field(nn.Parallel(IDENTITY, strided))
