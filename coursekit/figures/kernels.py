"""Where a kernel's taps fall on its input."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from coursekit.figures import checks, words
from coursekit.figures.marks import FILLED, SKIPPED
from coursekit.figures.panels import KEY_EMS, key, panels, strips
from coursekit.figures.style import Figure, themed
from coursekit.geometry import out_shape

_MOST_CELLS = 64  # along an axis, padding included
_MOST_WINDOWS = 8


def draw_kernel(windows, *, shape=None, output=0, theme="light", size="notebook"):
    """The taps of a kernel on its input, or of several kernels side by side.

    A square is an input sample, a dashed square with a 0 is padding. Taps are filled; a dot marks
    what the kernel spans and skips. The frame is one window, and where the stride exceeds 1 a
    dashed frame is the next one.

    Parameters
    ----------
    windows : Window or sequence of Window
        Up to 8, of one rank.
    shape : int or tuple of int, optional
        Input samples along each axis. None: enough for the longest window and two more.
    output : int or tuple of int, default 0
        The output whose window is drawn, one int an axis.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `windows` holds something else, or a number is no integer.
    ValueError
        If ranks differ, a window does not fit `shape`, `output` does not exist, there is too much
        to draw, or a name is unknown.

    Examples
    --------
    >>> from coursekit import Window
    >>> print(draw_kernel([Window(3), Window(3, dilation=2)]).alt)
    Taps of 2 kernels. Kernel 3, rate 1: X X X, 3 taps that span 3 samples. Kernel 3, rate 2:
    X . X . X, 3 taps that span 5 samples.
    """
    windows = checks.windows("draw_kernel", windows)
    if len(windows) > _MOST_WINDOWS:
        raise ValueError(
            f"draw_kernel: windows must be at most {_MOST_WINDOWS}; got {len(windows)}"
        )
    shape = input_shape("draw_kernel", windows, shape)
    for window in windows:
        checks.place("draw_kernel", "output", output, out_shape("draw_kernel", window, shape))
    output = checks.place("draw_kernel", "output", output, (np.inf,) * len(shape))
    with themed("draw_kernel", theme, size) as rc:
        line = len(shape) == 1
        between = ": " if line else "\n"
        captions = [described(window) + between + _spans(window, "") for window in windows]
        fig, axes, cell = panels(
            "draw_kernel", [padded(window, shape) for window in windows], captions, size, rc,
            per_row=strips(len(windows)) if line else 4, foot=KEY_EMS * rc["font.size"] / 72,
            before=[window.pads(shape)[0][0] for window in windows] if line else None,
        )
        for ax, window in zip(axes, windows):
            kernel_picture(ax, window, shape, output, cell, rc)
        key(fig, key_words(windows, shape), rc)
        heading = "Taps of " + words.count(len(windows), "kernel")
        alt = " ".join([heading + ".", *(_told(window, shape, output) for window in windows)])
        return Figure(fig, alt, rc)


def input_shape(op, windows, shape):
    """The input's shape, checked or chosen to hold the longest window and some context."""
    if shape is None:
        rank = len(windows[0].kernel_size)
        shape = tuple(
            max(w.extent[a] + (w.stride[a] if w.stride[a] > 1 else 0) for w in windows) + 2
            for a in range(rank)
        )
    else:
        shape = checks.positions(op, "shape", shape)
    for window in windows:
        out_shape(op, window, shape)
        if max(padded(window, shape)) > _MOST_CELLS:
            raise ValueError(
                f"{op}: windows and padding must fill at most {_MOST_CELLS} cells an axis; got "
                f"{words.by(padded(window, shape)[2 - len(shape):])}"
            )
    return shape


def padded(window, shape):
    """(rows, columns) of the padded input; a 1-D one is a single row."""
    sizes = [n + sum(pair) for n, pair in zip(shape, window.pads(shape))]
    return (1, *sizes)[-2:]


