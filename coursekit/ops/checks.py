"""The door of every operation: what passes here, a kernel may trust.

A wrong dtype is a TypeError, a wrong shape or value a ValueError; the message names the
operation, the argument, the rule and what was received.
"""

import math
import sys
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from coursekit import geometry


def arrays(op, **named):
    """The named arrays, of one float dtype, each C-contiguous, aligned and of native byte order.

    What has another layout is copied; what has another dtype is refused. Only b may be None, and
    stays None.
    """
    for name, a in named.items():
        if a is None and name == "b":
            continue
        if not isinstance(a, np.ndarray) or isinstance(a, np.ma.MaskedArray):
            kind = type(a).__name__
            mend = "fill it first: .filled(0)" if kind == "MaskedArray" else "use np.asarray"
            raise TypeError(f"{op}: {name} must be a NumPy array; got {kind} ({mend})")
        if a.dtype.str[1:] not in ("f4", "f8"):
            raise TypeError(
                f"{op}: {name} must be float32 or float64; got {a.dtype} "
                f"(convert it: {name}.astype(np.float32))"
            )
    present = {name: a for name, a in named.items() if a is not None}
    if len({a.dtype.newbyteorder("=") for a in present.values()}) > 1:
        got = ", ".join(f"{name} {a.dtype}" for name, a in present.items())
        raise TypeError(f"{op}: {', '.join(present)} must share one dtype; got {got}")
    return [a if a is None else _plain(op, name, a) for name, a in named.items()]


def _plain(op, name, a):
    flags = a.flags
    if flags.c_contiguous and flags.aligned and a.dtype.isnative:
        return np.asarray(a)
    try:
        return np.require(a, dtype=a.dtype.newbyteorder("="), requirements="CA")
    except MemoryError as error:
        raise MemoryError(f"{op}: {name} must be copied into C order: {error}") from None


def is_float(dtype):
    """Whether this is, or names, float32 or float64."""
    try:
        return dtype is not None and np.dtype(dtype) in (np.float32, np.float64)
    except TypeError:  # no dtype at all
        return False


def image(op, name, x):
    """Refuse what is neither (N, C, L) nor (N, C, H, W); return the number of spatial axes."""
    if x.ndim not in (3, 4):
        raise ValueError(f"{op}: {name} must be (N, C, L) or (N, C, H, W); got shape {x.shape}")
    return x.ndim - 2


def window(op, rank, kernel_size, stride, padding, dilation):
    """The `Window` of a call on `rank` spatial axes, with `op` in its errors."""
    return geometry.Window(
        *geometry.parse(op, kernel_size, stride, padding, dilation, rank=rank)
    )


def _out_shape(op, view, x):
    """Spatial shape of the output; an input that no address space could hold padded is refused."""
    spatial = geometry.out_shape(op, view, x.shape[2:])
    padded = [n + sum(pads) for n, pads in zip(x.shape[2:], view.pads(x.shape[2:]))]
    size = math.prod(max(n, 1) for n in (*x.shape[:2], *padded)) * x.itemsize
    if size > sys.maxsize:
        raise MemoryError(
            f"{op}: the padded input must fit into memory; got spatial shape {tuple(padded)}, "
            f"{size} bytes"
        )
    return spatial


class _Array(NamedTuple):
    """What is to be known of an array before its numbers matter."""

    shape: tuple
    itemsize: int

    @property
    def ndim(self):
        return len(self.shape)


def conv_call(op, x, w, b, *options):
    """Window, groups and output shape of a convolution of checked arrays, and the window as
    kernels take it; `options` are stride, padding, dilation and groups.

    Networks make the same calls again and again, so the last ones are remembered.
    """
    arrays = [a if a is None else _Array(a.shape, a.itemsize) for a in (x, w, b)]
    work_out = _remembered if _plain_numbers(options) else _conv_call
    return work_out(op, *arrays, *options)


def _plain_numbers(value):
    """Whether the value is made of int, str and tuple alone: 1.0 and True are equal to 1, and
    must not be taken for it where calls are remembered."""
    if type(value) is tuple:
        return all(map(_plain_numbers, value))
    return type(value) in (int, str)


def _conv_call(op, x, w, b, stride, padding, dilation, groups):
    rank = image(op, "x", x)
    if w.ndim != x.ndim:
        form = "(K, C // groups, S)" if rank == 1 else "(K, C // groups, R, S)"
        raise ValueError(f"{op}: w must be {form} for x {x.shape}; got shape {w.shape}")
    (groups,) = geometry.axes(op, "groups", groups, 1, 1)
    if x.shape[1] != w.shape[1] * groups:
        raise ValueError(
            f"{op}: x has {x.shape[1]} channels, w needs {w.shape[1]} x groups={groups} = "
            f"{w.shape[1] * groups}; got x {x.shape}, w {w.shape}"
        )
    if w.shape[0] % groups:
        raise ValueError(
            f"{op}: w's {w.shape[0]} output channels must divide into groups={groups}; "
            f"got w {w.shape}"
        )
    if b is not None and b.shape != w.shape[:1]:
        raise ValueError(f"{op}: b must be ({w.shape[0]},), one entry an output channel; "
                         f"got shape {b.shape}")
    if not all(w.shape[2:]):
        raise ValueError(f"{op}: w must have a tap along each axis; got shape {w.shape}")
    view = window(op, rank, w.shape[2:], stride, padding, dilation)
    shape = (x.shape[0], w.shape[0], *_out_shape(op, view, x))
    return view, groups, shape, planar(view, x.shape[2:])


