"""Pictures made of square cells, side by side, at one scale, each under its caption."""

import textwrap

from matplotlib.figure import Figure as Canvas

from coursekit.figures.marks import snap
from coursekit.figures.style import NOTEBOOK_DPI


def panels(op, shapes, captions, size, rc, *, per_row=4, foot=0.0, largest=2.6, before=None):
    """An axes for each (rows, columns) of `shapes`, in units of cells, row 0 on top.

    A cell is a whole number of screen pixels, equal in all panels, so sizes compare by eye.
    `foot` inches below stay free; `largest` is a cell's most, in em. With `before`, columns for
    each panel, panels one below the other are aligned behind them.

    Returns
    -------
    (Canvas, list of axes, float)
        The float is a cell's width in inches.
    """
    wide, high = rc["figure.figsize"]
    em = rc["font.size"] / 72
    lines = -(-len(shapes) // per_row)
    across = -(-len(shapes) // lines)
    box = (wide - em) / across - em
    captions = [wrapped(caption, box / em) for caption in captions]
    groups = [range(i, min(i + across, len(shapes))) for i in range(0, len(shapes), across)]
    above = [_caption_ems([captions[i] for i in group]) * em for group in groups]
    most = [max(shapes[i][0] for i in group) for group in groups]
    shifts = [max(before) - n for n in before] if before else [0] * len(shapes)
    columns = max(n + shift for (_, n), shift in zip(shapes, shifts))
    taken = sum(above) + lines * em + foot + 1.5 * em  # of the height, by all but cells
    room = (high if size == "slide" else max(high, 3.2 * lines)) - taken
    if size == "notebook":
        room = max(room, (sum(most) + 0.5) / NOTEBOOK_DPI)  # a page scrolls, a slide does not
    cell = _cell(op, shapes, min(box / columns, room / sum(most), largest * em))
    if size == "notebook":
        high = snap(taken + cell * sum(most))
    fig = Canvas(figsize=(wide, high))
    top = high - 0.75 * em - (high - taken - cell * sum(most)) / 2
    axes = []
    for group, rows, over in zip(groups, most, above):
        spare = (across - len(group)) * (box + em) / 2  # a last, shorter row stands in the middle
        for place, i in enumerate(group):
            middle = em + spare + place * (box + em) + box / 2
            width = columns if before else shapes[i][1]
            left = middle + cell * (shifts[i] - width / 2)
            axes.append(_panel(fig, shapes[i], cell, left, top - over))
            fig.text(middle / wide, (top - over + 0.5 * em) / high, captions[i],
                     ha="center", va="bottom", linespacing=1.35)
        top -= over + rows * cell + em
    return fig, axes, cell


def _cell(op, shapes, exact):
    cell = snap(exact)
    if cell <= 0:
        raise ValueError(
            f"{op}: a cell must fill a screen pixel, draw less at once; got {len(shapes)} panels "
            f"of up to {max(rows for rows, _ in shapes)} x "
            f"{max(columns for _, columns in shapes)} cells"
        )
    return cell


def _caption_ems(captions):
    lines = max(caption.count("\n") + 1 if caption else 0 for caption in captions)
    return 0.5 + 1.5 * lines if lines else 0


def strips(count):
    """How many panels of one row stand beside each other, so that a slide holds them."""
    return 1 if count <= 5 else 2


def key(fig, text, rc, extra=0):
    """A line under all panels, `extra` em lower, that says what the marks mean."""
    lowest = min(ax.get_position().y0 for ax in fig.axes)
    em = rc["font.size"] / 72 / fig.get_size_inches()[1]
    fig.text(0.5, lowest - (0.9 + extra) * em, text, ha="center", va="top", color=rc["xtick.color"])


KEY_EMS = 2.0  # room below the panels for a `key`


def _panel(fig, shape, cell, left, top):
    rows, columns = shape
    wide, high = fig.get_size_inches()
    width, height = columns * cell, rows * cell
    ax = fig.add_axes((snap(left) / wide, snap(top - height) / high,
                       width / wide, height / high))
    ax.set_axis_off()
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    return ax


def wrapped(text, ems, most=None):
    """Text broken to a width, each of its own lines for itself; cut after `most` lines."""
    width = max(int(ems / 0.6), 5)
    return "\n".join(
        textwrap.fill(line, width, max_lines=most, placeholder=" ...") for line in text.split("\n")
    )
