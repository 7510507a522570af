"""Whether emitted values are right: decided here, outside the kernel that sent them.

What comes in is hostile until proven otherwise: whatever is malformed is unequal, never an error
and never equal.
"""

import base64
import math

import numpy as np

_DTYPES = ("|b1", "<i8", "<u8", "<f4", "<f8", "<c16")
_DEEPEST = 20
_LONGEST = 2**40


def equal(expected, received, rtol, atol):
    """Whether two lists of encoded values agree.

    Parameters
    ----------
    expected : list of dict
        What a trusted answer gave, in order. An error among them is met by an error of the same
        type.
    received : list
        What the student's kernel sent.
    rtol, atol : float

    Returns
    -------
    bool
        False as well where there is nothing to compare.
    """
    if not expected or len(expected) != len(received):
        return False
    return all(same(want, got, rtol, atol) for want, got in zip(expected, received))


def same(want, got, rtol, atol):
    """Whether two encoded values agree; False, never an error, where `got` is malformed."""
    try:
        if want["kind"] == "error" or got["kind"] == "error":
            return want["kind"] == got["kind"] and want["type"] == got["type"]
        return _same(decode(want), decode(got), rtol, atol)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return False


def sound(value):
    """Whether something that was received is an encoded value, or an error."""
    try:
        if value["kind"] == "error":
            return isinstance(value["type"], str) and isinstance(value["said"], str)
        decode(value)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return False
    return True


def decode(payload, depth=0):
    """The value an `emit.encode` made, checked; a list becomes a list, a dict a dict.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the payload is not one that `encode` makes.
    """
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    kind = payload["kind"]
    if kind == "plain" and (payload["value"] is None or isinstance(payload["value"], str)):
        return payload["value"]
    if kind == "list":
        return [decode(item, depth + 1) for item in payload["items"]]
    if kind == "dict":
        return {str(key): decode(item, depth + 1) for key, item in payload["items"]}
    if kind == "array" and payload["dtype"] in _DTYPES:
        dtype, shape = np.dtype(payload["dtype"]), payload["shape"]
        if len(shape) > _DEEPEST or not all(
            isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= _LONGEST for n in shape
        ):
            raise ValueError("a shape holds a few whole numbers")
        raw = base64.b64decode(payload["data"], validate=True)
        if len(raw) != math.prod(shape) * dtype.itemsize:
            raise ValueError("shape and data disagree")
        return np.frombuffer(raw, dtype).reshape(shape)
    raise ValueError("not an emitted value")


def _same(want, got, rtol, atol):
    if isinstance(want, np.ndarray):
        if not isinstance(got, np.ndarray) or want.shape != got.shape:
            return False
        if want.dtype.kind in "biu" and got.dtype.kind in "biu":
            return bool(np.array_equal(want, got))
        return bool(np.allclose(got, want, rtol=rtol, atol=atol, equal_nan=True))
    if isinstance(want, list):
        return (
            isinstance(got, list)
            and len(want) == len(got)
            and all(_same(a, b, rtol, atol) for a, b in zip(want, got))
        )
    if isinstance(want, dict):
        return (
            isinstance(got, dict)
            and want.keys() == got.keys()
            and all(_same(want[key], got[key], rtol, atol) for key in want)
        )
    return type(want) is type(got) and want == got