_remembered = lru_cache(maxsize=256)(_conv_call)


def pool_call(op, x, kernel_size, stride, padding, dilation):
    """Window and output shape of a pooling; a window with no input sample is refused."""
    rank = image(op, "x", x)
    view = window(op, rank, kernel_size, kernel_size if stride is None else stride,
                  padding, dilation)
    spatial = _out_shape(op, view, x)
    for axis, (n, count, (before, _)) in enumerate(
        zip(x.shape[2:], spatial, view.pads(x.shape[2:]))
    ):
        empty = _empty_window(n, count, before, view.extent[axis], view.stride[axis],
                              view.dilation[axis])
        if empty is not None:
            raise ValueError(
                f"{op}: each window must hold an input sample; window {empty} on spatial axis "
                f"{axis} lies in the padding (kernel_size={view.kernel_size}, "
                f"padding={view.padding!r}, dilation={view.dilation}, input {x.shape[2:]})"
            )
    return view, (*x.shape[:2], *spatial)


def _empty_window(n, count, before, extent, stride, dilation):
    """The first of `count` windows with no tap on 0 .. n - 1, or None.

    Worked out rather than tabulated: `count` may be billions.
    """
    if count and before >= extent:
        return 0
    if dilation > n:
        # A window that begins before the input meets it first at start % dilation, and may step
        # over it. Of n + 1 such places either one is past the input or they repeat.
        for i in range(min(count, -(-before // stride), n + 1)):
            if (i * stride - before) % dilation >= n:
                return i
    first_behind = -(-(n + before) // stride)
    return first_behind if first_behind < count else None


def gradient(op, grad, shape):
    """Refuse a gradient that has not the shape of the output it belongs to."""
    if grad.shape != shape:
        raise ValueError(
            f"{op}: grad must have the output's shape {shape}; got {grad.shape}"
        )


def output(op, out, shape, dtype, *inputs):
    """A C-contiguous array for the result: `out` itself where its layout allows."""
    if out is None:
        return empty(op, shape, dtype)
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"{op}: out must be a NumPy array; got {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"{op}: out must be {dtype}, as x is; got {out.dtype}")
    if out.shape != shape:
        raise ValueError(f"{op}: out must have shape {shape}; got {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"{op}: out must be writeable; got a read-only array")
    if _overlaps_itself(out) or any(_overlap(out, a) for a in inputs if a is not None):
        raise ValueError(
            f"{op}: out must not overlap an input or itself; pass an array of its own"
        )
    plain = out.flags.c_contiguous and out.flags.aligned
    # As a plain array: a subclass might compute in a way of its own.
    return np.asarray(out) if plain else empty(op, shape, dtype)


def run(op, kernel, *args):
    """Call a kernel. Only its working copy can fail, and then by its size."""
    try:
        kernel(*args)
    except MemoryError as error:
        raise MemoryError(f"{op}: the padded input must fit into memory; {error}") from None


def deliver(target, out):
    """What the caller gets: `out` if one was given, filled from `target`."""
    if out is None:
        return target
    if not np.may_share_memory(out, target):
        out[...] = target
    return out


def empty(op, shape, dtype):
    """`np.empty`, whose refusal names the operation."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError):
        size = math.prod(shape) * dtype.itemsize
        raise MemoryError(
            f"{op}: the output of shape {shape} needs {size} bytes, more than there are"
        ) from None


def _overlap(a, b):
    """Whether two arrays share memory; where that is hard to tell, they do."""
    try:
        return np.shares_memory(a, b, max_work=1000)
    except np.exceptions.TooHardError:
        return True


def _overlaps_itself(a):
    """Whether elements of `a` may share memory: its axes, by stride, must not reach into
    one another."""
    reach = a.itemsize
    for step, n in sorted((abs(step), n) for step, n in zip(a.strides, a.shape) if n > 1):
        if step < reach:
            return a.size > 0
        reach += step * (n - 1)
    return False


def planes(a):
    """A 1-D signal (N, C, L) as an image one row high; an image as it is."""
    return a.reshape(*a.shape[:2], 1, a.shape[2]) if a.ndim == 3 else a


def planar(view, spatial):
    """`view` as kernels take it: 2-D, its padding in numbers for an input of shape `spatial`."""
    lift = len(spatial) == 1
    return geometry.Window(
        (1,) * lift + view.kernel_size,
        (1,) * lift + view.stride,
        ((0, 0),) * lift + tuple(view.pads(spatial)),
        (1,) * lift + view.dilation,
    )
