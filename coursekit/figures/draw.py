"""The drawing of a stack: which input samples one output reads, and by which paths.

Sizes stand in inches until they reach matplotlib. Shape or fill always says what colour says:
reached marks are filled, holes are crosses.
"""

import numpy as np
from matplotlib.figure import Figure as Canvas

from coursekit.analysis import receptive_field
from coursekit.analysis.receptive_field import stack
from coursekit.figures import words
from coursekit.figures.marks import HOLE, MOST_SAMPLES, lines, marks
from coursekit.figures.style import Figure, themed


def draw_stack(layers, *, width=None, theme="light", size="notebook"):
    """The paths from one output of a 1-D stack down to the input samples it reads.

    Input at the bottom, output on top, everything in input coordinates. An output stands over
    the middle of its window, or where the padding shifts it: with "causal" over the last tap.
    Filled dots are reached, crosses are samples of the receptive field that are never read.

    Parameters
    ----------
    layers : sequence of Window
        First layer first, all 1-D; convolutions and pools alike.
    width : int, optional
        Input samples to draw, the receptive field in their middle. None: two more on either
        side, and at least 15.
    theme : {"light", "dark", "print"}
        Colours.
    size : {"notebook", "slide"}
        8 inches wide, or 16:9 with type for a projector.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If a layer is not a Window, or `width` not an int.
    ValueError
        If there are no layers, one is not 1-D or pads "same" at a stride above 1, or a name or
        the width is out of range.

    Examples
    --------
    >>> from coursekit import Window
    >>> print(draw_stack([Window(3, dilation=2)] * 3).alt)
    Stack of 3 layers with rates 2, 2, 2: one output sees 13 input samples and reads 7 of
    them; 6 are never read.
    """
    layers = line_stack("draw_stack", layers)
    with themed("draw_stack", theme, size) as rc:
        return Figure(stack_picture(layers, width, size, rc), stack_alt(layers), rc)


def line_stack(op, layers):
    layers = stack(op, layers)
    if len(layers[0].kernel_size) != 1:
        raise ValueError(f"{op}: layers must be 1-D windows; got {layers[0]}")
    return layers


def stack_alt(layers):
    (seen,) = receptive_field(layers).size
    read = _rows(layers)[0][0].size
    return (
        f"Stack of {words.named(layers)}: one output sees {words.count(seen, 'input sample')} and "
        f"{words.reads(read, seen)}"
    )


def stack_picture(layers, width, size, rc, depth=None):
    """The drawing, or its part from the output down through `depth` layers, in the same place."""
    depth = len(layers) if depth is None else depth
    (seen,) = receptive_field(layers).size
    left, right = _span(seen, width)
    rows = _rows(layers)
    holes = np.setdiff1d(np.arange(seen), rows[0][0])
    caption = f"sees {words.count(seen, 'sample')}, reads {seen - holes.size}"
    if holes.size:
        caption += f"\n{HOLE} never read: {holes.size}"
    fig = Canvas(figsize=rc["figure.figsize"])
    ax, spacing, pitch = _stack_axes(fig, layers, left, right, caption.count("\n") + 1, size, rc)
    _draw_paths(ax, layers, rows, len(layers) - depth, spacing, pitch, rc)
    whole = depth == len(layers)
    _draw_samples(ax, rows, holes if whole else holes[:0], len(layers) - depth, spacing, pitch, rc)
    if whole:
        _bracket(ax, seen, caption, pitch, rc)
    _, output, _ = rows[-1]
    ax.text(output, len(layers) + rc["font.size"] / 72 / pitch, "one output", ha="center",
            va="bottom")
    return fig


