"""Generated 1-D tasks, each of which one kind of net solves and another does not.

Each function returns `(inputs, targets)`, batch first: float32 inputs of (n, channels, length),
int64 classes or float32 values. The same arguments give the same bits; other seeds give other
samples. Symbols are one-hot: one channel a symbol, 1 where it stands and 0 elsewhere.
"""

import numpy as np

from coursekit.data import checks

# Copy memory, as published: how many symbols are to be remembered, and of how many kinds.
_REMEMBERED = 10
_KINDS = 8
_DELIMITER = _KINDS + 1

_VALUES = 8
_SYMBOLS = 4
# Global reasoning: as many shapes as colours, and how often a shape has its favourite colour.
_SHAPES = 8
_FAVOURITE = 3


def make_copy_memory(n, seed=0, *, delay=100):
    """Ten symbols, a long blank, and the order to repeat them.

    Parameters
    ----------
    n : int
        Samples.
    seed : int, default 0
        The same seed gives the same samples.
    delay : int, default 100
        Steps from the last of the ten symbols to the delimiter.

    Returns
    -------
    inputs : ndarray of float32, (n, 10, delay + 20)
        One-hot: ten symbols of the classes 1 to 8, `delay` - 1 blanks (class 0), then the
        delimiter (class 9) eleven times: once as the order, ten times while the net answers.
    targets : ndarray of int64, (n, delay + 20)
        The ten symbols again on the last ten steps, class 0 before.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, or too small: n and seed from 0, delay from 1.

    Notes
    -----
    A symbol returns `delay` + 10 steps after it was shown, so a causal net needs a receptive field
    of `delay` + 11 samples; a shorter one can only guess: .125 right on the last ten steps.
    Measure there, since the blanks before are easy.

    References
    ----------
    .. [1] Bai, Kolter, Koltun (2018), An Empirical Evaluation of Generic Convolutional and
       Recurrent Networks for Sequence Modeling, arXiv:1803.01271, section 5.2.

    Examples
    --------
    >>> inputs, targets = make_copy_memory(1, delay=3)
    >>> print(inputs[0].argmax(axis=0))
    [7 6 5 3 3 1 1 1 2 7 0 0 9 9 9 9 9 9 9 9 9 9 9]
    >>> print(targets[0])
    [0 0 0 0 0 0 0 0 0 0 0 0 0 7 6 5 3 3 1 1 1 2 7]
    """
    op = "make_copy_memory"
    n, rng = checks.draws(op, n, seed)
    delay = checks.integer(op, "delay", delay, 1)
    symbols = rng.integers(1, _KINDS + 1, size=(n, _REMEMBERED))
    shown = np.zeros((n, delay + 2 * _REMEMBERED), dtype=np.int64)
    targets = np.zeros_like(shown)
    shown[:, :_REMEMBERED] = targets[:, -_REMEMBERED:] = symbols
    shown[:, -_REMEMBERED - 1:] = _DELIMITER
    return _one_hot(shown, _DELIMITER + 1), targets


def make_adding(n, seed=0, *, length=64):
    """The sum of the two numbers that are marked in a long row.

    Parameters
    ----------
    n : int
        Samples.
    seed : int, default 0
        The same seed gives the same samples.
    length : int, default 64
        Numbers in a row, at least 2.

    Returns
    -------
    inputs : ndarray of float32, (n, 2, length)
        Channel 0: numbers, uniform in [0, 1). Channel 1: 1 at two places, 0 elsewhere.
    targets : ndarray of float32, (n,)
        The sum of the two marked numbers.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, or too small.

    Notes
    -----
    Whoever answers 1, the mean, has a mean squared error of 1/6 = .167. The marks are two
    different places, drawn uniformly.

    References
    ----------
    .. [1] Hochreiter, Schmidhuber (1997), Long Short-Term Memory, Neural Computation 9(8),
       experiment 4; in this form Bai, Kolter, Koltun (2018), arXiv:1803.01271, section 5.1.

    Examples
    --------
    >>> inputs, targets = make_adding(3, length=8)
    >>> bool((inputs[:, 0] * inputs[:, 1]).sum(axis=1)[0] == targets[0])
    True
    """
    op = "make_adding"
    n, rng = checks.draws(op, n, seed)
    length = checks.integer(op, "length", length, 2)
    numbers = rng.random((n, length), dtype=np.float32)
    marked = np.zeros((n, length), dtype=np.float32)
    marked[:, :2] = 1
    marked = rng.permuted(marked, axis=1)
    return np.stack([numbers, marked], axis=1), (numbers * marked).sum(axis=1)


