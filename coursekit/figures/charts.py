"""Charts of lines: every line has a dash of its own, and its name stands at its end."""

import textwrap

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text

from coursekit.figures.style import strong

MOST_CURVES = 6
_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.2, 1.5)),
           (0, (3, 3)), (0, (8, 1.5, 1.2, 1.5, 1.2, 1.5)))


def looks(rc):
    colours = strong(rc)
    return [{"color": colours[i % len(colours)], "linestyle": dash,
             "linewidth": 1.4 * rc["lines.linewidth"]} for i, dash in enumerate(_DASHES)]


def chart(rc, across, up, heading=False):
    fig = Canvas(figsize=rc["figure.figsize"])
    fig.set_layout_engine("constrained", rect=(0.02, 0.02, 0.96, 0.88 if heading else 0.93))
    return fig, fig.add_subplot(xlabel=across, ylabel=up)


def name_ends(fig, ax, drawn, rc):
    """Each line's name to its right, moved apart where lines end close to each other."""
    texts = []
    for name, x, y, look in drawn:
        label = "\n".join(textwrap.wrap(name, 20, max_lines=2, placeholder=" ..."))
        stroke = {"arrowstyle": "-", "shrinkA": 2, "shrinkB": 0, "relpos": (0, 0.5), **look}
        stroke["linewidth"] *= 0.6
        texts.append(ax.annotate(
            label, (x, y), xytext=(1.06, 0.5), textcoords="axes fraction", va="center",
            ha="left", annotation_clip=False, linespacing=1.15, arrowprops=stroke,
        ))
    fig.draw_without_rendering()  # ticks and layout, under the theme
    box = ax.get_window_extent()
    ends = ax.transData.transform([(x, y) for _, x, y, _ in drawn])[:, 1]
    # Of the words alone: an annotation's own extent has its line in it.
    heights = np.array([Text.get_window_extent(text).height for text in texts])
    gap = 0.25 * rc["font.size"] / 72 * fig.dpi
    middles = _apart(np.clip(ends, box.y0, box.y1), heights, gap, box.y0, box.y1)
    for text, middle in zip(texts, middles):
        text.set_position((1.06, (middle - box.y0) / box.height))
    fig.draw_without_rendering()


def _apart(wanted, heights, gap, low, top):
    """Middles near the wanted ones, so that boxes of these heights do not touch."""
    order = np.argsort(wanted, kind="stable")
    placed, floor = np.array(wanted, float), low - gap
    for i in order:
        placed[i] = max(wanted[i], floor + gap + heights[i] / 2)
        floor = placed[i] + heights[i] / 2
    ceiling = top + gap
    for i in order[::-1]:  # what was pushed out at the top pushes back down
        placed[i] = min(placed[i], ceiling - gap - heights[i] / 2)
        ceiling = placed[i] - heights[i] / 2
    return placed
