"""Lines over any quantity, such as a measure that grows with depth."""

import math
import textwrap

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from coursekit.figures import checks, words
from coursekit.figures.charts import MOST_CURVES, chart, looks, name_ends
from coursekit.figures.style import Figure, themed
from coursekit.geometry import shown

_MOST_POINTS = 100_000  # of a line
_MOST_MARKED = 24  # points that still stand apart, each with a mark
_MARKERS = "os^DvP"
_LOGS = {"": "", "x": " The horizontal axis is logarithmic.",
         "y": " The vertical axis is logarithmic.", "xy": " Both axes are logarithmic."}


def draw_lines(x, lines, *, title, xlabel, ylabel, log="", theme="light", size="notebook"):
    """Lines over one axis, each with its name at its end, a dash and marks of its own.

    Parameters
    ----------
    x : array_like, (n,)
        Rising numbers, 2 or more. Up to 24 of them have a mark on each line.
    lines : dict of array_like by name, each (n,)
        A value for each x. Up to 6 lines.
    title : str
        What to see, in up to two lines of 64 characters.
    xlabel, ylabel : str
        What x and the values are, with their units.
    log : {"", "x", "y", "xy"}, optional
        The axes that are logarithmic.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure
        Its alt text says where each line begins and ends, and its least and its most value where
        these stand between the ends.

    Raises
    ------
    TypeError
        If `lines` is no dict.
    ValueError
        If there are no lines or too many, x does not rise, a line has not as many finite numbers,
        a logarithmic axis holds one that is not above 0, there are no words to name something, or
        a name is unknown.

    Examples
    --------
    >>> n = np.array([1, 4, 16])
    >>> print(draw_lines(n, {"plain": np.sqrt(2 * n / 3), "alone": [2, 5, 3]}, log="x",
    ...                  title="Width over depth", xlabel="layers", ylabel="samples").alt)
    Width over depth: samples against layers, from 1 to 16. plain: from 0.816 to 3.27. alone: from
    2 to 3, most 5 at 4. The horizontal axis is logarithmic.
    """
    if log not in tuple(_LOGS):
        raise ValueError(f"draw_lines: log must be one of {tuple(_LOGS)}; got {shown(log)}")
    title, xlabel, ylabel = (
        _words(name, text) for name, text in
        (("title", title), ("xlabel", xlabel), ("ylabel", ylabel))
    )
    x = _abscissae(x, "x" in log)
    named = checks.mapping("draw_lines", "lines", lines, "arrays", MOST_CURVES)
    ys = {name: _values(name, y, x.size, "y" in log) for name, y in named.items()}
    with themed("draw_lines", theme, size) as rc:
        fig, ax = chart(rc, textwrap.fill(xlabel, 50), textwrap.fill(ylabel, 30), heading=True)
        _headline(fig, title, rc)
        ax.tick_params(axis="x", pad=0.5 * rc["font.size"])  # clear of a number at the corner
        drawn = []
        for (name, y), look, mark in zip(ys.items(), looks(rc), _MARKERS):
            ax.plot(x, y, clip_on=False, marker=mark if x.size <= _MOST_MARKED else "",
                    markersize=0.5 * rc["font.size"], **look)
            drawn.append((name, x[-1], y[-1], look))
        _scale(ax, "x", x[[0, -1]], "x" in log, x)
        low, high = min(y.min() for y in ys.values()), max(y.max() for y in ys.values())
        _scale(ax, "y", _room(low, high, "y" in log), "y" in log)
        name_ends(fig, ax, drawn, rc)
        return Figure(fig, _alt(title, xlabel, ylabel, x, ys, log), rc)


def _words(name, text):
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"draw_lines: {name} must be words; got {shown(text)}")
    return " ".join(text.split())


def _abscissae(x, positive):
    x = checks.numbers("draw_lines", "x", x, (1,))
    if not 2 <= x.size <= _MOST_POINTS:
        raise ValueError(
            f"draw_lines: x must hold from 2 to {_MOST_POINTS} numbers; got {x.size}"
        )
    if np.any(np.diff(x) <= 0):
        at = int(np.argmax(np.diff(x) <= 0))
        raise ValueError(f"draw_lines: x must rise; got {x[at]:g} before {x[at + 1]:g}")
    _above_zero("x", x, positive)
    return x


def _values(name, y, n, positive):
    y = checks.numbers("draw_lines", f"lines[{shown(name)}]", y, (1,))
    if y.size != n:
        raise ValueError(
            f"draw_lines: lines[{shown(name)}] must hold a number for each of {n} x; got {y.size}"
        )
    _above_zero(f"lines[{shown(name)}]", y, positive)
    return y


def _above_zero(name, numbers, positive):
    if positive and numbers.min() <= 0:
        raise ValueError(
            f"draw_lines: {name} must be above 0 on a logarithmic axis; got {numbers.min():g}"
        )


def _headline(fig, title, rc):
    """The title on top, and the chart below it."""
    rows = textwrap.wrap(title, 64, max_lines=2, placeholder=" ...")
    em = rc["font.size"] / 72 / fig.get_size_inches()[1]
    fig.text(0.5, 1 - 0.8 * em, "\n".join(rows), ha="center", va="top", linespacing=1.2)
    top = 1 - (2 + 1.3 * len(rows)) * em
    fig.set_layout_engine("constrained", rect=(0.02, 0.02, 0.96, top - 0.02))


def _room(low, high, log):
    """The ends of the vertical axis: from zero where that costs less than half of the height."""
    if log:
        margin = max((high / low) ** 0.04, 1.02)
        return low / margin, high * margin
    margin = 0.04 * (high - low) or 0.5
    return (0 if 0 <= low < 0.5 * high else low - margin), high + margin


def _scale(ax, name, ends, log, points=()):
    """Limits of one axis, its scale, and numbers along it as a reader writes them."""
    axis = {"x": ax.xaxis, "y": ax.yaxis}[name]
    if log:
        ax.set(**{f"{name}scale": "log"})
        axis.set_major_locator(_log_ticks(*ends, points))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(NullLocator())
    else:
        whole = len(points) > 0 and not np.any(points % 1)
        axis.set_major_locator(MaxNLocator(7, integer=whole, steps=(1, 2, 2.5, 5, 10)))
    ax.set(**{f"{name}lim": ends})


def _log_ticks(low, high, points):
    decades = math.log10(high / low)
    if 2 <= len(points) <= 8 and np.diff(np.log10(points)).min() > decades / 10:
        ticks = FixedLocator(points)
    elif decades > 0.7:
        ticks = LogLocator(subs=(1, 2, 5) if decades < 3 else (1,), numticks=9)
    else:
        ticks = MaxNLocator(5, steps=(1, 2, 5, 10))
    return ticks


def _number(value):
    if abs(value) < 999.5:
        return f"{value:.3g}"
    return f"{'-' if value < 0 else ''}{words.short(abs(value))}"


def _alt(title, xlabel, ylabel, x, ys, log):
    parts = [f"{title.rstrip('.')}: {ylabel} against {xlabel}, from {_number(x[0])} to "
             f"{_number(x[-1])}."]
    for name, y in ys.items():
        text = f"{name}: from {_number(y[0])} to {_number(y[-1])}"
        for noun, at, end in (("least", y.argmin(), min(y[0], y[-1])),
                              ("most", y.argmax(), max(y[0], y[-1]))):
            if y[at] != end:
                text += f", {noun} {_number(y[at])} at {_number(x[at])}"
        parts.append(text + ".")
    return " ".join(parts) + _LOGS[log]
