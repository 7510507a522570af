"""Numbers that the course states, from public functions alone, each with its source.

"Brute force" numbers were first found by programs that shared no code with this package. What
needs training is measured in lessons and experiments, with margins.
"""

import math

import numpy as np
import pytest

import coursekit as ck
from coursekit import Window, nn

NETWORKS = ck.reference_networks()


def square(rates):
    return [Window((3, 3), dilation=d) for d in rates]


# ---- receptive fields


@pytest.mark.parametrize(("name", "field", "jump", "before"), [
    ("AlexNet-v2", 195, 32, 64),  # Araujo, Norris, Sim (2019), Distill: table of nets
    ("VGG-16 pool5", 212, 32, 90),  # the same
    ("MobileNet-v1", 315, 32, 126),  # the same
    ("ResNet-v1-50", 483, 32, 239),  # the same
    ("ResNet-v1-101", 1027, 32, 511),  # the same
    ("ResNet-v1-152", 1507, 32, 751),  # the same
    ("ResNet-v1-200", 1763, 32, 879),  # the same
    ("ResNet-50 torchvision", 427, 32, 213),  # brute force
    ("VGG-16 fc6", 404, 32, 90),  # brute force
])
def test_image_nets(name, field, jump, before):
    assert ck.receptive_field(NETWORKS[name]) == ((field,) * 2, (jump,) * 2, (-before,) * 2)


def test_the_context_module():
    """Yu, Koltun (2016), table 1: fields layer by layer, and 64 C^2 weights."""
    layers = NETWORKS["Yu-Koltun context"]
    assert [layer.dilation[0] for layer in layers] == [1, 1, 2, 4, 8, 16, 1, 1]
    sizes = [ck.receptive_field(layers[:n]).size for n in range(1, 9)]
    assert sizes == [(n, n) for n in (3, 5, 9, 17, 33, 65, 67, 67)]
    assert ck.cost(layers, (21, 64, 64)).parameters == 64 * 21 * 21 == 28_224


def test_wavenet():
    """van den Oord et al. (2016) for one stack; three by brute force, at 16 kHz."""
    assert ck.receptive_field(NETWORKS["WaveNet stack"]).size == (1024,)
    (seen,) = ck.receptive_field(NETWORKS["WaveNet 3 stacks"]).size
    assert seen == 3070 and round(1000 * seen / 16_000, 1) == 191.9


@pytest.mark.parametrize(("k", "seen"), [(7, 3061), (8, 3571)])
def test_temporal_convolutional_nets(k, seen):
    """1 + 2 (k - 1) (2**L - 1) for two convolutions a block: Bai, Kolter, Koltun (2018)."""
    assert ck.receptive_field(NETWORKS[f"TCN k={k}"]).size == (seen,)
    assert seen == 1 + 2 * (k - 1) * (2**8 - 1)


def test_a_stride_widens_later_layers_and_not_its_own():
    """Brute force; against the source's table of stride, pooling and dilation."""
    plain, strided = [Window(3)] * 2, [Window(3, stride=2), Window(3)]
    assert ck.receptive_field(strided[:1]).size == ck.receptive_field(plain[:1]).size == (3,)
    assert ck.receptive_field(strided).size == (7,) and ck.receptive_field(plain).size == (5,)


def test_fixed_rates_grow_linearly_and_doubling_ones_exponentially():
    """Brute force."""
    fixed = [ck.receptive_field([Window(3, dilation=2)] * n).size[0] for n in range(1, 7)]
    doubling = [ck.receptive_field([Window(3, dilation=2**i) for i in range(n)]).size[0]
                for n in range(1, 7)]
    assert fixed == [5, 9, 13, 17, 21, 25]
    assert doubling == [2 ** (n + 1) - 1 for n in range(1, 7)]


def test_three_convolutions_and_a_pool_see_8_by_8():
    """Brute force; a published example says 14 x 14."""
    layers = [Window((3, 3))] * 3 + [Window((2, 2), stride=2)]
    assert ck.receptive_field(layers).size == (8, 8)


# ---- gridding


@pytest.mark.parametrize(("rates", "seen", "coverage"), [
    ([2, 2, 2], 13, 49 / 169), ([1, 2, 3], 13, 1), ([1, 2, 4], 15, 1), ([1, 2, 5], 17, 1),
    ([1, 2, 9], 25, 0.706), ([2, 4, 8], 29, 0.268), ([4, 4, 4], 25, 0.078), ([1, 3, 9], 27, 1),
])
def test_3x3_stacks(rates, seen, coverage):
    """Brute force."""
    assert ck.receptive_field(square(rates)).size == (seen, seen)
    assert ck.coverage(square(rates)) == pytest.approx(coverage, abs=5e-4)


