"""What runs in a kernel: `emit` sends values out, `case_rng` draws the cases.

A graded cell draws its inputs from `case_rng`, calls the answer and emits what it returned. In
the grader this file is handed to the kernel with the secret seed of the run; elsewhere an
exercise's set-up cell imports it, and the seed is public. It needs NumPy and IPython, nothing
else of coursekit.
"""

import base64
import numbers
import reprlib
import zlib

import numpy as np

MIME = "application/vnd.coursekit.value+json"
SEED = 2718281828


def case_rng(name):
    """A random generator for the cases of one graded cell.

    Parameters
    ----------
    name : str
        Any name; another name gives other cases.

    Returns
    -------
    numpy.random.Generator
        The same for the same name within a run; fresh for each grading run.
    """
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def emit(value, *, rtol=1e-6, atol=1e-9):
    """Send a value out of the kernel, to be compared with the reference solution's.

    Parameters
    ----------
    value : number, str, None, ndarray, or list, tuple or dict of these
        Whole numbers must equal whole numbers; other numbers, within the tolerance. A list of
        numbers counts as an array.
    rtol, atol : float
        Tolerances; the reference solution's count.

    Raises
    ------
    TypeError
        If the value is of another kind.
    """
    from IPython.display import display

    payload = {"value": encode(value), "rtol": float(rtol), "atol": float(atol)}
    with np.printoptions(threshold=20, precision=6):
        text = reprlib.repr(value) if isinstance(value, (str, list, tuple, dict)) else repr(value)
    display({MIME: payload, "text/plain": f"emitted {text}"}, raw=True)


def encode(value):
    """`value` as JSON: arrays keep dtype and shape, everything else its structure."""
    if value is None or isinstance(value, str):
        return {"kind": "plain", "value": value}
    if isinstance(value, dict):
        items = [[str(key), encode(value[key])] for key in sorted(value, key=str)]
        return {"kind": "dict", "items": items}
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim:
        value = value.tolist()  # an array of arrays may be one array after all
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        array = np.asarray(None)
    if array.dtype == object and array.size and all(
        isinstance(entry, numbers.Real) for entry in array.flat
    ):
        array = array.astype(float)  # fractions, and whole numbers in an array of objects
    if array.dtype.kind in "biufc":
        return {
            "kind": "array",
            "dtype": _plain_dtype(array.dtype),
            "shape": list(array.shape),
            "data": base64.b64encode(
                np.ascontiguousarray(array, _plain_dtype(array.dtype)).tobytes()
            ).decode(),
        }
    if isinstance(value, (list, tuple)):
        return {"kind": "list", "items": [encode(item) for item in value]}
    raise TypeError(
        f"emit: value must be numbers, text or lists of them; got {type(value).__name__}"
    )


def _plain_dtype(dtype):
    """One of six dtypes, little-endian, so that every machine writes the same bytes."""
    if dtype.kind in "bi":
        return "|b1" if dtype.kind == "b" else "<i8"
    wide = {"u": "<u8", "f": "<f4" if dtype.itemsize <= 4 else "<f8", "c": "<c16"}
    return wide[dtype.kind]
