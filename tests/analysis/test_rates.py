"""Rules for rates against brute force; shares of valid taps; disagreement of labels."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import fixed
from refusal import refused

import coursekit as ck
from coursekit import Window


def reads_all(kernel_size, dilations):
    """By the set of all sums of taps."""
    sums = {sum(taps) for taps in product(*[range(0, kernel_size * d, d) for d in dilations])}
    return len(sums) == 1 + sum((kernel_size - 1) * d for d in dilations)


@given(kernel_size=st.integers(1, 5),
       dilations=st.lists(st.integers(1, 30), min_size=1, max_size=4))
@fixed(400)
def test_covers_is_the_set_of_taps_without_a_hole(kernel_size, dilations):
    covered = ck.covers(kernel_size, dilations)
    assert covered is reads_all(kernel_size, dilations)
    assert covered is (ck.coverage([Window(kernel_size, dilation=d) for d in dilations]) == 1)


@pytest.mark.parametrize("kernel_size", [2, 3, 4])
def test_covers_for_all_pairs_and_triples_of_small_rates(kernel_size):
    for length in (1, 2, 3):
        for dilations in product(range(1, 11), repeat=length):
            assert ck.covers(kernel_size, dilations) is reads_all(kernel_size, dilations)


def test_the_most_that_three_taps_can_cover_is_a_power_of_three():
    powers = [3**i for i in range(12)]
    assert ck.covers(3, powers)
    assert ck.receptive_field([Window(3, dilation=d) for d in powers]).size == (3**12,)
    for i in range(12):
        assert not ck.covers(3, [*powers[:i], powers[i] + 1, *powers[i + 1:]])


def published_hdc(kernel_size, rates):
    """The recursion as the paper prints it, from the top."""
    distance = rates[-1]
    found = [distance]
    for r in rates[-2::-1]:
        distance = max([distance - 2 * r, distance - 2 * (distance - r), r])
        found.append(distance)
    found.reverse()
    return tuple(found), (found[1] <= kernel_size if len(rates) > 1 else found[0] <= 1)


@given(kernel_size=st.integers(1, 7), rates=st.lists(st.integers(1, 40), min_size=1, max_size=6))
@fixed(300)
def test_hdc_is_the_published_recursion(kernel_size, rates):
    assert ck.hdc(kernel_size, rates) == published_hdc(kernel_size, rates)


def test_hdc_is_exact_for_three_taps_from_rate_one_up_and_errs_elsewhere():
    for length in (1, 2, 3, 4):
        for rates in product(range(1, 10), repeat=length):
            if rates[0] == 1 and list(rates) == sorted(rates):
                assert ck.hdc(3, rates).satisfied is ck.covers(3, rates), rates
    # Each of the conditions is needed: rate one first, rates that do not fall, three taps.
    assert ck.hdc(3, [2, 3, 5]).satisfied and not ck.covers(3, [2, 3, 5])
    assert not ck.hdc(3, [1, 4, 2]).satisfied and ck.covers(3, [1, 4, 2])
    assert ck.hdc(5, [1, 1, 8]).satisfied is False and ck.covers(5, [1, 1, 8])


@given(size=st.integers(1, 14), rate=st.integers(1, 16))
@fixed(150)
def test_valid_tap_shares_count_taps_on_the_map(size, rate):
    expected = {}
    for row, column in product(range(size), repeat=2):
        taps = sum(
            0 <= row + i * rate < size and 0 <= column + j * rate < size
            for i, j in product((-1, 0, 1), repeat=2)
        )
        expected[taps] = expected.get(taps, 0) + 1
    shares = ck.valid_tap_shares(size, rate)
    assert shares == {taps: number / size**2 for taps, number in expected.items()}
    assert list(shares) == sorted(shares, reverse=True)
    assert sum(shares.values()) == pytest.approx(1)


@given(seed=st.integers(0, 10**6), shape=st.tuples(st.integers(1, 5), st.integers(1, 5)))
@fixed(150)
def test_disagreement_counts_pairs(seed, shape):
    rng = np.random.default_rng(seed)
    labels, mask = rng.integers(0, 2, (2, *shape)), rng.random((2, *shape)) < 0.7
    pairs = []
    for image, row, column in np.ndindex(2, *shape):
        for down, right in ((1, 0), (0, 1)):
            other = image, row + down, column + right
            if other[1] < shape[0] and other[2] < shape[1] and mask[other] and mask[
                image, row, column
            ]:
                pairs.append(labels[image, row, column] != labels[other])
    if pairs:
        assert ck.neighbour_disagreement(labels, mask) == sum(pairs) / len(pairs)
    else:
        with pytest.raises(ValueError, match=r"^neighbour_disagreement: mask must hold two"):
            ck.neighbour_disagreement(labels, mask)


def test_a_checkerboard_disagrees_everywhere_and_a_constant_nowhere():
    board = np.add.outer(np.arange(6), np.arange(7)) % 2
    everywhere = np.ones(board.shape, bool)
    assert ck.neighbour_disagreement(board, everywhere) == 1.0
    assert ck.neighbour_disagreement(board * 0, everywhere) == 0.0
    assert ck.neighbour_disagreement(board.astype(np.uint8) == 1, everywhere) == 1.0


@pytest.mark.parametrize("rule", [ck.hdc, ck.covers])
@pytest.mark.parametrize(("kernel_size", "dilations", "error", "fragment"), [
    (0, [1], ValueError, "kernel_size must be at least 1; got 0"),
    (-3, [1], ValueError, "kernel_size must be at least 1; got -3"),
    (3.0, [1], TypeError, "kernel_size must be an integer; got 3.0"),
    ((3, 3), [1], TypeError, "kernel_size must be an integer; got (3, 3)"),
    (np.nan, [1], TypeError, "kernel_size must be an integer; got nan"),
    (3, [], ValueError, "dilations must hold at least one rate; got none"),
    (3, [1, 0], ValueError, "dilations must be at least 1; got 0"),
    (3, [-2], ValueError, "dilations must be at least 1; got -2"),
    (3, [1, 1.5], TypeError, "dilations must be an integer; got 1.5"),
    (3, [np.nan], TypeError, "dilations must be an integer; got nan"),
    (3, 2, TypeError, "dilations must be a sequence of integers; got 2"),
    (3, "12", TypeError, "dilations must be a sequence of integers; got '12'"),
    (3, None, TypeError, "dilations must be a sequence of integers; got None"),
    (3, [[1, 2]], TypeError, "dilations must be an integer; got [1, 2]"),
])
def test_wrong_rates_are_refused(rule, kernel_size, dilations, error, fragment):
    refused(lambda: rule(kernel_size, dilations), error, [f"{rule.__name__}: ", fragment])


def test_rates_may_come_as_an_array_or_from_a_generator():
    assert ck.covers(3, np.array([1, 2, 5])) and ck.covers(np.int64(3), (d for d in (1, 2, 5)))
    assert ck.hdc(3, range(1, 4)) == ck.hdc(3, (1, 2, 3))


@pytest.mark.parametrize(("size", "rate", "error", "fragment"), [
    (0, 1, ValueError, "size must be at least 1; got 0"),
    (65, 0, ValueError, "rate must be at least 1; got 0"),
    (65, -1, ValueError, "rate must be at least 1; got -1"),
    (65.0, 1, TypeError, "size must be an integer; got 65.0"),
    ((65, 65), 1, TypeError, "size must be an integer; got (65, 65)"),
    (65, np.nan, TypeError, "rate must be an integer; got nan"),
])
def test_wrong_maps_are_refused(size, rate, error, fragment):
    refused(lambda: ck.valid_tap_shares(size, rate), error, ["valid_tap_shares: ", fragment])


@pytest.mark.parametrize(("labels", "mask", "error", "fragment"), [
    ([[1, 2]], np.ones((1, 2), bool), TypeError, "labels must be a NumPy array; got list"),
    (np.ones((1, 2)), np.ones((1, 2), bool), TypeError, "labels must hold integers"),
    (np.ones((1, 2), int), np.ones((1, 2), int), TypeError, "mask must hold bool"),
    (np.ones((1, 2), int), None, TypeError, "mask must be a NumPy array; got NoneType"),
    (np.ones((2, 2), int), np.ones((2, 3), bool), ValueError, "got (2, 2) and (2, 3)"),
    (np.ones(3, int), np.ones(3, bool), ValueError, "one shape (..., H, W); got (3,) and (3,)"),
    (np.ones((2, 2), int), np.eye(2, dtype=bool), ValueError, "got 2 positions, none beside"),
    (np.ones((0, 2), int), np.ones((0, 2), bool), ValueError, "got 0 positions"),
])
def test_wrong_labels_are_refused(labels, mask, error, fragment):
    refused(lambda: ck.neighbour_disagreement(labels, mask), error,
            ["neighbour_disagreement: ", fragment])
