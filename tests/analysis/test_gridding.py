"""Coverage: the table of 3x3 stacks, and the rule that says when holes are left."""

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