@pytest.mark.parametrize(("rates", "overlap"), [([2, 2, 2], 0), ([4, 4, 4], 0), ([1, 2, 4], 0.933)])
def test_neighbour_overlap(rates, overlap):
    """Brute force."""
    assert ck.neighbour_overlap(square(rates)) == pytest.approx(overlap, abs=5e-4)


@pytest.mark.parametrize(("rates", "gain"), [
    ([2, 2, 2], 1), ([4, 4, 4], 1), ([2, 4, 8], 1), ([1, 2, 4], 0), ([1, 2, 5], 0.0625),
    ([4, 4, 4, 1], 0.5), ([4, 4, 4, 2, 1], 0),
])
def test_gridding_gain(rates, gain):
    """Brute force: worst response at the lattice frequencies with binomial taps."""
    assert ck.gridding_gain(square(rates)) == pytest.approx(gain, abs=1e-9)


def test_hybrid_dilated_convolution():
    """Wang et al. (2018), section 3.2: [1, 2, 5] passes with M_2 = 2, [1, 2, 9] fails with 5."""
    good, bad = ck.hdc(3, [1, 2, 5]), ck.hdc(3, [1, 2, 9])
    assert (good.maximum_distances[1], good.satisfied) == (2, True)
    assert (bad.maximum_distances[1], bad.satisfied) == (5, False)
    assert ck.covers(3, [1, 2, 5]) and not ck.covers(3, [1, 2, 9])


def test_the_most_that_three_taps_cover():
    """Brute force: 3^n, by rates 1, 3, 9, 27."""
    assert ck.covers(3, [1, 3, 9, 27]) and not ck.covers(3, [1, 3, 9, 28])
    assert ck.receptive_field([Window(3, dilation=d) for d in (1, 3, 9, 27)]).size == (3**4,)


def test_no_common_factor_is_neither_enough_nor_needed():
    """Brute force."""
    assert math.gcd(2, 3, 5) == 1 and not ck.covers(3, [2, 3, 5]) and ck.hdc(3, [2, 3, 5]).satisfied
    assert math.gcd(2, 4) == 2 and ck.covers(3, [1, 2, 4])


# ---- pyramids


@pytest.mark.parametrize(("rate", "shares"), [
    (6, (0.665, 0.301, 0.034)), (12, (0.398, 0.466, 0.136)), (24, (0.068, 0.386, 0.545)),
])
def test_valid_taps_on_a_map_of_65(rate, shares):
    """Brute force; Chen et al. (2017), figure 4, plots them. 9, 6 and 4 taps."""
    measured = ck.valid_tap_shares(65, rate)
    assert tuple(measured) == (9, 6, 4)
    assert tuple(measured.values()) == pytest.approx(shares, abs=6e-4)


def test_the_share_of_nine_valid_taps_has_a_formula_up_to_half_the_map():
    """((65 - 2r) / 65)**2 for r <= 32; from r = 65 on one tap is left (brute force)."""
    for rate in range(1, 33):
        assert ck.valid_tap_shares(65, rate)[9] == pytest.approx(((65 - 2 * rate) / 65) ** 2)
    assert all(9 not in ck.valid_tap_shares(65, rate) for rate in range(33, 70))
    assert all(ck.valid_tap_shares(65, rate) == {1: 1.0} for rate in range(65, 70))


@pytest.mark.parametrize(("rate", "share"), [(1, 0.884), (32, 0.111), (33, 0)])
def test_counted_taps_other_than_the_centre_on_a_map_of_33(rate, share):
    """Brute force."""
    taps = sum(taps * part for taps, part in ck.valid_tap_shares(33, rate).items())
    assert (taps - 1) / taps == pytest.approx(share, abs=5e-4)
    # Ones in and ones back: the gradient of each weight counts its valid taps.
    ones, kernel = np.ones((1, 1, 33, 33)), np.ones((1, 1, 3, 3))
    _, counts, _ = ck.conv_backward(ones, ones, kernel, dilation=rate, padding=rate)
    assert 1 - counts[0, 0, 1, 1] / counts.sum() == pytest.approx((taps - 1) / taps)


