"""Coverage, overlap and gain: tables of stacks, and oracles that count taps and run waves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coursekit as ck
from coursekit import Window

fixed = settings(max_examples=200, derandomize=True, deadline=None, database=None)


@pytest.mark.parametrize(("rates", "size", "share"), [
    ([2, 2, 2], 13, 49 / 169),
    ([1, 2, 3], 13, 1),
    ([1, 2, 4], 15, 1),
    ([1, 2, 5], 17, 1),
    ([1, 2, 9], 25, 0.706),
    ([2, 4, 8], 29, 0.268),
    ([4, 4, 4], 25, 0.078),
    ([1, 3, 9], 27, 1),
    ([1, 3, 9, 27], 81, 1),
    ([2, 3, 5], 21, (19 / 21) ** 2),
])
def test_the_table_of_3x3_stacks(rates, size, share):
    layers = [Window((3, 3), dilation=d) for d in rates]
    assert ck.receptive_field(layers).size == (size, size)
    assert ck.coverage(layers) == pytest.approx(share, abs=5e-4)


@given(rates=st.lists(st.integers(1, 12), min_size=1, max_size=4))
@fixed
def test_three_taps_leave_no_hole_exactly_when_each_rate_is_within_the_field(rates):
    """Sorted, each rate must not exceed the receptive field before it."""
    field, whole = 1, True
    for rate in sorted(rates):
        whole &= rate <= field
        field += 2 * rate
    layers = [Window(3, dilation=d) for d in rates]
    assert (ck.coverage(layers) == 1) is whole
    assert ck.coverage(layers) == np.count_nonzero(ck.footprint(layers)) / field


@given(rates=st.lists(st.integers(1, 6), min_size=1, max_size=4))
@fixed
def test_the_order_of_rates_changes_nothing_and_axes_multiply(rates):
    forward = ck.coverage([Window(3, dilation=d) for d in rates])
    assert forward == ck.coverage([Window(3, dilation=d) for d in reversed(rates)])
    square = ck.coverage([Window((3, 3), dilation=d) for d in rates])
    assert square == pytest.approx(forward**2)
    flat = ck.coverage([Window((3, 1), dilation=d) for d in rates])
    assert flat == forward


def test_counts_beyond_int64_do_not_matter_here():
    assert ck.coverage([Window(3)] * 100) == 1.0


def test_a_stride_above_the_kernel_leaves_holes():
    assert ck.coverage([Window(1, stride=3), Window(2)]) == 2 / 4


@given(layers=st.lists(st.builds(
    Window, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 5),
), min_size=1, max_size=4))
@fixed
def test_overlap_is_that_of_the_sets_of_two_neighbours(layers):
    jump = ck.receptive_field(layers).jump[0]
    taps = set(np.flatnonzero(ck.footprint(layers)).tolist())
    next_taps = {tap + jump for tap in taps}
    assert ck.neighbour_overlap(layers) == len(taps & next_taps) / len(taps)


def test_overlap_looks_along_the_first_axis_only():
    rows = [Window((3, 1), dilation=(1, 1))] * 2
    columns = [Window((1, 3))] * 2
    assert ck.neighbour_overlap(rows) == 4 / 5
    assert ck.neighbour_overlap(columns) == 0.0
    assert ck.neighbour_overlap([Window((3, 3), dilation=(1, 2))] * 2) == 4 / 5


@given(layers=st.lists(st.builds(
    Window, st.integers(1, 4), st.integers(1, 2), st.integers(0, 2), st.integers(1, 6),
), min_size=1, max_size=4))
@fixed
def test_the_gain_is_that_of_the_stack_run_on_waves(layers):
    """Real convolutions with binomial weights, on the waves themselves."""
    size, worst = ck.receptive_field(layers).size[0] + sum(layer.extent[0] for layer in layers), 0.0
    for q in {layer.dilation[0] for layer in layers} - {1}:
        for m in range(1, q):
            phase = 2 * np.pi * m * np.arange(size) / q
            parts = [run(layers, wave) for wave in (np.cos(phase), np.sin(phase))]
            worst = max(worst, np.hypot(*parts))
    assert ck.gridding_gain(layers) == pytest.approx(worst, abs=1e-12)


def run(layers, x):
    """The first output, away from any padding."""
    x = x[None, None]
    for layer in layers:
        k = layer.kernel_size[0]
        w = np.array([math.comb(k - 1, t) for t in range(k)]) / 2 ** (k - 1)
        x = ck.conv(x, w[None, None], stride=layer.stride, dilation=layer.dilation)
    return x[0, 0, 0]


def test_the_gain_of_large_rates_is_exact_and_fast():
    assert ck.gridding_gain([Window(3, dilation=2**20), Window(2, dilation=2**19)]) == 1.0
    doubling = [Window(2, dilation=2**i) for i in range(12)]
    assert ck.gridding_gain(doubling) == 0.0
    assert ck.gridding_gain([Window(10**6, dilation=7)]) == 1.0
    with pytest.raises(ValueError, match=r"^gridding_gain: rates must be at most 10000000"):
        ck.gridding_gain([Window(3, dilation=10**8)])


def test_the_gain_looks_along_the_first_axis_and_needs_a_rate():
    assert ck.gridding_gain([Window((3, 3), dilation=(1, 4))]) == 0.0
    assert ck.gridding_gain([Window((3, 3), dilation=(4, 1))]) == 1.0
    assert ck.gridding_gain([Window(3, stride=2)] * 2) == 0.0
