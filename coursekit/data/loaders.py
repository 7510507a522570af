"""Loaders of the extracts in this folder: nothing is fetched, shapes and units are stated."""

from pathlib import Path

import numpy as np

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
