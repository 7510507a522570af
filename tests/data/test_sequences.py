"""Generated sequences: shapes, balance, same seed same bits, and an oracle that solves each."""

import numpy as np
import pytest

import coursekit as ck

N = 64

# Name, options, channels, length, shape of the targets after n, classes (None: float32).
CASES = [
    ("make_copy_memory", {"delay": 30}, 10, 50, (50,), 9),
    ("make_copy_memory", {"delay": 1}, 10, 21, (21,), 9),
    ("make_adding", {"length": 40}, 2, 40, (), None),
    ("make_adding", {"length": 2}, 2, 2, (), None),
    ("make_recall", {"pairs": 16}, 24, 17, (), 8),
    ("make_recall", {"pairs": 8}, 16, 9, (), 8),
    ("make_fixed_offset", {"length": 20, "offset": 7}, 4, 20, (20,), 4),
    ("make_fixed_offset", {"length": 2, "offset": 1}, 4, 2, (2,), 4),
    ("make_aliasing", {"rate": 4, "length": 64}, 1, 64, (), 2),
    ("make_aliasing", {"rate": 2, "length": 64}, 1, 64, (), 2),
    ("make_global_reasoning", {"each": 4}, 16, 33, (), 8),
    ("make_global_reasoning", {"each": 10}, 16, 81, (), 8),
]
DEFAULTS = {
    "make_copy_memory": (10, 120), "make_adding": (2, 64), "make_recall": (40, 33),
    "make_fixed_offset": (4, 64), "make_aliasing": (1, 128), "make_global_reasoning": (16, 49),
}


def made(name, n=N, seed=0, **options):
    return getattr(ck.data, name)(n, seed, **options)


# ---- what holds for all


@pytest.mark.parametrize(("name", "options", "channels", "length", "shape", "classes"), CASES)
def test_shapes_and_dtypes(name, options, channels, length, shape, classes):
    inputs, targets = made(name, **options)
    assert inputs.shape == (N, channels, length) and inputs.dtype == np.float32
    assert targets.shape == (N, *shape)
    assert targets.dtype == (np.float32 if classes is None else np.int64)
    for array in (inputs, targets):
        assert array.flags.c_contiguous and array.flags.writeable
    if classes:
        answers = targets[targets >= 0]
        assert answers.min() >= 0 and answers.max() < classes


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_defaults_are_the_published_sizes(name):
    inputs, targets = made(name, 3)
    assert inputs.shape == (3, *DEFAULTS[name]) and len(targets) == 3


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_seed_gives_the_same_bits_and_another_seed_others(name):
    inputs, targets = made(name, seed=5)
    again, same = made(name, seed=5)
    np.testing.assert_array_equal(inputs, again)
    np.testing.assert_array_equal(targets, same)
    assert (inputs != made(name, seed=6)[0]).any()
    again[...] = 7
    np.testing.assert_array_equal(inputs, made(name, seed=5)[0])


@pytest.mark.parametrize("name", DEFAULTS)
def test_no_samples_are_an_empty_result(name):
    inputs, targets = made(name, 0)
    assert inputs.shape == (0, *DEFAULTS[name]) and targets.shape[0] == 0


