"""Parameters on disk: one named array each, readable without coursekit and without pickle."""

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np


def save(path, net, params, input_shape):
    """Write a net's parameters to an .npz file, an array for each, named as in `Layer.views`.

    The file is complete or not there: it is written beside its place and moved.

    Parameters
    ----------
    path : str or Path
        Ends in .npz.
    net : Layer
    params : ndarray, 1-D
    input_shape : tuple of int
        Of one sample.

    Raises
    ------
    ValueError
        If the path ends otherwise, or the parameters are not this net's.
    OSError
        If the file cannot be written.
    """
    path = _npz("save", path)
    arrays = net.views(params, input_shape)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def load(path, net, input_shape):
    """Read parameters that `save` wrote, for the same net.

    Parameters
    ----------
    path : str or Path
    net : Layer
    input_shape : tuple of int
        Of one sample.

    Returns
    -------
    ndarray, 1-D

    Raises
    ------
    ValueError
        If the file is no .npz of plain arrays, or its names, shapes or dtypes are not the net's;
        in one line with the first that differs.
    OSError
        If the file cannot be read.
    """
    path = _npz("load", path)
    shapes = net.parameter_shapes(input_shape)
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"load: {path.name} is no .npz file of plain arrays: {error}") from None
    if list(arrays) != list(shapes):
        odd = sorted(set(arrays) ^ set(shapes)) or list(arrays)
        raise ValueError(f"load: {path.name} holds another net's parameters; see {odd[0]!r}")
    kinds = {array.dtype for array in arrays.values()}
    if len(kinds) > 1 or not kinds <= {np.dtype(np.float32), np.dtype(np.float64)}:
        raise ValueError(f"load: {path.name} must hold float32 or float64; got {kinds}")
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(
                f"load: {name} must have shape {shapes[name]}; {path.name} has {array.shape}"
            )
    return np.concatenate([array.ravel() for array in arrays.values()] or [np.zeros(0, "f4")])


def _npz(op, path):
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"{op}: path must end in .npz; got {path.name!r}")
    return path
