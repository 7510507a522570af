"""Designs compared by what they cost, and attention with convolution."""

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from coursekit.figures import checks, words
from coursekit.figures.charts import chart, looks, name_ends
from coursekit.figures.panels import wrapped
from coursekit.figures.style import Figure, themed
from coursekit.geometry import integer, shown

_MOST_DESIGNS = 6
_FIELDS = {"parameters": "parameters", "macs": "MACs", "activations": "activations",
           "bytes": "bytes"}


def draw_cost(costs, *, theme="light", size="notebook"):
    """Designs against the first: parameters, multiply-accumulates, activations and bytes.

    A bar is a quantity divided by the first design's, on one scale for all of them; the first
    design's own bars are hollow, and its length is the thin line through the others. The numbers
    stand above the bars.

    Parameters
    ----------
    costs : dict of Cost by name
        As `cost` returns them: anything with the fields parameters, macs, activations, bytes.
        From 1 to 6 designs; the first is what the others are compared with.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `costs` is no dict, or an entry lacks a field.
    ValueError
        If there are none or too many, a number is negative or not finite, one of the first
        design's is zero, or a name is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace as Cost
    >>> print(draw_cost({
    ...     "strided": Cost(parameters=37152, macs=17694720, activations=188416, bytes=902272),
    ...     "dilated": Cost(parameters=37152, macs=608698368, activations=2621440, bytes=10634368),
    ... }).alt)
    Cost of 2 designs. strided: 37,152 parameters, 17.7 M MACs, 188,416 activations, 902,272
    bytes. dilated: 37,152 parameters (1 times the first), 608.7 M MACs (34.4 times),
    2.6 M activations (13.9 times), 10.6 M bytes (11.8 times).
    """
    named = checks.mapping("draw_cost", "costs", costs, "Cost", _MOST_DESIGNS)
    table = np.array([_row(name, cost) for name, cost in named.items()])
    for field, first in zip(_FIELDS, table[0]):
        if not first:
            raise ValueError(
                f"draw_cost: {field} of the first design must be above 0 to compare with; got 0"
            )
    ratios = table / table[0]
    with themed("draw_cost", theme, size) as rc:
        return Figure(_table(list(named), table, ratios, size, rc), _alt(named, table, ratios), rc)


def draw_crossover(taps=9, channels=64, *, window=None, theme="light", size="notebook"):
    """Multiply-accumulates of attention and of a convolution, as the map grows.

    Over N positions of C channels: a convolution takes taps N C^2, dense attention
    4 N C^2 + 2 N^2 C (four projections; scores and weighted sums), attention over w keys
    4 N C^2 + 2 N w C. Dense attention and convolution are equal at N = (taps - 4) C / 2.

    Parameters
    ----------
    taps : int, default 9
        Of the convolution's kernel, over all axes.
    channels : int, default 64
        In and out.
    window : int, optional
        Keys that a query of windowed attention sees, over all axes.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If a number is no positive integer of reasonable size, or a name is unknown.

    References
    ----------
    .. [1] Vaswani et al. (2017), Attention is all you need, arXiv:1706.03762 (table 1, with the
       projections counted here as well).

    Examples
    --------
    >>> print(draw_crossover(9, 64).alt)
    Multiply-accumulates against the number of positions N, 64 channels: dense attention and a
    convolution of 9 taps are equal at N = 160; below, attention takes fewer, above, more.
    """
    taps = integer("draw_crossover", "taps", taps, 1, 10**4)
    c = integer("draw_crossover", "channels", channels, 1, 10**5)
    equal = max((taps - 4) * c / 2, 0)
    with themed("draw_crossover", theme, size) as rc:
        fig, ax = chart(rc, "positions N", "multiply-accumulates", heading=True)
        n = np.geomspace(max(equal / 32, 1), max(equal * 32, 1024), 200)
        lines = {f"convolution, {words.count(taps, 'tap')}": taps * n * c**2,
                 "dense attention": 4 * n * c**2 + 2 * n**2 * c}
        if window is not None:
            w = integer("draw_crossover", "window", window, 1, 10**6)
            keys = np.minimum(n, w)
            lines[f"attention, {words.count(w, 'key')}"] = 4 * n * c**2 + 2 * n * keys * c
        drawn = []
        for (name, macs), look in zip(lines.items(), looks(rc)):
            ax.loglog(n, macs, **look)
            drawn.append((name, n[-1], macs[-1], look))
        ax.set_xlim(n[0], n[-1])
        ax.minorticks_off()
        if equal >= n[0]:
            ax.axvline(equal, color=rc["xtick.color"], linestyle=(0, (2, 2)),
                       linewidth=0.8 * rc["lines.linewidth"])
            ax.plot([equal], [taps * equal * c**2], "o", color=rc["text.color"], zorder=5,
                    markersize=0.8 * rc["font.size"])
        fig.text(0.5, 1 - rc["font.size"] / 72 / fig.get_size_inches()[1],
                 _equal_words(equal), ha="center", va="top")
        name_ends(fig, ax, drawn, rc)
        return Figure(fig, _crossover_alt(taps, c, equal, window), rc)