def test_atrous_spatial_pyramid_pooling():
    """Chen et al. (2017): rates 6, 12, 18 at output stride 16; branches unite, not add."""
    branches = [nn.Conv(8, (3, 3), padding=rate, dilation=rate) for rate in (6, 12, 18)]
    pyramid = nn.Parallel(nn.Conv(8, (1, 1)), *branches)
    for rate in (6, 12, 18):
        layers = NETWORKS[f"DeepLabv3 ASPP rate {rate}"]
        assert ck.receptive_field(layers).size == (2 * rate + 1,) * 2
    assert ck.receptive_field([pyramid]).size == (37, 37)
    assert np.count_nonzero(ck.footprint([pyramid])) == 25


@pytest.mark.parametrize("rate", [6, 12, 18])
def test_twice_the_rate_at_half_the_output_stride_sees_the_same_of_the_picture(rate):
    """Chen et al. (2017): rates doubled at output stride 8."""
    at_16, at_8 = ([Window((1, 1), stride=stride), Window((3, 3), dilation=dilation)]
                   for stride, dilation in ((16, rate), (8, 2 * rate)))
    assert ck.receptive_field(at_16).size == ck.receptive_field(at_8).size == (32 * rate + 1,) * 2


@pytest.mark.parametrize(("rate", "low", "high"), [(1, 0.85, 0.93), (32, 0.05, 0.2), (33, 0, 0)])
def test_outer_taps_of_the_gradient_on_a_map_of_33(rate, low, high):
    """Share of the eight outer taps in the squared gradient of drawn maps; measured .91, .12, 0."""
    rng, squares = np.random.default_rng(rate), np.zeros((3, 3))
    for _ in range(64):
        x, back = rng.standard_normal((2, 1, 1, 33, 33))
        _, grad, _ = ck.conv_backward(back, x, np.ones((1, 1, 3, 3)), dilation=rate, padding=rate)
        squares += np.square(grad[0, 0])
    assert low <= 1 - squares[1, 1] / squares.sum() <= high


# ---- effective receptive fields


@pytest.mark.parametrize("n", [1, 3, 6, 24])
def test_plain_stacks_spread_with_the_root_of_their_depth(n):
    """sqrt(2 n / 3) for 3 taps: Luo et al. (2016)."""
    assert ck.theoretical_erf([Window(3)] * n) == (pytest.approx(math.sqrt(2 * n / 3)),)


def test_doubling_rates_keep_a_constant_share():
    """std / field tends to 0.2357 (brute force); sqrt(2) / 6."""
    layers = [Window(3, dilation=2**i) for i in range(16)]
    (deviation,), (seen,) = ck.theoretical_erf(layers), ck.receptive_field(layers).size
    assert deviation / seen == pytest.approx(0.2357, abs=5e-5)
    assert deviation == pytest.approx(math.sqrt(sum(4**i * (9 - 1) / 12 for i in range(16))))


def test_a_real_net_has_the_deviation_of_theory():
    net = nn.Sequential(*[nn.Conv(1, 3, padding="same", dilation=2**i, bias=False)
                          for i in range(5)])
    shape = (1, *ck.receptive_field(net).size)
    _, measured = ck.effective_receptive_field(net, np.ones(15), shape, samples=1)
    assert measured == pytest.approx(ck.theoretical_erf(net))


# ---- cost


def five(strides, rates):
    return [nn.Conv(32, (3, 3), stride=s, padding=d, dilation=d, bias=False)
            for s, d in zip(strides, rates, strict=True)]


def test_strides_against_rates_at_equal_parameters():
    """Brute force: 37,152 weights, a field of 47; 34 times the MACs, 14 times the activations."""
    nets = five((2, 2, 2, 1, 1), (1,) * 5), five((1,) * 5, (1, 2, 4, 8, 8))
    strided, dilated = (ck.cost(net, (1, 128, 128)) for net in nets)
    assert [ck.receptive_field(net).size for net in nets] == [(47, 47)] * 2
    assert strided.parameters == dilated.parameters == 37_152
    assert [round(cost.macs / 1e6, 1) for cost in (strided, dilated)] == [17.7, 608.7]
    assert [round(cost.activations / 1e6, 2) for cost in (strided, dilated)] == [0.19, 2.62]
    assert round(dilated.macs / strided.macs) == 34
    assert round(dilated.activations / strided.activations) == 14


