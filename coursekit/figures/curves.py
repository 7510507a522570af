"""Curves over frequencies and over steps of training."""

import textwrap
from fractions import Fraction

import numpy as np
from matplotlib.colors import to_rgba

from coursekit.figures import checks, words
from coursekit.figures.charts import MOST_CURVES, chart, looks, name_ends
from coursekit.figures.style import Figure, themed
from coursekit.geometry import axes, integer, shown

_MOST_POINTS = 100_000  # of a curve


def draw_response(curves, *, rates=(), theme="light", size="notebook"):
    """How strongly kernels or stacks pass each frequency, and how strongly a grid would.

    Parameters
    ----------
    curves : dict of (frequencies, response) by name
        As `frequency_response` returns them: angular frequencies rising within [0, pi], and the
        complex response or its magnitude there. Up to 6 curves.
    rates : sequence of int, optional
        Rates q whose lattice frequencies 2 pi m / q, 0 < m < q, are marked: a pattern that
        repeats every q samples consists of these. A dot is the curve's value there, between
        given frequencies by a straight line.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `curves` is no dict, or a rate is no integer.
    ValueError
        If a curve does not fit the description, there are none or too many, or a name is unknown.

    Examples
    --------
    >>> at = np.linspace(0, np.pi, 65)
    >>> curves = {f"rate {d}": (at, np.cos(d * at / 2) ** 2) for d in (1, 4)}
    >>> print(draw_response(curves, rates=[4]).alt)
    Magnitude of the frequency response from 0 to pi. At the lattice frequencies pi/2 and pi it is
    at most: rate 1: 0.50; rate 4: 1.00.
    """
    named = checks.mapping("draw_response", "curves", curves, "(frequencies, response) pairs",
                           MOST_CURVES)
    pairs = {name: _response(name, pair) for name, pair in named.items()}
    lattice = _lattice(rates)
    with themed("draw_response", theme, size) as rc:
        fig, ax = chart(rc, "angular frequency", "magnitude of the response")
        at = np.pi * np.array([float(share) for share in lattice])
        ax.vlines(at, 0, 1, transform=ax.get_xaxis_transform(), colors=rc["grid.color"],
                  linewidth=0.8 * rc["lines.linewidth"])
        drawn, worst = [], []
        for (name, (x, y)), look in zip(pairs.items(), looks(rc)):
            ax.plot(x, y, clip_on=False, **look)
            dots = at[(x[0] <= at) & (at <= x[-1])]
            ax.plot(dots, np.interp(dots, x, y), "o", color=look["color"], clip_on=False, zorder=4,
                    markersize=0.45 * rc["font.size"])
            drawn.append((name, x[-1], y[-1], look))
            top = np.interp(dots, x, y).max() if dots.size else y.max()
            worst.append(f"{name}: {top:.2f}")
        ax.set_xlim(0, np.pi)
        ax.set_ylim(0, max(1, *(y.max() for _, y in pairs.values())))
        name_ends(fig, ax, drawn, rc)
        _pi_ticks(fig, ax, lattice, rc)
        text = "Magnitude of the frequency response from 0 to pi. "
        if lattice:
            text += f"At the lattice {_frequencies(lattice, rates)} it is at most: "
        else:
            text += "Its largest value: "
        return Figure(fig, text + "; ".join(worst) + ".", rc)


def draw_history(histories, *, measure="loss", smooth=1, theme="light", size="notebook"):
    """How training went: a line for the mean over seeds, a band from the least to the most.

    Parameters
    ----------
    histories : dict of array_like by name, each (steps,) or (seeds, steps)
        A value for each step, of one run or of one run a seed. Up to 6 entries.
    measure : str, default "loss"
        What the values are, with their unit if they have one.
    smooth : int, default 1
        Each point is the mean of this many steps up to it.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `histories` is no dict, or `smooth` no integer.
    ValueError
        If there are none or too many, one is no such array of finite numbers or shorter than
        `smooth`, or a name is unknown.

    Examples
    --------
    >>> runs = {"plain": [[2.0, 1.0, 0.75], [2.5, 1.5, 0.25]], "hybrid": [2.25, 0.5, 0.125]}
    >>> print(draw_history(runs).alt)
    loss over training. plain: 2 seeds, 3 steps, from 2.25 to 0.5, at the end between 0.25 and
    0.75. hybrid: 1 seed, 3 steps, from 2.25 to 0.125.
    """
    named = checks.mapping("draw_history", "histories", histories, "arrays", MOST_CURVES)
    if not isinstance(measure, str) or not measure.strip():
        raise ValueError(f"draw_history: measure must name the values; got {shown(measure)}")
    runs = {name: _runs(name, values, smooth) for name, values in named.items()}
    with themed("draw_history", theme, size) as rc:
        label = measure if smooth == 1 else f"{measure} (mean of {smooth} steps)"
        fig, ax = chart(rc, "step", textwrap.fill(label, 30))
        drawn, told = [], []
        for (name, values), look in zip(runs.items(), looks(rc)):
            x, mean = np.arange(smooth, smooth + values.shape[1]), values.mean(axis=0)
            ax.fill_between(x, values.min(axis=0), values.max(axis=0), linewidth=0,
                            color=to_rgba(look["color"], 0.2))
            ax.plot(x, mean, **look)
            drawn.append((name, x[-1], mean[-1], look))
            told.append(_course(name, values, smooth))
        low, high = min(r.min() for r in runs.values()), max(r.max() for r in runs.values())
        margin = 0.04 * (high - low) or 0.5
        ax.set_ylim(0 if 0 <= low < 0.5 * high else low - margin, high + margin)
        longest = max(x for _, x, *_ in drawn)
        ax.set_xlim(0, longest)
        ax.locator_params(axis="x", integer=True, nbins=7)
        name_ends(fig, ax, drawn, rc)
        return Figure(fig, " ".join([f"{measure} over training.", *told]), rc)


