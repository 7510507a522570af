"""Parameters on disk: one named array each, readable without coursekit and without pickle."""

import os
import uuid
import zipfile
import zlib
from pathlib import Path

import numpy as np

from coursekit.geometry import shown
from coursekit.nn.layer import Layer


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
    TypeError, ValueError
        If the path ends otherwise, or the parameters are not this net's.
    OSError
        If the file cannot be written.
    """
    path = _npz("save", path, net)
    arrays = net.views(params, input_shape)
    # Opened by its name and not by `tempfile`, whose files nobody else may read.
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with open(fresh, "xb") as file:
            np.savez(file, **arrays)
        os.replace(fresh, path)
    except OSError as error:
        raise _named("save", "written", path, error) from None
    finally:
        if os.path.exists(fresh):
            os.unlink(fresh)


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
    TypeError, ValueError
        If the file is no .npz of plain arrays, or its names, shapes or dtypes are not the net's;
        in one line with the first that differs.
    OSError
        If the file cannot be read.
    """
    path = _npz("load", path, net)
    net.out_shape(input_shape)
    shapes = net.parameter_shapes(input_shape)
    arrays = _arrays(path)
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


# What NumPy and zipfile raise on files that are damaged, encrypted or something else.
_DAMAGED = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError,
            RuntimeError, KeyError)


def _arrays(path):
    """{name: array} of a file; ValueError where it holds anything else."""
    try:
        with open(path, "rb") as file:  # NumPy, given a path, leaves a bad file open
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.ndarray):
                raise ValueError("it is one array")
            arrays = {name: stored[name] for name in stored.files}
        if odd := [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]:
            raise ValueError(f"{odd[0]!r} is no array")
    except _DAMAGED as error:
        raise ValueError(
            f"load: {path.name} is no .npz file of plain arrays: {' '.join(str(error).split())}"
        ) from None
    except OSError as error:
        raise _named("load", "read", path, error) from None
    return arrays


def _named(op, done, path, error):
    """The same error of the system, naming the function and the path that was asked for."""
    return OSError(error.errno, f"{op}: path cannot be {done}: {error.strerror or error}",
                   str(path))


def _npz(op, path, net):
    if not isinstance(net, Layer):
        raise TypeError(f"{op}: net must be a layer; got {shown(net)}")
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{op}: path must be a str or Path; got {shown(path)}")
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"{op}: path must end in .npz; got {path.name!r}")
    return path
