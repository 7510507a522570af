"""What runs in the grader's kernel: `graded` calls an answer on drawn inputs, `emit` sends out
what it returned.

This file is handed to the kernel with the secret seed of the run. It needs NumPy and IPython,
nothing else of coursekit. In a learner's notebook the set-up cell brings another `graded`, that of
`feedback`, which draws the same inputs by a public seed.
"""

import base64
import copy
import numbers
import reprlib
import time
import zlib

import numpy as np

MIME = "application/vnd.coursekit.value+json"
SEED = 2718281828
# How many times the cases of a grading are tried where a learner is told of the smallest failing
# one, and after how many seconds no more are added.
ROUNDS = 1
PATIENCE = 2.0


def graded(name, *, cases=20, rtol=1e-6, atol=1e-9, view=None):
    """Call the function called `name` on drawn inputs and emit what it returns.

    Parameters
    ----------
    name : str
        The answer's function, a global name where the drawing function is defined.
    cases : int
        How many calls.
    rtol, atol : float
        Tolerances of the comparison, which is made elsewhere.
    view : callable, optional
        What of a returned value counts, where many are right: called elsewhere, on the value and
        the arguments, it gives a dictionary of properties.

    Returns
    -------
    callable
        A decorator for the function that draws the arguments of one call, a tuple, from the
        random generator it is given. It leaves None in that function's place.
    """

    def run(draw):
        function = draw.__globals__[name]
        for arguments in drawn(draw, cases, SEED, ROUNDS):
            _send(outcome(function, arguments))

    return run


def drawn(draw, cases, seed, rounds):
    """The arguments of one call after another: `cases` of them, or `rounds` times as many.

    What goes beyond `cases` is cut short after PATIENCE seconds.
    """
    rng = np.random.default_rng([seed, zlib.crc32(draw.__name__.encode())])
    start = time.monotonic()
    for number in range(cases * rounds):
        if number >= cases and time.monotonic() - start > PATIENCE:
            return
        arguments = draw(rng)
        yield arguments if isinstance(arguments, tuple) else (arguments,)


def outcome(function, arguments):
    """What a call returns, encoded; or which error it raises.

    The function gets copies: what it does to its arguments is its own affair.
    """
    try:
        value = function(*copy.deepcopy(arguments))
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        return {"kind": "error", "type": type(error).__name__, "said": said}
    try:
        return encode(value)
    except Exception as error:  # it returned, but nothing that can be compared
        return {"kind": "error", "type": type(error).__name__, "said": "",
                "returned": type(value).__name__}


def emit(value):
    """Send a value out of the kernel, to be compared with what the solution returns.

    Parameters
    ----------
    value : number, str, None, ndarray, or list, tuple or dict of these
        Whole numbers must equal whole numbers; other numbers, within a tolerance. A list of
        numbers counts as an array.

    Raises
    ------
    TypeError
        If the value is of another kind.
    """
    _send(encode(value))


def _send(value):
    from IPython.display import display

    display({MIME: {"value": value}, "text/plain": f"emitted {reprlib.repr(value)}"}, raw=True)


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