def kernel_picture(ax, window, shape, output, cell, rc, following=True):
    """One window on its input, in an axes whose cell (0, 0) is the first of the padding."""
    rows, columns = padded(window, shape)
    # What is 1-D gets a row: no padding, one tap.
    befores = (0, *(before for before, _ in window.pads(shape)))[-2:]
    sizes = (1, *shape)[-2:]
    taps = ((0,), *window.taps())[-2:]
    extent, stride = (1, *window.extent)[-2:], (1, *window.stride)[-2:]
    corner = [at * step for at, step in zip((0, *output)[-2:], stride)]
    inside = np.zeros((rows, columns), bool)
    inside[befores[0] : befores[0] + sizes[0], befores[1] : befores[1] + sizes[1]] = True
    tapped = np.zeros_like(inside)
    tapped[np.ix_(*(start + np.array(axis) for start, axis in zip(corner, taps)))] = True
    spanned = np.zeros_like(inside)
    spanned[corner[0] : corner[0] + extent[0], corner[1] : corner[1] + extent[1]] = True
    thin = min(0.8 * rc["lines.linewidth"], 0.06 * 72 * cell)
    squares(ax, inside & ~tapped, "none", rc["grid.color"], thin, 0.9)
    squares(ax, ~inside & ~tapped, "none", rc["grid.color"], thin, 0.9, linestyle=(0, (2, 2)))
    squares(ax, tapped, rc["lines.color"], rc["lines.color"], thin, 0.9)
    zeros(ax, ~inside, tapped, cell, rc)
    skipped = np.argwhere(spanned & ~tapped & inside)
    ax.plot(skipped[:, 1], skipped[:, 0], "o", markersize=min(0.22 * 72 * cell, 5),
            markeredgewidth=0, markerfacecolor=rc["xtick.color"], zorder=3)
    frame(ax, corner, extent, 0.5, rc["text.color"], 1.3 * rc["lines.linewidth"])
    beyond = [start + (step if step > 1 else 0) for start, step in zip(corner, stride)]
    if len(shape) == 2 and beyond[1] != corner[1]:
        beyond[0] = corner[0]  # windows move along a row first
    fits = all(b + e <= n for b, e, n in zip(beyond, extent, (rows, columns)))
    if following and fits and beyond != corner:
        frame(ax, beyond, extent, 0.62, rc["hatch.color"], rc["lines.linewidth"],
              linestyle=(0, (4, 2)))


def squares(ax, where, fill, edge, stroke, side, **style):
    """A square in each cell of a bool map, `side` cells wide."""
    patches = [Rectangle((x - side / 2, y - side / 2), side, side)
               for y, x in np.argwhere(where)]
    ax.add_collection(PatchCollection(patches, facecolor=fill, edgecolor=edge, linewidth=stroke,
                                      zorder=style.pop("zorder", 2), **style), autolim=False)


def frame(ax, corner, extent, margin, edge, stroke, **style):
    """A rectangle around whole cells; `margin` from the middles of the outer ones."""
    ax.add_patch(Rectangle((corner[1] - margin, corner[0] - margin),
                           extent[1] - 1 + 2 * margin, extent[0] - 1 + 2 * margin, fill=False,
                           edgecolor=edge, linewidth=stroke, clip_on=False, zorder=4, **style))


def zeros(ax, padding, tapped, cell, rc):
    """A 0 in each cell of padding, where a digit can be read."""
    type_size = min(0.5 * cell * 72, 0.8 * rc["font.size"])
    if type_size < 4:
        return
    for y, x in np.argwhere(padding):
        colour = rc["figure.facecolor"] if tapped[y, x] else rc["xtick.color"]
        ax.text(x, y, "0", fontsize=type_size, color=colour, ha="center", va="center_baseline",
                zorder=5)


def described(window):
    """"kernel 3 x 3, rate 2, stride 2, padding 1": what differs from the plain is said."""
    text = f"kernel {words.by(window.kernel_size)}, rate {words.each(window.dilation)}"
    if max(window.stride) > 1:
        text += f", stride {words.each(window.stride)}"
    if isinstance(window.padding, str):
        return f'{text}, padding "{window.padding}"'
    if any(map(sum, window.padding)):
        sides = [str(a) if a == b else f"{a} before, {b} after" for a, b in window.padding]
        text += f", padding {words.each(sides)}"
    return text


def key_words(windows, shape):
    """The marks that these windows have, and what they mean."""
    found = [f"{FILLED} tap"]
    if any(max(window.dilation) > 1 for window in windows):
        found.append(f"{SKIPPED} skipped")
    if any(sum(map(sum, window.pads(shape))) for window in windows):
        found.append("0 padding")
    if any(max(window.stride) > 1 for window in windows):
        found.append("dashed frame: the next window")
    return "      ".join(found)


def _spans(window, that=" that"):
    if len(window.extent) == 1:
        span = words.count(window.extent[0], "sample")
    else:
        span = words.by(window.extent) + (" pixels" if that else "")
    taps = int(np.prod(window.kernel_size))
    return f"{words.count(taps, 'tap')}{that} {'spans' if taps == 1 else 'span'} {span}"


def _told(window, shape, output):
    text = described(window).capitalize() + ": "
    (*_, taps), (*_, extent) = window.taps(), window.extent
    if len(shape) == 1:
        text += " ".join("X" if at in taps else "." for at in range(extent)) + ", "
    text += _spans(window)
    zeros_read = _zeros_read(window, shape, output)
    if zeros_read:
        text += f", {zeros_read} of them on zeros of the padding"
    return text + "."


def _zeros_read(window, shape, output):
    """Taps of an output's window that fall outside the input."""
    inside = 1
    for n, (before, _), taps, step, at in zip(shape, window.pads(shape), window.taps(),
                                              window.stride, output):
        inside *= sum(0 <= at * step + tap - before < n for tap in taps)
    return int(np.prod(window.kernel_size)) - inside