@pytest.mark.parametrize(("name", "options", "error", "message"), [
    ("make_adding", {"n": -1}, ValueError, "n must be at least 0; got -1"),
    ("make_adding", {"n": 2.0}, TypeError, "n must be an integer; got 2.0"),
    ("make_recall", {"seed": -3}, ValueError, "seed must be at least 0; got -3"),
    ("make_recall", {"seed": None}, TypeError, "seed must be an integer; got None"),
    ("make_recall", {"pairs": 12}, ValueError, "pairs must be a multiple of 8; got 12"),
    ("make_recall", {"pairs": 0}, ValueError, "pairs must be at least 8; got 0"),
    ("make_copy_memory", {"delay": 0}, ValueError, "delay must be at least 1; got 0"),
    ("make_adding", {"length": 1}, ValueError, "length must be at least 2; got 1"),
    ("make_adding", {"length": 2**40}, ValueError, f"length must be at most {2**31 - 1}; got"),
    ("make_fixed_offset", {"offset": 0}, ValueError, "offset must be at least 1; got 0"),
    ("make_fixed_offset", {"length": 16}, ValueError, "length must be at least 17; got 16"),
    ("make_aliasing", {"rate": 1}, ValueError, "rate must be at least 2; got 1"),
    ("make_aliasing", {"length": 66}, ValueError, "length must be a multiple of 4; got 66"),
    ("make_global_reasoning", {"each": 3}, ValueError, "each must be at least 4; got 3"),
    ("make_global_reasoning", {"each": 11}, ValueError, "each must be at most 10; got 11"),
    ("make_global_reasoning", {"each": "x\n" * 99}, TypeError, "each must be an integer; got"),
])
def test_a_wrong_argument_is_named(name, options, error, message):
    with pytest.raises(error) as caught:
        getattr(ck.data, name)(**{"n": 2, **options})
    assert str(caught.value).startswith(f"{name}: {message}") and "\n" not in str(caught.value)


# ---- each task: solvable from its inputs, and balanced


@pytest.mark.parametrize("delay", [1, 7, 100])
def test_copy_memory_repeats_what_stood_delay_plus_ten_steps_before(delay):
    inputs, targets = made("make_copy_memory", delay=delay)
    assert (inputs.sum(axis=1) == 1).all()
    shown = inputs.argmax(axis=1)
    np.testing.assert_array_equal(targets[:, -10:], shown[:, :10])
    assert (targets[:, :-10] == 0).all()
    assert (shown[:, 10:-11] == 0).all() and (shown[:, -11:] == 9).all()
    # The delimiter comes `delay` steps after the last symbol, the first answer one step later.
    assert shown[0].tolist().index(9) == 9 + delay


def test_copy_memory_uses_eight_symbols_equally():
    _, targets = made("make_copy_memory", 800)
    counts = np.bincount(targets[:, -10:].ravel(), minlength=9)
    assert counts[0] == 0 and abs(counts[1:] - 1000).max() < 150


def test_adding_sums_the_two_marked_numbers():
    inputs, targets = made("make_adding", 4000)
    numbers, marks = inputs[:, 0], inputs[:, 1]
    assert (marks.sum(axis=1) == 2).all() and set(np.unique(marks)) == {0, 1}
    assert numbers.min() >= 0 and numbers.max() < 1
    both = numbers[marks == 1].reshape(-1, 2)
    np.testing.assert_allclose(targets, both.sum(axis=1), rtol=1e-6)
    assert abs(np.mean((targets - 1) ** 2) - 1 / 6) < 0.01
    assert abs(marks.sum(axis=0) - 2 * 4000 / 64).max() < 60


def test_recall_is_solved_by_the_key_and_by_nothing_less():
    inputs, targets = made("make_recall", 2000)
    keys, values = inputs[:, :32], inputs[:, 32:]
    assert (keys.sum(axis=1) == 1).all()
    assert (keys[:, :, :-1].sum(axis=2) == 1).all(), "each key once before the question"
    assert (values[:, :, :-1].sum(axis=2) == 4).all(), "each value equally often"
    assert (values[:, :, -1] == 0).all()
    where = (keys[:, :, :-1] * keys[:, :, -1:]).sum(axis=1).argmax(axis=1)
    found = values[np.arange(len(values)), :, where].argmax(axis=1)
    np.testing.assert_array_equal(found, targets)
    # No place is right more often than chance, so no fixed offset helps.
    share = (values[:, :, :-1].argmax(axis=1) == targets[:, None]).mean(axis=0)
    assert abs(share - 1 / 8).max() < 0.04
    assert abs(np.bincount(targets) - 250).max() < 60


def test_fixed_offset_is_solved_by_one_tap_of_a_dilated_convolution():
    inputs, targets = made("make_fixed_offset", length=40)
    assert (targets[:, :16] == -1).all() and (targets[:, 16:] >= 0).all()
    w = np.zeros((4, 4, 2), dtype=np.float32)
    w[:, :, 0] = np.eye(4)
    scores = ck.conv(inputs, w, padding="causal", dilation=16)
    np.testing.assert_array_equal(scores.argmax(axis=1)[:, 16:], targets[:, 16:])
    counts = np.bincount(targets[:, 16:].ravel())
    assert abs(counts - N * 24 / 4).max() < 80