def make_recall(n, seed=0, *, pairs=32):
    """Associative recall: keys with values, then one of the keys; what was its value?

    Parameters
    ----------
    n : int
        Samples.
    seed : int, default 0
        The same seed gives the same samples.
    pairs : int, default 32
        Keys, and so places, before the question; a multiple of 8.

    Returns
    -------
    inputs : ndarray of float32, (n, pairs + 8, pairs + 1)
        One token a place: channels 0 to `pairs` - 1 are the key, one-hot, the last eight the
        value, one-hot. The last place is the question: a key without a value.
    targets : ndarray of int64, (n,)
        The value, 0 to 7, that stood with that key.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer or out of range, or pairs is no multiple of 8.

    Notes
    -----
    Each key stands once in each sample, in random order, so the answer is at no fixed distance.
    Each value stands with `pairs` / 8 keys, so counts say nothing either: chance is .125.

    References
    ----------
    .. [1] Ba, Hinton, Mnih, Leibo, Ionescu (2016), Using Fast Weights to Attend to the Recent
       Past, arXiv:1610.06258, section 4.1, has the task with letters and digits.

    Examples
    --------
    >>> inputs, targets = make_recall(1, pairs=8)
    >>> inputs.shape
    (1, 16, 9)
    >>> asked = inputs[0, :8, -1].argmax()
    >>> where = inputs[0, asked, :-1].argmax()
    >>> bool(inputs[0, 8 + targets[0], where] == 1)
    True
    """
    op = "make_recall"
    n, rng = checks.draws(op, n, seed)
    pairs = checks.integer(op, "pairs", pairs, _VALUES, multiple=_VALUES)
    keys = _shuffled(rng, n, np.arange(pairs))
    values = _shuffled(rng, n, np.arange(pairs, dtype=np.int64) % _VALUES)
    place = rng.integers(pairs, size=(n, 1))
    asked = np.take_along_axis(keys, place, axis=1)
    inputs = np.zeros((n, pairs + _VALUES, pairs + 1), dtype=np.float32)
    inputs[:, :pairs] = _one_hot(np.hstack([keys, asked]), pairs)
    inputs[:, pairs:, :-1] = _one_hot(values, _VALUES)
    return inputs, np.take_along_axis(values, place, axis=1)[:, 0]


def make_fixed_offset(n, seed=0, *, length=64, offset=16):
    """Repeat the symbol that stood a fixed number of steps before.

    Parameters
    ----------
    n : int
        Samples.
    seed : int, default 0
        The same seed gives the same samples.
    length : int, default 64
        Steps, more than `offset`.
    offset : int, default 16
        How many steps back the answer stands.

    Returns
    -------
    inputs : ndarray of float32, (n, 4, length)
        One-hot: four symbols, each step drawn on its own.
    targets : ndarray of int64, (n, length)
        The symbol, 0 to 3, of `offset` steps before; -1 on the first `offset` steps, which
        have no answer and do not count.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer or out of range.

    Notes
    -----
    One causal convolution of 2 taps at dilation `offset` reads the answer, at any length: from 4
    to 24 channels and back to 4 by a pointwise layer are 216 + 100 = 316 parameters. Chance
    is .25.

    Examples
    --------
    >>> inputs, targets = make_fixed_offset(1, length=8, offset=3)
    >>> print(inputs[0].argmax(axis=0), targets[0])
    [3 2 2 1 1 0 0 0] [-1 -1 -1  3  2  2  1  1]
    """
    op = "make_fixed_offset"
    n, rng = checks.draws(op, n, seed)
    offset = checks.integer(op, "offset", offset, 1)
    length = checks.integer(op, "length", length, offset + 1)
    symbols = rng.integers(_SYMBOLS, size=(n, length))
    targets = np.full_like(symbols, -1)
    targets[:, offset:] = symbols[:, :-offset]
    return _one_hot(symbols, _SYMBOLS), targets