def _row(name, cost):
    for field in _FIELDS:
        if not hasattr(cost, field):
            raise TypeError(
                f"draw_cost: costs must have the fields {', '.join(_FIELDS)}; {shown(name)} is "
                f"{shown(cost)}"
            )
    row = checks.numbers("draw_cost", f"the cost of {shown(name)}",
                         [getattr(cost, field) for field in _FIELDS], (1,))
    if row.min() < 0:
        raise ValueError(
            f"draw_cost: the cost of {shown(name)} must not be negative; got {row.min():g}"
        )
    return row


def _times(ratio):
    return f"{ratio:,.3g}" if ratio < 1e3 else f"{ratio:,.0f}" if ratio < 1e5 else f"{ratio:.0e}"


def _alt(names, table, ratios):
    parts = [f"Cost of {words.count(len(names), 'design')}."]
    for i, (name, row) in enumerate(zip(names, table)):
        entries = []
        for j, (noun, number) in enumerate(zip(_FIELDS.values(), row)):
            first = "the first" if i == 1 and j == 0 else ""
            ratio = f" ({_times(ratios[i, j])} times {first}".rstrip() + ")" if i else ""
            entries.append(f"{words.short(number)} {noun}{ratio}")
        parts.append(f"{name}: {', '.join(entries)}.")
    return " ".join(parts)


def _table(names, table, ratios, size, rc):
    """Rows of designs, columns of quantities, in em from the top left."""
    em = rc["font.size"] / 72
    wide, high = rc["figure.figsize"]
    names = [wrapped(name, 9, most=3) for name in names]
    row = 3.6
    if size == "notebook":
        high = (3.5 + row * len(names)) * em
    else:
        row = min((high / em - 5) / len(names), 6)
    fig = Canvas(figsize=(wide, high))
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(0, wide / em)
    spare = (high / em - 3.5 - row * len(names)) / 2
    ax.set_ylim(high / em - spare, -spare)
    left = 10.5
    column = (wide / em - left - 0.5) / len(_FIELDS)
    unit = (column - 1.2) / max(ratios.max(), 1)
    if len(names) > 1:
        ax.text(1, 1.6, "line: the first", va="center", ha="left", color=rc["xtick.color"])
    for j, noun in enumerate(_FIELDS.values()):
        x = left + j * column
        ax.text(x, 1.6, noun, va="center", ha="left", color=rc["xtick.color"])
        for i in range(len(names)):
            _bar(ax, (x, 3 + i * row), (unit, row), table[i, j], ratios[i, j], i == 0, rc)
    for i, name in enumerate(names):
        ax.text(1, 3 + (i + 0.42) * row, name, va="center", ha="left", linespacing=1.15)
    return fig


def _bar(ax, corner, scale, number, ratio, first, rc):
    x, y = corner
    unit, row = scale
    ax.text(x, y + 0.2 * row, words.short(number), va="center", ha="left",
            fontsize=0.9 * rc["font.size"])
    if not first:
        ax.text(x + 4.5, y + 0.2 * row, f"{_times(ratio)}\N{MULTIPLICATION SIGN}", va="center",
                ha="left", weight="bold")
    stroke = rc["lines.linewidth"]
    middle, tall = y + 0.6 * row, 0.3 * row
    ax.add_patch(Rectangle((x, middle - tall / 2), unit * ratio, tall, linewidth=stroke,
                           clip_on=False, facecolor="none" if first else rc["lines.color"],
                           edgecolor=rc["lines.color"]))
    ax.plot([x + unit] * 2, [middle - 0.7 * tall, middle + 0.7 * tall], color=rc["text.color"],
            linewidth=stroke, zorder=3)


def _equal_words(equal):
    if not equal:
        return "attention takes more at every N"
    return f"equal at N = {equal:,g}, a map of {np.sqrt(equal):.1f} x {np.sqrt(equal):.1f}"


def _crossover_alt(taps, c, equal, window):
    text = (
        f"Multiply-accumulates against the number of positions N, {words.count(c, 'channel')}: "
        f"dense attention and a convolution of {words.count(taps, 'tap')} are "
    )
    if equal:
        text += f"equal at N = {equal:,g}; below, attention takes fewer, above, more."
    else:
        text += "never equal: attention takes more at every N."
    if window is not None:
        ratio = (4 * c + 2 * window) / (taps * c)
        text += (f" Attention over {words.count(window, 'key')} takes {ratio:.2g} times as many "
                 f"as the convolution from N = {window:,} on.")
    return text