@pytest.mark.parametrize("rate", [2, 3, 4, 8])
def test_tones_differ_by_one_over_the_rate_and_are_one_when_decimated(rate):
    inputs, targets = made("make_aliasing", 200, rate=rate, length=240)
    assert sorted(np.bincount(targets)) == [100, 100]
    loudest = np.abs(np.fft.rfft(inputs[:, 0])).argmax(axis=1) / 240
    shift = targets / rate
    # A frequency above one half is heard as its mirror image.
    expected = np.where(shift >= 0.5, 1 - loudest, loudest) - shift
    assert (expected > 1 / (8 * rate) - 0.005).all() and (expected < 3 / (8 * rate) + 0.005).all()
    for p in range(rate):
        row = np.abs(np.fft.rfft(inputs[:, 0, p::rate]))
        heard = row[:, 1:].argmax(axis=1) + 1
        # What is heard in each class: the same range, with the same mean.
        slow, fast = (heard[targets == k] / row.shape[1] / 2 for k in (0, 1))
        assert abs(slow.mean() - fast.mean()) < 0.05
        assert min(slow.min(), fast.min()) > 0.1 and max(slow.max(), fast.max()) < 0.4


def test_interleaved_rows_have_one_mean_feature_in_both_classes():
    """A stack with rates [4, 4, 4], any weights: its pooled features are equal on average."""
    inputs, targets = made("make_aliasing", 4000)
    rng = np.random.default_rng(0)
    gaps = []
    for dilations in ([4, 4, 4], [1, 2, 4]):
        x = inputs
        for dilation in dilations:
            w = rng.normal(size=(16, x.shape[1], 3)).astype(np.float32) / x.shape[1] ** 0.5
            x = np.maximum(ck.conv(x, w, padding="same", dilation=dilation), 0)
        pooled = x.mean(axis=2)
        gap = pooled[targets == 1].mean(axis=0) - pooled[targets == 0].mean(axis=0)
        gaps.append(np.abs(gap / pooled.std(axis=0)).max())
    assert gaps[0] < 0.15 and gaps[1] > 1


@pytest.mark.parametrize("each", [4, 6, 10])
def test_global_reasoning_is_solved_by_a_vote_and_not_by_counts(each):
    inputs, targets = made("make_global_reasoning", 2000, each=each)
    shapes, colours = inputs[:, :8, :-1], inputs[:, 8:, :-1]
    assert (inputs[:, :8].sum(axis=1) == 1).all() and (colours.sum(axis=1) == 1).all()
    assert (inputs[:, 8:, -1] == 0).all(), "the question has no colour"
    assert (shapes.sum(axis=2) == each).all() and (colours.sum(axis=2) == each).all()
    asked = inputs[:, :8, -1]
    mine = np.einsum("ns,nsl->nl", asked, shapes)
    votes = np.einsum("nl,ncl->nc", mine, colours)
    np.testing.assert_array_equal(votes.argmax(axis=1), targets)
    assert (np.sort(votes, axis=1)[:, -2:] == [1, 3]).all()
    assert abs(np.bincount(targets) - 250).max() < 80
    # No place is right more often than chance, and none is asked for more often.
    share = (colours.argmax(axis=1) == targets[:, None]).mean(axis=0)
    assert abs(share - 1 / 8).max() < 0.04 and abs(mine.mean(axis=0) - 1 / 8).max() < 0.04


def test_global_reasoning_is_solved_by_one_layer_of_attention():
    """With weights set by hand: look for the asked shape, and take the mean of what is there."""
    inputs, targets = made("make_global_reasoning", 200)
    keys = np.ascontiguousarray(inputs[:, None, :8].swapaxes(2, 3))
    values = np.ascontiguousarray(inputs[:, None, 8:].swapaxes(2, 3))
    found = ck.attention(keys, keys, values, scale=20.0)[:, 0, -1]
    np.testing.assert_array_equal(found.argmax(axis=1), targets)