def make_aliasing(n, seed=0, *, rate=4, length=128):
    """Two tones that are one tone to whoever reads only each `rate`-th sample.

    Parameters
    ----------
    n : int
        Samples; half of them (rounded down) are of class 1.
    seed : int, default 0
        The same seed gives the same samples.
    rate : int, default 4
        The factor that hides the difference, at least 2.
    length : int, default 128
        Samples in time, a multiple of `rate`.

    Returns
    -------
    inputs : ndarray of float32, (n, 1, length)
        A tone of amplitude 1 and random phase, with white noise of standard deviation .1.
    targets : ndarray of int64, (n,)
        0: the frequency f; 1: f + 1 / `rate`. f is uniform from 1 / (8 rate) to 3 / (8 rate)
        cycles a sample.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer or out of range, or length is no multiple of rate.

    Notes
    -----
    At the places t = rate * m + p, f and f + 1 / rate differ by 2 pi m + 2 pi p / rate: by a
    phase. A stack whose rates are all multiples of `rate` filters each of the `rate` interleaved
    rows on its own, with the same weights, and each row's phase is uniform in both classes. So
    after a mean over all places, the expected value of every feature is the same in both, and a
    linear layer on top cannot do better than chance: for equal means the best logistic
    regression is the constant. Any stack that joins neighbours tells slow from fast.

    Examples
    --------
    >>> inputs, targets = make_aliasing(100)
    >>> inputs.shape, int(targets.sum())
    ((100, 1, 128), 50)
    """
    op = "make_aliasing"
    n, rng = checks.draws(op, n, seed)
    rate = checks.integer(op, "rate", rate, 2)
    length = checks.integer(op, "length", length, rate, multiple=rate)
    targets = rng.permutation(np.arange(n, dtype=np.int64) % 2)
    frequency = rng.uniform(1, 3, size=(n, 1)) / (8 * rate) + targets[:, None] / rate
    phase = rng.uniform(0, 1, size=(n, 1))
    tones = np.cos(2 * np.pi * (frequency * np.arange(length) + phase))
    noise = rng.normal(scale=0.1, size=(n, length))
    return (tones + noise)[:, None].astype(np.float32), targets


def make_global_reasoning(n, seed=0, *, each=6):
    """Eight shapes, scattered, in many colours: which colour has the asked shape most often?

    Parameters
    ----------
    n : int
        Samples.
    seed : int, default 0
        The same seed gives the same samples.
    each : int, default 6
        How often each shape stands in a sample, from 4 to 10.

    Returns
    -------
    inputs : ndarray of float32, (n, 16, 8 * each + 1)
        One token a place, in random order: channels 0 to 7 are the shape, one-hot, 8 to 15 its
        colour, one-hot. The last place is the question: a shape without a colour.
    targets : ndarray of int64, (n,)
        The most frequent colour, 0 to 7, of that shape.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer or out of range.

    Notes
    -----
    A shape has its favourite colour three times and `each` - 3 others once. No two shapes
    share a favourite, and the others are dealt so that in every sample each colour, like each
    shape, stands `each` times: counting colours says nothing, and chance is .125. Whoever finds
    one token of the asked shape is right 3 times in `each`; the answer needs all of them, and
    they stand anywhere.

    Attention does this in one layer: the question looks for its own shape, and the mean of what
    it finds is a vote. A convolution mixes by place, whatever stands there: before it
    knows the question it would have to carry 64 counts, one for each shape and colour.

    Examples
    --------
    >>> inputs, targets = make_global_reasoning(1, each=4)
    >>> asked = inputs[0, :8, -1].argmax()
    >>> colours = inputs[0, 8:][:, inputs[0, asked] == 1].sum(axis=1)
    >>> print(int(colours.max()), bool(colours.argmax() == targets[0]))
    3 True
    """
    op = "make_global_reasoning"
    n, rng = checks.draws(op, n, seed)
    each = checks.integer(op, "each", each, _FAVOURITE + 1, _FAVOURITE + _SHAPES - 1)
    # Row g holds the ranks of the colours of shape g: its own rank, and those that follow.
    steps = np.array([0] * _FAVOURITE + list(range(1, each - _FAVOURITE + 1)))
    ranks = (np.arange(_SHAPES)[:, None] + steps) % _SHAPES
    names, ranked = (_shuffled(rng, n, np.arange(_SHAPES)) for _ in range(2))
    order = _shuffled(rng, n, np.arange(_SHAPES * each))
    shapes = np.take_along_axis(np.repeat(names, each, axis=1), order, axis=1)
    colours = np.take_along_axis(ranked[:, ranks.ravel()], order, axis=1)
    asked = rng.integers(_SHAPES, size=(n, 1))
    question = np.take_along_axis(names, asked, axis=1)
    inputs = np.zeros((n, 2 * _SHAPES, _SHAPES * each + 1), dtype=np.float32)
    inputs[:, :_SHAPES] = _one_hot(np.hstack([shapes, question]), _SHAPES)
    inputs[:, _SHAPES:, :-1] = _one_hot(colours, _SHAPES)
    return inputs, np.take_along_axis(ranked, asked, axis=1)[:, 0]


def _shuffled(rng, n, row):
    """n shuffled copies of a row."""
    return rng.permuted(np.broadcast_to(row, (n, len(row))).astype(np.int64), axis=1)


def _one_hot(symbols, channels):
    """(n, length) integers as (n, channels, length) float32."""
    return (symbols[:, None] == np.arange(channels)[:, None]).astype(np.float32)
