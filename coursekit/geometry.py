"""Where the taps of a window fall: pure integers, no arrays.

Kernel size, stride, padding and dilation are one frozen value, `Window`. Convolution, pooling,
receptive fields, gridding and figures all read it, so the arithmetic of output shapes stands
here and nowhere else.
"""

import math
import operator
import reprlib
from dataclasses import dataclass

# Windows and padding longer than this help nobody, and products of two such numbers fit int64.
LARGEST = 2**31 - 1

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


@dataclass(frozen=True)
class Window:
    """A sliding window: kernel size, stride, padding and dilation, one entry an axis.

    Parameters
    ----------
    kernel_size : int or tuple of int
        Taps along each axis. An int makes a 1-D window, a pair a 2-D one.
    stride, dilation : int or tuple of int, default 1
        Input samples between neighbouring windows, and between neighbouring taps.
    padding : int, tuple or str, default 0
        Zeros around the input: an int, or one int an axis, for both sides; one
        ``(before, after)`` pair an axis (in 1-D ``((1, 2),)``); "valid" for none; "same" for
        ``ceil(input / stride)`` outputs, the odd zero after; "causal" (1-D) for
        ``extent - 1`` zeros before and none after.

    Raises
    ------
    TypeError
        If a field holds something that is not an integer.
    ValueError
        If a field has the wrong number of entries or a value out of range.

    Examples
    --------
    >>> Window(3, dilation=2).extent
    (5,)
    >>> Window((3, 3), stride=2, padding="same").out_shape((7, 8))
    (4, 4)
    >>> Window(3, dilation=2).taps()
    ((0, 2, 4),)
    """

    kernel_size: tuple
    stride: tuple = 1
    padding: tuple = 0
    dilation: tuple = 1

    def __post_init__(self):
        fields = parse("Window", self.kernel_size, self.stride, self.padding, self.dilation)
        for name, value in zip(("kernel_size", "stride", "padding", "dilation"), fields):
            object.__setattr__(self, name, value)

    @property
    def extent(self):
        """Input samples from a window's first tap to its last, both counted, an axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation))

    def taps(self):
        """Offsets of the taps from the window's first sample, a tuple an axis."""
        return tuple(
            tuple(range(0, k * d, d)) for k, d in zip(self.kernel_size, self.dilation)
        )

    def pads(self, spatial):
        """Zeros ``(before, after)`` along each axis for an input of shape `spatial`."""
        if self.padding != "same":
            return self.padding
        pairs = []
        for n, s, extent in zip(spatial, self.stride, self.extent):
            total = max((-(-n // s) - 1) * s + extent - n, 0)
            pairs.append((total // 2, total - total // 2))
        return tuple(pairs)

    def out_shape(self, spatial):
        """Output shape for an input of shape `spatial`.

        Raises
        ------
        ValueError
            If `spatial` has another rank, or the window is longer than the padded input.
        """
        return out_shape("Window", self, spatial)


def out_shape(op, window, spatial):
    """`Window.out_shape`, with `op` named in its errors."""
    if not isinstance(spatial, (tuple, list)) or len(spatial) != len(window.kernel_size):
        raise ValueError(
            f"{op}: a {len(window.kernel_size)}-D window needs a shape, a tuple of "
            f"{len(window.kernel_size)} int; got {shown(spatial)}"
        )
    spatial = tuple(integer(op, "the input's shape", n, 0, math.inf) for n in spatial)
    if window.padding == "same":
        return tuple(-(-n // s) for n, s in zip(spatial, window.stride))
    sizes = []
    for axis, (n, pad, extent, stride) in enumerate(
        zip(spatial, window.padding, window.extent, window.stride)
    ):
        if n + sum(pad) < extent:
            raise ValueError(
                f"{op}: the window must fit the padded input; on spatial axis {axis} it spans "
                f"{extent} samples (kernel {window.kernel_size[axis]}, dilation "
                f"{window.dilation[axis]}), the input has {n} + {sum(pad)} of padding"
            )
        sizes.append((n + sum(pad) - extent) // stride + 1)
    return tuple(sizes)


def parse(op, kernel_size, stride, padding, dilation, rank=None):
    """Check the four fields and give each one entry an axis; `op` stands in the errors.

    With `rank`, an int kernel size is repeated; without, it is a 1-D window.
    """
    if rank is None:
        rank = len(kernel_size) if isinstance(kernel_size, (tuple, list)) else 1
    if rank not in (1, 2):
        raise ValueError(f"{op}: kernel_size must have 1 or 2 axes; got {shown(kernel_size)}")
    kernel_size = axes(op, "kernel_size", kernel_size, rank, 1)
    stride = axes(op, "stride", stride, rank, 1)
    dilation = axes(op, "dilation", dilation, rank, 1)
    for k, d in zip(kernel_size, dilation):
        if (k - 1) * d >= LARGEST:
            raise ValueError(
                f"{op}: kernel_size and dilation must span at most {LARGEST} samples; got "
                f"kernel {k}, dilation {d}"
            )
    return kernel_size, stride, _padding(op, padding, kernel_size, dilation), dilation


def shown(value):
    """The value for a message: on one line, and not longer than a line."""
    try:
        return " ".join(_REPR.repr(value).split())
    except ValueError:  # an integer too long for Python to write down
        return f"a huge {type(value).__name__}"


def integer(op, name, value, least, most=LARGEST):
    """`value` as an int from `least` to `most`; `op` and `name` stand in the errors."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{op}: {name} must be an integer; got {shown(value)}") from None
    if not least <= number <= most:
        rule = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"{op}: {name} must be {rule}; got {shown(number)}")
    return number


def axes(op, name, value, rank, least):
    if not isinstance(value, (tuple, list)):
        return (integer(op, name, value, least),) * rank
    if len(value) != rank:
        raise ValueError(
            f"{op}: {name} needs one entry for each of {rank} spatial axes; got {shown(value)}"
        )
    return tuple(integer(op, name, entry, least) for entry in value)


def _padding(op, padding, kernel_size, dilation):
    """Pairs an axis, or the word "same", whose pairs depend on the input's size."""
    rank = len(kernel_size)
    if isinstance(padding, str):
        if padding == "same":
            return "same"
        if padding == "valid":
            return ((0, 0),) * rank
        if padding == "causal" and rank == 1:
            return (((kernel_size[0] - 1) * dilation[0], 0),)
        if padding == "causal":
            raise ValueError(f"{op}: padding 'causal' needs 1 spatial axis; got {rank}")
        raise ValueError(
            f"{op}: a padding word must be 'valid', 'same' or 'causal'; got {shown(padding)}"
        )
    if not isinstance(padding, (tuple, list)):
        padding = (padding,) * rank
    if len(padding) != rank:
        raise ValueError(
            f"{op}: padding needs one int or one (before, after) pair for each of {rank} "
            f"spatial axes; got {shown(padding)}"
        )
    pairs = []
    for entry in padding:
        pair = tuple(entry) if isinstance(entry, (tuple, list)) else (entry, entry)
        if len(pair) != 2:
            raise ValueError(f"{op}: a padding pair must be (before, after); got {shown(entry)}")
        pairs.append(tuple(integer(op, "padding", n, 0) for n in pair))
    return tuple(pairs)
