"""Generated pictures of handwritten digits, for dense prediction.

Each function returns `(inputs, targets)`, batch first; the same arguments give the same bits. The
digits come from `load_digits`, so the two splits share no original.
"""

import numpy as np

from coursekit.data import checks
from coursekit.data.loaders import SPLITS, digits

CLASSES = (3, 5, 6, 8, 9)
# A pixel belongs to a digit where its ink is darker than this, of 1.
INK = 0.25

_BORDER = 4
_DIGIT = 28 - 2 * _BORDER
# Strides up to this one see a digit at each place of their cell equally often.
_CELL = 8


def make_digit_scenes(n, seed=0, *, split="train", size=48):
    """Four digits in a picture, and for each pixel the digit that covers it.

    Parameters
    ----------
    n : int
        Pictures.
    seed : int, default 0
        The same seed and split give the same pictures.
    split : {"train", "test"}
        Which originals are used; no digit is in both.
    size : int, default 48
        Height and width in pixels, even, at least 40.

    Returns
    -------
    inputs : ndarray of float32, (n, 1, size, size)
        Ink from 0 to 1.
    targets : ndarray of int64, (n, size, size)
        0 where the ink is .25 or less; otherwise 1 to 5 for the digits 3, 5, 6, 8 and 9.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Notes
    -----
    The originals of 28 pixels lose their border of 4, which few digits touch. One digit stands in
    each quarter, at a random place inside it, so digits never overlap.

    Ink against background is told by the pixel itself. A stroke's class is not: 3, 5, 6, 8
    and 9 share their curves, so a pixel's class needs the whole digit, up to 19 pixels away,
    while the answer must stay sharp to the pixel. The background is almost always right: in a
    mean intersection over union over all six classes it alone gives nearly 1/6.

    Examples
    --------
    >>> inputs, targets = make_digit_scenes(2)
    >>> inputs.shape, targets.shape
    ((2, 1, 48, 48), (2, 48, 48))
    >>> bool(((inputs[:, 0] > 0.25) == (targets > 0)).all())
    True
    """
    op = "make_digit_scenes"
    n, rng, images, labels = _originals(op, n, seed, split)
    size = checks.integer(op, "size", size, 2 * _DIGIT, multiple=2)
    half = size // 2
    drawn = rng.integers(len(images), size=(n, 4))
    rows, columns = rng.integers(half - _DIGIT + 1, size=(2, n, 4))
    inputs = np.zeros((n, 1, size, size), dtype=np.float32)
    targets = np.zeros((n, size, size), dtype=np.int64)
    for i in range(n):
        for quarter in range(4):
            original = drawn[i, quarter]
            row = half * (quarter // 2) + rows[i, quarter]
            column = half * (quarter % 2) + columns[i, quarter]
            box = np.s_[row:row + _DIGIT, column:column + _DIGIT]
            inputs[i, 0][box] = images[original]
            targets[i][box] = (images[original] > INK) * labels[original]
    return inputs, targets


def make_localisation(n, seed=0, *, split="train", size=64):
    """One digit in an empty picture: where is its centre?

    Parameters
    ----------
    n : int
        Pictures.
    seed : int, default 0
        The same seed and split give the same pictures.
    split : {"train", "test"}
        Which originals are used; no digit is in both.
    size : int, default 64
        Height and width in pixels, a multiple of 8, at least 48.

    Returns
    -------
    inputs : ndarray of float32, (n, 1, size, size)
        Ink from 0 to 1.
    targets : ndarray of float32, (n, 2)
        Row and column, in pixels from 0, of the digit's centre: whole numbers, the pixel at
        (10, 10) of its box of 20 x 20. The scans were centred by their mass of ink.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Notes
    -----
    Meant for a dense map of scores: a net of total stride S gives one score a cell of S x S
    pixels, is trained by cross-entropy to score highest the cell (row // S, column // S), and
    answers with that cell's middle, S * cell + (S - 1) / 2. The place within the cell is then
    lost, and uniform: (S^2 - 1) / 12 of variance an axis. So no such net has a distance (root mean
    square, both axes together) below sqrt((S^2 - 1) / 6): 0, .71, 1.58, 3.24 for S = 1, 2, 4, 8.
    Centres fill whole cells of 8, from 16 to the last below `size` - 10, so that no stride gains
    from an edge. A net that also regresses the place within the cell is not bound by this.

    Examples
    --------
    >>> inputs, targets = make_localisation(2)
    >>> inputs.shape, targets.shape
    ((2, 1, 64, 64), (2, 2))
    """
    op = "make_localisation"
    n, rng, images, _ = _originals(op, n, seed, split)
    size = checks.integer(op, "size", size, 48, multiple=_CELL)
    first, stop = 2 * _CELL, (size - _DIGIT // 2 + 1) // _CELL * _CELL
    drawn = rng.integers(len(images), size=n)
    centres = rng.integers(first, stop, size=(n, 2))
    inputs = np.zeros((n, 1, size, size), dtype=np.float32)
    for i, (row, column) in enumerate(centres - _DIGIT // 2):
        inputs[i, 0, row:row + _DIGIT, column:column + _DIGIT] = images[drawn[i]]
    return inputs, centres.astype(np.float32)


def _originals(op, n, seed, split):
    """n, random numbers, images (m, 20, 20) from 0 to 1, and labels 1 to 5."""
    stream = SPLITS.index(checks.choice(op, "split", split, SPLITS))
    n, rng = checks.draws(op, n, seed, stream)
    images, labels = digits(split)
    used = np.isin(labels, CLASSES)
    inner = images[used, _BORDER:-_BORDER, _BORDER:-_BORDER].astype(np.float32) / np.float32(255)
    return n, rng, inner, np.searchsorted(CLASSES, labels[used]) + 1