def test_parameters_of_the_nets_of_the_experiments():
    """Counted by hand: the digit scenes' six layers and classifier; one layer of offset 16."""
    layers = [layer for rate in (1, 1, 2, 4, 4, 2) for layer in (
        nn.Conv(16, (3, 3), padding="same", dilation=rate), nn.Relu())]
    scenes = nn.Sequential(*layers, nn.Conv(6, (1, 1)))
    assert scenes.size((1, 48, 48)) == 160 + 5 * 2320 + 102 == 11_862
    offset = nn.Sequential(nn.Conv(24, 2, padding="causal", dilation=16), nn.Relu(), nn.Conv(4, 1))
    assert offset.size((4, 64)) == 216 + 100 == 316


@pytest.mark.parametrize(("n", "c", "k"), [(64, 16, 9), (160, 64, 9), (100, 8, 3)])
def test_macs_of_attention_and_convolution(n, c, k):
    """4 N C^2 + 2 N^2 C; N k C^2; 4 N C^2 + 2 N k C: counted by hand."""
    def macs(layer):
        return ck.cost([layer], (c, n)).macs

    assert macs(nn.Attention(4)) == 4 * n * c * c + 2 * n * n * c
    assert macs(nn.Conv(c, k, padding="same", bias=False)) == n * k * c * c
    near = 4 * n * c * c + 2 * n * k * c
    assert macs(nn.Attention(4, window=k)) == macs(nn.Attention(4, window=k, dilation=2)) == near


def test_the_crossover_of_attention_and_convolution():
    """(k - 4) C / 2, counted by hand: 160 for 3x3 and C = 64, so any map from 13 x 13 up."""
    assert ck.attention_crossover(9, 64) == 160
    assert 12 * 12 < 160 < 13 * 13
    assert ck.attention_crossover(3, 64) == 0, "in 1-D with 3 taps always"


# ---- operators


def lost(op, n):
    return n - ck.operator_rank(op, (1, n))


BOX = np.ones((1, 1, 3))


@pytest.mark.parametrize(("rate", "same", "circular"), [(1, 0, 2), (2, 0, 4), (3, 3, 0), (4, 0, 8)])
def test_dimensions_that_a_box_kernel_loses_of_60(rate, same, circular):
    """Brute force."""
    def around(x):
        return ck.conv(np.concatenate([x[..., -rate:], x, x[..., :rate]], axis=2), BOX,
                       dilation=rate)

    assert lost(lambda x: ck.conv(x, BOX, dilation=rate, padding="same"), 60) == same
    assert lost(around, 60) == circular


@pytest.mark.parametrize(("outputs", "stride", "rate", "kept"), [
    (3, 1, 1, 1.0), (3, 1, 2, 1.0), (3, 1, 4, 1.0), (3, 2, 1, 0.25), (6, 2, 1, 0.5),
    (12, 2, 1, 1.0),
])
def test_share_of_dimensions_that_drawn_kernels_keep(outputs, stride, rate, kept):
    """Brute force: rank over inputs, 3 channels of 8 x 8."""
    for seed in range(3):
        w = np.random.default_rng(seed).standard_normal((outputs, 3, 3, 3))
        rank = ck.operator_rank(
            lambda x, w=w: ck.conv(x, w, stride=stride, dilation=rate, padding="same"), (3, 8, 8)
        )
        assert rank / (3 * 64) == kept


def test_share_of_dimensions_that_average_pooling_keeps():
    """Brute force."""
    assert ck.operator_rank(lambda x: ck.avg_pool(x, 2), (3, 8, 8)) / (3 * 64) == 0.25


@pytest.mark.parametrize(("outputs", "stride", "rate", "low", "high"), [
    (1, 1, 2, 100, math.inf), (1, 2, 1, 5, 22), (4, 2, 1, 100, math.inf),
])
def test_what_a_photograph_can_be_rebuilt_from(outputs, stride, rate, low, high):
    """Peak signal-to-noise ratio in dB; measured 159, 12.5-15 and 159 on other patches."""
    patch = ck.data.load_photograph("camera").astype(np.float64)[100:116, 120:136]
    for seed in range(3):
        w = np.random.default_rng(seed).standard_normal((outputs, 1, 3, 3))
        matrix = ck.operator_matrix(
            lambda x, w=w: ck.conv(x, w, stride=stride, dilation=rate, padding="same"), (1, 16, 16)
        )
        rebuilt = np.linalg.lstsq(matrix, matrix @ patch.ravel(), rcond=None)[0]
        error = np.mean((rebuilt - patch.ravel()) ** 2)
        assert low < 10 * math.log10(1 / error) < high