def _response(name, pair):
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError(
            f"draw_response: curves must be (frequencies, response) pairs; {shown(name)} is "
            f"{shown(pair)}"
        )
    x = checks.numbers("draw_response", f"frequencies of {shown(name)}", pair[0], (1,))
    try:
        magnitude = np.abs(np.asarray(pair[1]))
    except (TypeError, ValueError):
        magnitude = None
    y = checks.numbers("draw_response", f"response of {shown(name)}", magnitude, (1,))
    if x.size != y.size or not 2 <= x.size <= _MOST_POINTS:
        raise ValueError(
            f"draw_response: {shown(name)} must have from 2 to {_MOST_POINTS} frequencies and as "
            f"many responses; got {x.size} and {y.size}"
        )
    if x[0] < 0 or x[-1] > np.pi + 1e-9 or np.any(np.diff(x) <= 0):
        raise ValueError(
            f"draw_response: frequencies of {shown(name)} must rise within [0, pi]; got from "
            f"{x[0]:g} to {x[-1]:g}"
        )
    return x, y


def _lattice(rates):
    """The lattice frequencies up to pi of all rates, in units of pi."""
    if not isinstance(rates, (tuple, list)):
        raise TypeError(f"draw_response: rates must be a sequence of int; got {shown(rates)}")
    rates = axes("draw_response", "rates", tuple(rates), len(rates), 1)
    for rate in rates:
        integer("draw_response", "rates", rate, 1, 64)
    return sorted({Fraction(2 * m, q) for q in rates for m in range(1, q // 2 + 1)})


def _pi(share, sign):
    above, below = share.numerator, share.denominator
    text = sign if above == 1 else f"{above}{'' if len(sign) == 1 else ' '}{sign}"
    return text if below == 1 else f"{text}/{below}"


def _frequencies(lattice, rates):
    if len(lattice) > 4:
        named = sorted(set(rates) - {1})
        text = f"frequencies 2 pi m / q of q = {words.listed(named)}"
    else:
        plural = "ies" if len(lattice) > 1 else "y"
        text = f"frequenc{plural} {words.listed([_pi(share, 'pi') for share in lattice])}"
    return text


def _pi_ticks(fig, ax, lattice, rc):
    """Ticks at the ends and at those lattice frequencies whose labels have room."""
    shares = [Fraction(0), *lattice] if lattice else [Fraction(i, 4) for i in range(5)]
    shares = sorted({*shares, Fraction(1)})
    apart = 3.5 * rc["font.size"] / 72 * fig.dpi / ax.get_window_extent().width
    kept = [Fraction(1)]
    for share in sorted(shares, key=lambda share: (share.denominator, share)):
        if all(abs(share - other) >= apart for other in kept):
            kept.append(share)
    kept.sort()
    ax.set_xticks([np.pi * float(share) for share in kept],
                  ["0" if not share else _pi(share, "\N{GREEK SMALL LETTER PI}")
                   for share in kept])
    fig.draw_without_rendering()


def _runs(name, values, smooth):
    """(seeds, steps) of means over `smooth` steps."""
    array = checks.numbers("draw_history", f"histories[{shown(name)}]", values, (1, 2))
    array = np.atleast_2d(array)
    if array.shape[1] > _MOST_POINTS:
        raise ValueError(
            f"draw_history: histories[{shown(name)}] must have at most {_MOST_POINTS} steps; got "
            f"{array.shape[1]}"
        )
    smooth = integer("draw_history", "smooth", smooth, 1, array.shape[1])
    sums = np.cumsum(np.pad(array, ((0, 0), (1, 0))), axis=1)
    return (sums[:, smooth:] - sums[:, :-smooth]) / smooth if smooth > 1 else array


def _course(name, values, smooth):
    ends = values[:, -1]
    text = (
        f"{name}: {words.count(len(values), 'seed')}, "
        f"{words.count(values.shape[1] + smooth - 1, 'step')}, from {values[:, 0].mean():.3g} to "
        f"{ends.mean():.3g}"
    )
    if len(values) > 1:
        text += f", at the end between {ends.min():.3g} and {ends.max():.3g}"
    return text + "."
