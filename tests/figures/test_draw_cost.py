"""Costs and crossovers: bars as long as their numbers say, words, errors."""

from types import SimpleNamespace

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.patches import Rectangle

from coursekit.figures import draw_cost, draw_crossover


def cost(parameters=37152, macs=17_694_720, activations=188_416, bytes=902_272):
    return SimpleNamespace(parameters=parameters, macs=macs, activations=activations, bytes=bytes)


STRIDED, DILATED = cost(), cost(macs=608_698_368, activations=2_621_440, bytes=10_634_368)
HUGE = cost(10**14, 10**17, 999_999_999, 10**12)
DESIGNS = {
    "two": {"strided": STRIDED, "dilated": DILATED},
    "one": {"alone": STRIDED},
    "six": {f"design {i}": entry for i, entry in enumerate([STRIDED, DILATED] * 3)},
    "long names": {"a design whose name is long and must be broken and then cut": STRIDED,
                   "one-word-that-is-much-longer-than-its-column": DILATED, "c": STRIDED},
    "huge": {"small": cost(1, 1, 1, 1), "huge": HUGE, "free": cost(0, 0, 0, 0)},
}


@pytest.mark.parametrize("name, look", hard(DESIGNS))
def test_no_words_of_costs_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_cost(DESIGNS[name], **look).fig)


CROSSINGS = {
    "plain": {}, "never": {"taps": 3}, "windowed": {"taps": 9, "channels": 64, "window": 9},
    "small": {"taps": 5, "channels": 1, "window": 1}, "least": {"taps": 1, "channels": 1},
    "large": {"taps": 9999, "channels": 99_999, "window": 10**6},
}


@pytest.mark.parametrize("name, look", hard(CROSSINGS))
def test_no_words_of_a_crossover_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_crossover(**CROSSINGS[name], **look).fig)


@pytest.mark.parametrize("name", DESIGNS)
def test_bars_share_one_scale_and_the_first_are_hollow(name):
    ax = draw_cost(DESIGNS[name]).fig.axes[0]
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    rows = [[entry.parameters, entry.macs, entry.activations, entry.bytes]
            for entry in DESIGNS[name].values()]
    ratios = (np.array(rows) / rows[0]).T.ravel()  # drawn column by column
    widths = np.array([bar.get_width() for bar in bars])
    np.testing.assert_allclose(widths / widths[0], ratios)
    hollow = np.array([bar.get_facecolor()[3] == 0 for bar in bars]).reshape(4, -1)
    assert hollow[:, 0].all() and not hollow[:, 1:].any()
    lines = sorted({round(line.get_xdata()[0] - bar.get_x(), 6)
                    for line, bar in zip(ax.lines, bars, strict=True)})
    assert lines == pytest.approx([widths[0]])


def test_alt_of_costs():
    assert draw_cost({"alone": cost(1, 2, 3, 4)}).alt == (
        "Cost of 1 design. alone: 1 parameters, 2 MACs, 3 activations, 4 bytes."
    )
    assert draw_cost({"a": cost(4, 10, 10, 10), "b": cost(1, 10**10, 5, 0)}).alt == (
        "Cost of 2 designs. a: 4 parameters, 10 MACs, 10 activations, 10 bytes. b: 1 parameters "
        "(0.25 times the first), 10.0 G MACs (1e+09 times), 5 activations (0.5 times), 0 bytes "
        "(0 times)."
    )


@pytest.mark.parametrize(("taps", "channels", "equal"), [(9, 64, 160), (25, 8, 84), (5, 3, 1.5)])
def test_lines_cross_where_the_dot_is(taps, channels, equal):
    ax = draw_crossover(taps, channels).fig.axes[0]
    conv, attention = ax.lines[:2]
    n = conv.get_xdata()
    gap = np.log(attention.get_ydata()) - np.log(conv.get_ydata())
    assert np.exp(np.interp(0, gap, np.log(n))) == pytest.approx(equal, rel=0.01)
    (dot,) = (line for line in ax.lines if line.get_marker() == "o")
    assert dot.get_xdata()[0] == equal
    # Both formulas, multiplied out at the dot.
    c = channels
    assert dot.get_ydata()[0] == taps * equal * c * c == 4 * equal * c * c + 2 * equal**2 * c


def test_windowed_attention_is_a_line_of_its_own():
    ax = draw_crossover(9, 64, window=7).fig.axes[0]
    n = ax.lines[2].get_xdata()
    keys = np.minimum(n, 7)  # no query sees more keys than there are
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 4 * n * 64**2 + 2 * n * keys * 64)
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in ax.lines[:3]}) == 3


def test_alt_of_a_crossover():
    assert draw_crossover(3, 64).alt == (
        "Multiply-accumulates against the number of positions N, 64 channels: dense attention and "
        "a convolution of 3 taps are never equal: attention takes more at every N."
    )
    assert draw_crossover(25, 1, window=3).alt == (
        "Multiply-accumulates against the number of positions N, 1 channel: dense attention and "
        "a convolution of 25 taps are equal at N = 10.5; below, attention takes fewer, above, "
        "more. Attention over 3 keys takes 0.4 times as many as the convolution from N = 3 on."
    )


WRONG = [
    (lambda: draw_cost([STRIDED]), TypeError, "draw_cost: costs must be a dict of Cost by name"),
    (lambda: draw_cost({}), ValueError, "draw_cost: costs must hold from 1 to 6 entries; got 0"),
    (lambda: draw_cost({str(i): STRIDED for i in range(7)}), ValueError, "draw_cost: .* got 7"),
    (lambda: draw_cost({"a": 3}), TypeError, "draw_cost: costs must have the fields .* 'a' is 3"),
    (lambda: draw_cost({"": STRIDED}), ValueError, "draw_cost: costs must be named in words"),
    (lambda: draw_cost({"a": cost(macs=-1)}), ValueError, "draw_cost: the cost of 'a' .* -1"),
    (lambda: draw_cost({"a": cost(macs=np.inf)}), ValueError, "draw_cost: the cost of 'a' .* inf"),
    (lambda: draw_cost({"a": cost(macs="x")}), ValueError, "draw_cost: the cost of 'a'"),
    (lambda: draw_cost({"a": cost(macs=0)}), ValueError, "draw_cost: macs of the first design"),
    (lambda: draw_cost({"a": STRIDED}, theme="x"), ValueError, "draw_cost: theme must"),
    (lambda: draw_crossover(0), ValueError, "draw_crossover: taps must be at least 1; got 0"),
    (lambda: draw_crossover(9.5), TypeError, "draw_crossover: taps must be an integer; got 9.5"),
    (lambda: draw_crossover(10**5), ValueError, "draw_crossover: taps must be at most"),
    (lambda: draw_crossover(9, 0), ValueError, "draw_crossover: channels must"),
    (lambda: draw_crossover(9, 64, window=0), ValueError, "draw_crossover: window must"),
    (lambda: draw_crossover(size="x"), ValueError, "draw_crossover: size must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
