"""Which keys a query sees."""

import numpy as np
from matplotlib.colors import ListedColormap

from coursekit.figures import checks, words
from coursekit.figures.kernels import frame
from coursekit.figures.marks import FILLED, halo, lines
from coursekit.figures.panels import KEY_EMS, key, panels
from coursekit.figures.style import SCALES, Figure, themed
from coursekit.geometry import axes, integer, shown

_MOST_POSITIONS = 400  # along an axis
_SIDE_EMS = 1.6  # room for the name of a matrix's lower side


def draw_attention(shape, *, window=None, dilation=1, causal=False, query=None, weights=None,
                   theme="light", size="notebook"):
    """Which keys a query sees: all queries of a sequence, or one query of a map.

    Over a sequence: a row for each query, a column for each key, filled where the query sees
    the key. Over a map: the map with one query framed, the keys it sees filled. With `weights` the
    shade of a filled square is the measured weight.

    Parameters
    ----------
    shape : int, (int,) or (int, int)
        Positions of the sequence or of the map.
    window, dilation, causal
        As of `coursekit.attention`.
    query : int or tuple of int, optional
        The query framed. None: none of a sequence, the middle one of a map.
    weights : array_like, optional
        After the softmax: (L, L), a row a query, or (H, W) of the one query of a map.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If the window is even where it must be odd, a dilation stands without a window, `causal`
        without a sequence, weights do not fit what is seen, or a value is out of range.

    Examples
    --------
    >>> print(draw_attention(8, window=3, dilation=2).alt)
    Attention over 8 positions, window 3, rate 2: a query sees from 2 to 3 of 8 keys, 20 of 64
    pairs.
    >>> print(draw_attention((5, 5), window=3).alt)
    Attention over 5 x 5 positions, window 3, rate 1: the query at (2, 2) sees 9 of 25 keys.
    """
    shape = checks.positions("draw_attention", "shape", shape)
    integer("draw_attention", "shape", max(shape), 1, _MOST_POSITIONS)
    keys = _keys_an_axis(shape, window, dilation, causal)
    if query is not None:
        query = checks.place("draw_attention", "query", query, shape)
    elif len(shape) == 2:
        query = tuple(n // 2 for n in shape)
    seen = keys[0] if len(shape) == 1 else np.outer(keys[0][query[0]], keys[1][query[1]])
    weights = _weights(weights, seen)
    with themed("draw_attention", theme, size) as rc:
        em = rc["font.size"] / 72
        caption = _caption(shape, seen, query)
        fig, (ax,), cell = panels(
            "draw_attention", [seen.shape], [caption], size, rc,
            foot=em * (KEY_EMS + _SIDE_EMS * (len(shape) == 1) + 1.6 * (weights is not None)),
        )
        _picture(ax, seen, weights, SCALES[theme], cell, rc)
        if len(shape) == 1:
            _sides(ax, cell, rc)
        if query is not None:
            corner, extent = ((query[0], 0), (1, shape[0])) if len(shape) == 1 else (query, (1, 1))
            frame(ax, corner, extent, 0.5, rc["text.color"], 1.7 * rc["lines.linewidth"],
                  path_effects=halo(rc))
        _key(fig, ax, weights, query, rc)
        return Figure(fig, _alt(shape, window, dilation, causal, query, seen, weights), rc)


def _keys_an_axis(shape, window, dilation, causal):
    """For each axis a bool matrix: which keys (columns) each query (row) sees."""
    rank, op = len(shape), "draw_attention"
    if causal and rank == 2:
        raise ValueError(f"{op}: causal needs a sequence; got shape {shape}")
    rates = axes(op, "dilation", dilation, rank, 1)
    if window is None:
        if max(rates) > 1:
            raise ValueError(f"{op}: dilation needs a window; got dilation {shown(dilation)}")
        return [np.tril(np.ones((n, n), bool)) if causal else np.ones((n, n), bool)
                for n in shape]
    windows = axes(op, "window", window, rank, 1)
    if not causal and any(w % 2 == 0 for w in windows):
        raise ValueError(f"{op}: window must be odd unless causal; got {shown(window)}")
    found = []
    for n, w, d in zip(shape, windows, rates):
        apart = np.arange(n)[:, None] - np.arange(n)  # query minus key
        reach = (apart >= 0) & (apart < w * d) if causal else abs(apart) <= w // 2 * d
        found.append(reach & (apart % d == 0))
    return found


def _weights(weights, seen):
    if weights is None:
        return None
    weights = checks.numbers("draw_attention", "weights", weights, (2,))
    if weights.shape != seen.shape:
        raise ValueError(
            f"draw_attention: weights must have shape {seen.shape}; got {weights.shape}"
        )
    if weights.min() < 0 or weights.max() > 1 + 1e-6:
        raise ValueError(
            f"draw_attention: weights must lie in [0, 1]; got from {weights.min():g} to "
            f"{weights.max():g}"
        )
    if np.any(weights[~seen] > 1e-6):
        raise ValueError(
            f"draw_attention: weights must be 0 where a query does not see; got "
            f"{weights[~seen].max():g}"
        )
    return weights


def _caption(shape, seen, query):
    if len(shape) == 2:
        return f"query {query} sees {seen.sum()} of {words.count(seen.size, 'key')}"
    if query is not None:
        return f"query {query[0]} sees {seen[query[0]].sum()} of {words.count(shape[0], 'key')}"
    return f"a query sees {_range(seen)} of {words.count(shape[0], 'key')}"


def _range(seen):
    least, most = seen.sum(axis=1).min(), seen.sum(axis=1).max()
    return f"{most}" if least == most else f"from {least} to {most}"


def _alt(shape, window, dilation, causal, query, seen, weights):
    rank = len(shape)
    text = f"Attention over {words.by(shape)} position{'' if shape == (1,) else 's'}"
    if window is not None:
        each = [words.each(axes("draw_attention", "", entry, rank, 1))
                for entry in (window, dilation)]
        text += f", window {each[0]}, rate {each[1]}"
    text += (", causal" if causal else "") + ": "
    if rank == 2:
        text += f"the query at {query} sees {seen.sum()} of {seen.size} keys"
    else:
        text += (f"a query sees {_range(seen)} of {words.count(shape[0], 'key')}, {seen.sum()} of "
                 f"{words.count(seen.size, 'pair')}")
        if query is not None:
            text += f"; query {query[0]} sees {seen[query[0]].sum()}"
    if weights is not None:
        text += f". The largest weight is {weights.max():.2f}"
    return text + "."


def _picture(ax, seen, weights, scale, cell, rc):
    rows, columns = seen.shape
    if weights is None:
        picture, scale = np.ma.masked_equal(seen, 0), ListedColormap([rc["lines.color"]])
        low, high = 0, 1
    else:
        picture, low, high = np.ma.masked_array(weights, ~seen), 0, weights.max() or 1
    ax.imshow(picture, cmap=scale, vmin=low, vmax=high, interpolation="nearest", aspect="auto",
              extent=(-0.5, columns - 0.5, rows - 0.5, -0.5))
    if 72 * cell >= 5:  # points; finer rules would only grey the picture
        rules = [[(-0.5, y), (columns - 0.5, y)] for y in np.arange(0.5, rows - 1)]
        rules += [[(x, -0.5), (x, rows - 0.5)] for x in np.arange(0.5, columns - 1)]
        lines(ax, rules, rc["grid.color"], min(0.05 * 72 * cell, 0.6 * rc["lines.linewidth"]),
              zorder=2)
    frame(ax, (0, 0), seen.shape, 0.5, rc["xtick.color"], 0.6 * rc["lines.linewidth"])


def _sides(ax, cell, rc):
    """Names of the matrix's sides, with arrows that say where positions grow."""
    em = rc["font.size"] / 72 / cell
    rows = ax.get_ylim()[0] + 0.5
    middle = rows / 2 - 0.5
    colour = rc["xtick.color"]
    ax.text(middle, rows - 0.5 + 0.5 * em, "keys \N{RIGHTWARDS ARROW}", va="top", ha="center",
            color=colour)
    ax.text(-0.5 - 0.7 * em, middle, "queries \N{DOWNWARDS ARROW}", va="center_baseline",
            ha="right", color=colour)


def _key(fig, ax, weights, query, rc):
    below = _SIDE_EMS if ax.texts else 0
    text = f"{FILLED} seen" if weights is None else "shaded: seen"
    if query is not None:
        text += "      framed: the query"
    key(fig, text, rc, extra=below)
    if weights is not None:
        _scale(fig, ax, 2.2 + below, rc)


def _scale(fig, ax, below, rc):
    """Shades from 0 to the largest weight, so many em below the map."""
    wide, high = fig.get_size_inches()
    em = rc["font.size"] / 72
    bottom = ax.get_position().y0 - (below + 1) * em / high
    bar = fig.add_axes((0.5 - 4 * em / wide, bottom, 8 * em / wide, 0.8 * em / high))
    bar.set_axis_off()
    image = ax.images[0]
    bar.imshow(np.linspace(0, 1, 256)[None], cmap=image.cmap, aspect="auto")
    for x, text, side in ((0, "weight 0", "right"), (1, f"{image.get_clim()[1]:.2g}", "left")):
        bar.text(x + (x - 0.5) * 0.12, 0.5, text, ha=side, va="center_baseline",
                 transform=bar.transAxes, color=rc["xtick.color"])
