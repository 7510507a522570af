"""Marks that several drawings share. Diameters and strokes are in points."""

import math

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patheffects import Normal, Stroke

from coursekit.figures.style import NOTEBOOK_DPI

MOST_SEGMENTS = 5000  # above, vector files hold an image of the lines
MOST_SAMPLES = 4096  # along a line; a mark would be a twentieth of a point wide
FILLED, SKIPPED = "\N{BLACK SQUARE}", "\N{BULLET}"  # in keys
HOLE = "\N{MULTIPLICATION SIGN}"


def lines(ax, segments, colour, stroke, **style):
    """Segments, an (n, 2, 2) array of ends in data units, as one collection."""
    ax.add_collection(
        LineCollection(segments, colors=colour, linewidths=stroke, zorder=style.pop("zorder", 1),
                       rasterized=len(segments) > MOST_SEGMENTS, **style),
        autolim=False,
    )


def marks(ax, x, level, shape, diameter, stroke, edge, fill="none"):
    """One mark at each x, all on one level."""
    ax.plot(x, np.full(len(x), level), shape, markersize=diameter, markeredgewidth=stroke,
            markeredgecolor=edge, markerfacecolor=fill, clip_on=False)


def crosses(ax, cells, rc, cell):
    """A cross in each (row, column) of `cells`; `cell` inches across."""
    arms = 0.2 * np.array([[[-1, -1], [1, 1]], [[-1, 1], [1, -1]]])
    middles = np.asarray(cells).reshape(-1, 1, 1, 2)[..., ::-1]
    lines(ax, (middles + arms).reshape(-1, 2, 2), rc["hatch.color"],
          min(rc["lines.linewidth"], 0.12 * 72 * cell))


def halo(rc):
    """Effects for a line of ink with paper around it, to be seen on light and on dark."""
    return [Stroke(linewidth=3.5 * rc["lines.linewidth"], foreground=rc["figure.facecolor"]),
            Normal()]


def snap(inches):
    """The whole screen pixels in a length, in inches."""
    return math.floor(inches * NOTEBOOK_DPI + 1e-9) / NOTEBOOK_DPI
