"""Maps of a receptive field: how often each sample is read, and whether it is."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Canvas

from coursekit.analysis import footprint, receptive_field
from coursekit.analysis.receptive_field import stack
from coursekit.figures import checks, words
from coursekit.figures.kernels import frame
from coursekit.figures.marks import FILLED, HOLE, MOST_SAMPLES, crosses, lines, snap
from coursekit.figures.panels import KEY_EMS, key, panels, strips
from coursekit.figures.style import SCALES, Figure, themed
from coursekit.geometry import Window, shown

_MOST_PIXELS = 400  # of a footprint, along an axis: a screen pixel for each
_MOST_STACKS = 8


def draw_footprint(layers, *, theme="light", size="notebook"):
    """How many paths lead from each input sample of a receptive field to one output.

    A heat map for a 2-D stack, bars for a 1-D one. Crosses mark the holes, samples of the
    receptive field that no path reads; the colour scale begins at one path.

    Parameters
    ----------
    layers : sequence of Window
        First layer first, of one rank.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If a layer is not a Window.
    ValueError
        If there are no layers, their ranks differ, the receptive field is too large to draw,
        or a name is unknown.
    OverflowError
        If a count exceeds int64.

    Examples
    --------
    >>> from coursekit import Window
    >>> print(draw_footprint([Window((3, 3), dilation=2)] * 3).alt)
    Footprint of 3 layers with rates 2, 2, 2: one output sees 13 x 13 pixels and reads 49 of
    them (29 %); 120 are never read. A pixel that is read has from 1 to 49 paths.
    """
    layers = stack("draw_footprint", layers)
    with themed("draw_footprint", theme, size) as rc:
        # Padding plays no part in a footprint, and "same" would have none here to ask for.
        shape = receptive_field([replace(layer, padding=0) for layer in layers]).size
        noun, most = ("pixel", _MOST_PIXELS) if len(shape) == 2 else ("sample", MOST_SAMPLES)
        if max(shape) > most:
            raise ValueError(
                f"draw_footprint: layers must see at most {most} {noun}s an axis; got {shape}"
            )
        paths = footprint(layers)
        seen = words.count(shape[0], noun) if paths.ndim == 1 else f"{words.by(shape)} pixels"
        read = np.count_nonzero(paths)
        percent = f"({100 * read / paths.size:.0f} %)"
        title = f"{seen}, {read} read {percent}"
        if read < paths.size:
            title += f"\n{HOLE} never read: {paths.size - read}"
        fig = Canvas(figsize=rc["figure.figsize"])
        em = rc["font.size"] / 72 / rc["figure.figsize"][1]
        fig.text(0.5, 1 - em, title, ha="center", va="top", linespacing=1.5)
        if paths.ndim == 2:
            _heat_map(fig, paths, SCALES[theme], rc)
        else:
            _bars(fig, paths, rc)
        alt = (
            f"Footprint of {words.named(layers)}: one output sees {seen} and "
            f"{words.reads(read, paths.size, ' ' + percent)} A {noun} that is read has from "
            f"{paths[paths > 0].min()} to {paths.max()} paths."
        )
        return Figure(fig, alt, rc)


def draw_coverage(layers, *, theme="light", size="notebook"):
    """Which samples of its receptive field one output reads, and which it never reads.

    Read is a filled square, never read a cross on bare paper; how often a sample is read does not
    show, see `draw_footprint`. Several stacks stand side by side, their cells equally large.

    Parameters
    ----------
    layers : sequence of Window, sequence of such stacks, or dict of them by name
        First layer first, all of one rank; up to 8 stacks.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If a layer is not a Window.
    ValueError
        If there are no layers, their ranks differ, a receptive field is too large to draw, or a
        name is unknown.
    OverflowError
        If a sample has more paths than int64 counts.

    Examples
    --------
    >>> from coursekit import Window
    >>> stacks = [[Window((3, 3), dilation=d) for d in rates] for rates in ([2, 2], [1, 2])]
    >>> print(draw_coverage(stacks).alt)
    Coverage of 2 stacks. Rates 2, 2: one output sees 9 x 9 pixels and reads 25 of them (31 %);
    56 are never read. Rates 1, 2: one output sees 7 x 7 pixels and reads all of them (100 %).
    """
    stacks = _stacks("draw_coverage", layers)
    with themed("draw_coverage", theme, size) as rc:
        maps = [_read("draw_coverage", stack) for _, stack in stacks]
        fields = [np.atleast_2d(read) for read in maps]
        captions, told = [], []
        for (name, _), read in zip(stacks, maps):
            field, percent = _seen(read.shape), _percent(read)
            between = ": " if read.ndim == 1 else "\n"
            captions.append(f"{name}{between}{field.removesuffix(' pixels')}, {percent} read")
            told.append(f"{name[0].upper()}{name[1:]}: one output sees {field} and "
                        f"{words.reads(int(read.sum()), read.size, f' ({percent})')}")
        holes = not all(field.all() for field in fields)
        fig, axes, cell = panels(
            "draw_coverage", [field.shape for field in fields], captions, size, rc,
            per_row=strips(len(maps)) if maps[0].ndim == 1 else 4,
            foot=holes * KEY_EMS * rc["font.size"] / 72,
        )
        for ax, field in zip(axes, fields):
            _read_map(ax, field, cell, rc)
        if holes:
            key(fig, f"{FILLED} read      {HOLE} never read", rc)
        heading = "Coverage of " + words.count(len(stacks), "stack")
        return Figure(fig, " ".join([heading + ".", *told]), rc)


def _stacks(op, layers):
    """(name, layers) of each stack; a name tells the rates where none is given."""
    if isinstance(layers, Mapping):
        named = checks.mapping(op, "layers", layers, "stacks", _MOST_STACKS)
        found = [(name, stack(op, entry)) for name, entry in named.items()]
    else:
        one = not isinstance(layers, (list, tuple)) or not layers or any(
            isinstance(entry, Window) for entry in layers)
        several = [stack(op, entry) for entry in ([layers] if one else layers)]
        found = [(words.rates(entry), entry) for entry in several]
    if len(found) > _MOST_STACKS:
        raise ValueError(f"{op}: layers must be at most {_MOST_STACKS} stacks; got {len(found)}")
    ranks = {len(entry[0].kernel_size) for _, entry in found}
    if len(ranks) > 1:
        raise ValueError(f"{op}: layers must be stacks of one rank; got {shown(sorted(ranks))}")
    return found


def _read(op, layers):
    """Which samples of the receptive field some path touches, a bool array."""
    shape = receptive_field([replace(layer, padding=0) for layer in layers]).size
    if max(shape) > _MOST_PIXELS:
        raise ValueError(
            f"{op}: layers must see at most {_MOST_PIXELS} samples an axis; got {shape}"
        )
    return footprint(layers) > 0


def _seen(shape):
    return words.count(shape[0], "sample") if len(shape) == 1 else f"{words.by(shape)} pixels"


def _percent(read):
    return f"{100 * read.mean():.0f} %"


def _read_map(ax, read, cell, rc):
    ax.imshow(np.ma.masked_equal(read, 0), cmap=ListedColormap([rc["lines.color"]]),
              interpolation="nearest", aspect="auto", extent=(*ax.get_xlim(), *ax.get_ylim()))
    crosses(ax, np.argwhere(~read), rc, cell)
    rows, columns = read.shape
    if 72 * cell >= 5:  # points; finer rules would lighten the squares
        across = [[(-0.5, y), (columns - 0.5, y)] for y in np.arange(0.5, rows - 1)]
        down = [[(x, -0.5), (x, rows - 0.5)] for x in np.arange(0.5, columns - 1)]
        lines(ax, across + down, rc["figure.facecolor"], 0.06 * 72 * cell, zorder=2)
    frame(ax, (0, 0), read.shape, 0.5, rc["xtick.color"], 0.6 * rc["lines.linewidth"])


def _heat_map(fig, paths, scale, rc):
    wide, high = rc["figure.figsize"]
    em = rc["font.size"] / 72
    tall = high - 6.5 * em
    # Whole screen pixels: cells of two widths would draw a grid that is not in the data.
    cell = snap(min(tall / paths.shape[0], (wide - 18 * em) / paths.shape[1]))
    rows, columns = cell * paths.shape[0], cell * paths.shape[1]
    middle = 1.5 * em + tall / 2
    ax = fig.add_axes((snap((wide - columns) / 2) / wide, snap(middle - rows / 2) / high,
                       columns / wide, rows / high))
    ax.set_axis_off()
    # From one path up: a hole is no small number of paths, it is a cross on bare paper.
    most = int(paths.max())
    least, top = (1, most) if most > 1 else (0.5, 1.5)
    picture = ax.imshow(np.ma.masked_equal(paths, 0).astype(float), cmap=scale, vmin=least,
                        vmax=top, interpolation="nearest")
    crosses(ax, np.argwhere(paths == 0), rc, cell)
    beside = fig.add_axes((((wide + columns) / 2 + 2 * em) / wide, (middle - 0.4 * tall) / high,
                           0.7 * em / wide, 0.8 * tall / high))
    bar = fig.colorbar(picture, cax=beside)
    ticks = np.unique(np.linspace(1, most, 5).round())
    bar.set_ticks(ticks, labels=[f"{tick:,.0f}" if tick < 1e6 else f"{tick:.2g}"
                                 for tick in ticks])
    bar.outline.set_visible(False)
    beside.set_title("paths", loc="left", fontsize=rc["font.size"], pad=0.8 * rc["font.size"])


def _bars(fig, paths, rc):
    fig.set_layout_engine("constrained", rect=(0.02, 0.02, 0.96, 0.84))
    ax = fig.add_subplot(xlabel="input sample of the receptive field", ylabel="paths")
    at = np.arange(paths.size)
    ax.bar(at, paths.astype(float), color=rc["lines.color"], width=0.7)
    width = max(paths.size, 15)
    cell = 0.8 * 72 * rc["figure.figsize"][0] / width
    holes = at[paths == 0]
    ax.plot(holes, np.full(holes.size, 0.025), "x", color=rc["hatch.color"],
            transform=ax.get_xaxis_transform(), markersize=min(0.45 * cell, 0.6 * rc["font.size"]),
            markeredgewidth=min(rc["lines.linewidth"], 0.1 * cell))
    ax.set_xticks(at[:: -(-paths.size // 13)])
    ax.locator_params(axis="y", integer=True)
    middle = (paths.size - 1) / 2
    ax.set_xlim(middle - width / 2, middle + width / 2)
    fig.draw_without_rendering()  # makes the ticks now, under the theme