def _span(size, width):
    """First and last input sample drawn, counted from the first of the receptive field."""
    if size > MOST_SAMPLES:
        raise ValueError(
            f"draw_stack: layers must see at most {MOST_SAMPLES} samples; got {size}"
        )
    if width is None:
        width = max(size + 4, 15)
    elif not isinstance(width, (int, np.integer)):
        raise TypeError(f"draw_stack: width must be an int; got {width!r}")
    if not size <= width <= 2 * MOST_SAMPLES:
        raise ValueError(
            f"draw_stack: width must be from the receptive field's {size} samples to "
            f"{2 * MOST_SAMPLES}; got {width}"
        )
    left = -((width - size) // 2)
    return left, left + width - 1


def _rows(layers):
    """What the output reaches, a row a level, input first: (indices, start, jump).

    Index i of a row stands at ``start + i * jump`` in input samples, and index 0 of the top is
    the output. Padding moves no tap of an output far from the border, only its place over them.
    """
    reached = [np.zeros(1, int)]
    for layer in reversed(layers):
        (taps,) = layer.taps()
        below = reached[0][:, None] * layer.stride[0] + np.array(taps)
        reached.insert(0, np.unique(below))
    places = [(0.0, 1)]
    for layer in layers:
        start, jump = places[-1]
        ((before, after),) = layer.pads((1,))
        lean = before / (before + after) if before + after else 0.5
        places.append((start + (layer.extent[0] - 1) * lean * jump, jump * layer.stride[0]))
    return [(row, *place) for row, place in zip(reached, places, strict=True)]


def _stack_axes(fig, layers, left, right, caption, size, rc):
    """Axes in input samples by levels, and points a sample, inches a level.

    Labels stand in a column on the left, as wide as they need; `caption` lines below.
    """
    em = rc["font.size"] / 72
    wide, high = rc["figure.figsize"]
    above, below, n = 3.5 * em, (2.5 + 1.75 * caption) * em, len(layers)
    if size == "notebook":
        pitch = min(max(4 / n, 1.8 * em), 0.8)
        high = above + n * pitch + below
    else:
        pitch = min((high - above - below) / n, 1.6)
        below += (high - above - below - n * pitch) / 2
    fig.set_size_inches(wide, high)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_ylim(-below / pitch, (high - below) / pitch)
    column = 0
    for level, label in enumerate(_labels(layers)):
        text = fig.text(em / wide, (below + level * pitch) / high, label, va="center_baseline",
                        fontsize=min(rc["font.size"], 0.8 * pitch * 72))
        column = max(column, text.get_window_extent().x1 / fig.dpi)
    room = wide - column - 5 * em  # "one output" may stand over the last sample
    ax.set_position(((column + 1.5 * em) / wide, 0, room / wide, 1))
    ax.set_xlim(left - 0.5, right + 0.5)
    return ax, room * 72 / (right - left + 1), pitch


def _labels(layers):
    labels = ["input"]
    for number, layer in enumerate(layers, 1):
        label = f"layer {number}: kernel {layer.kernel_size[0]}, rate {layer.dilation[0]}"
        labels.append(label + (f", stride {layer.stride[0]}" if layer.stride[0] > 1 else ""))
    return labels


def _diameter(reached, jump, spacing, pitch, rc):
    """Points across a reached dot: smaller than what keeps it from its neighbours.

    Where samples stand too close for hollow dots between them, the next reached one counts.
    """
    gap = jump * spacing
    if _crowded(spacing):
        gap *= min(np.diff(reached), default=np.inf)
    return min(0.62 * gap, 0.3 * pitch * 72, 1.1 * rc["font.size"])


def _crowded(spacing):
    return spacing < 4  # points: hollow dots would run into a grey band


def _draw_paths(ax, layers, rows, lowest, spacing, pitch, rc):
    for level, layer in enumerate(layers[lowest:], lowest):
        below, start_below, jump_below = rows[level]
        reached, start, jump = rows[level + 1]
        taps = np.array(layer.taps()[0])
        segments = np.empty((reached.size, taps.size, 2, 2))
        segments[:, :, 0, 0] = (start + reached * jump)[:, None]
        segments[:, :, 1, 0] = start_below + jump_below * (
            reached[:, None] * layer.stride[0] + taps
        )
        segments[:, :, 0, 1], segments[:, :, 1, 1] = level + 1, level
        diameter = _diameter(below, jump_below, spacing, pitch, rc)
        lines(ax, segments.reshape(-1, 2, 2), rc["lines.color"],
               min(0.8 * rc["lines.linewidth"], 0.16 * diameter), alpha=0.55)


def _draw_samples(ax, rows, holes, lowest, spacing, pitch, rc):
    """Dots of all levels; from `lowest` up those that are reached are filled."""
    left, right = ax.get_xlim()
    stroke = rc["lines.linewidth"]
    for level, (reached, start, jump) in enumerate(rows):
        diameter = _diameter(reached, jump, spacing, pitch, rc)
        reached = reached if level >= lowest else reached[:0]
        if not _crowded(spacing):
            drawn = np.arange(-((start - left) // jump), (right - start) // jump + 1)
            rest = np.setdiff1d(drawn, [*reached, *(holes if level == 0 else ())])
            marks(ax, start + rest * jump, level, "o", 0.7 * diameter,
                   min(stroke, 0.2 * diameter), rc["grid.color"], rc["figure.facecolor"])
        marks(ax, start + reached * jump, level, "o", diameter, 0, rc["lines.color"],
               rc["lines.color"])
    size = min(0.46 * spacing, 0.22 * pitch * 72, 0.8 * rc["font.size"])
    marks(ax, holes, 0, "x", size, min(1.4 * stroke, 0.28 * size), rc["hatch.color"])


def _bracket(ax, seen, caption, pitch, rc):
    """A bracket under the receptive field, and its caption."""
    em = rc["font.size"] / 72 / pitch
    first, last = -0.4, seen - 0.6
    ax.plot([first, first, last, last], [-1.1 * em, -1.5 * em, -1.5 * em, -1.1 * em],
            color=rc["xtick.color"], linewidth=0.8 * rc["lines.linewidth"], clip_on=False)
    ax.text((first + last) / 2, -2 * em, caption, ha="center", va="top", linespacing=1.5)
