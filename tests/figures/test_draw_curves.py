"""Frequency responses and training histories: what is drawn, words, errors."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.collections import PolyCollection

from coursekit.figures import draw_history, draw_response
from coursekit.figures.style import THEMES, contrast

AT = np.linspace(0, np.pi, 193)


def binomial(*rates):
    """Magnitude of a stack of (1, 2, 1) / 4 at these rates."""
    return AT, np.prod([np.cos(rate * AT / 2) ** 2 for rate in rates], axis=0)


RESPONSES = {
    "three": ({"rates 4, 4, 4": binomial(4, 4, 4), "rates 1, 2, 4": binomial(1, 2, 4),
               "rates 4, 4, 4, 1": binomial(4, 4, 4, 1)}, [4]),
    "no rates": ({"plain": binomial(1)}, []),
    "many lattices": ({"plain": binomial(1)}, [7, 16, 30]),
    "six at one place": ({f"a curve with a rather long name, number {i}": binomial(1, 1)
                          for i in range(6)}, [2]),
    "high": ({"gain of three": (AT, 3 * np.ones_like(AT))}, (3,)),
    "short": ({"two points": ([0, 1], [1, 0.5])}, [2]),
}
STEPS = np.arange(1, 201)
HISTORIES = {
    "seeds": {"plain": [2 * np.exp(-STEPS / s) + 0.9 for s in (40, 50, 60)],
              "hybrid": [2 * np.exp(-STEPS / s) + 0.2 for s in (40, 45)]},
    "six alike": {f"a run with a rather long name, number {i}": np.exp(-STEPS / 50)
                  for i in range(6)},
    "one step": {"short": [1.0]},
    "flat": {"zero": np.zeros(10)},
    "high": {"high": 1e6 + STEPS, "low": 1e6 - STEPS[:50]},
}


@pytest.mark.parametrize("name, look", hard(RESPONSES))
def test_no_words_of_a_response_clipped_or_on_top_of_each_other(name, look):
    curves, rates = RESPONSES[name]
    assert_legible(draw_response(curves, rates=rates, **look).fig)


@pytest.mark.parametrize("name, look", hard(HISTORIES))
def test_no_words_of_a_history_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_history(HISTORIES[name], measure="mean squared error of a test",
                                **look).fig)


def test_names_stand_as_their_lines_do():
    """From top to bottom, so that a name is not taken for a neighbour's."""
    ends = {"low": 0.1, "top": 0.9, "middle": 0.12}
    ax = draw_history({name: [1, end] for name, end in ends.items()}).fig.axes[0]
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert sorted(heights, key=heights.get) == ["low", "middle", "top"]
    assert {text.get_text(): text.xy[1] for text in ax.texts} == ends


@pytest.mark.parametrize("theme", THEMES)
def test_each_line_has_its_own_dash_and_is_seen(theme):
    for figure in (draw_history(HISTORIES["six alike"], theme=theme),
                   draw_response(RESPONSES["six at one place"][0], theme=theme)):
        lines = [line for line in figure.fig.axes[0].lines if len(line.get_xdata()) > 1]
        assert len({str(line._dash_pattern) for line in lines}) == 6
        paper = THEMES[theme]["figure.facecolor"]
        assert min(contrast(line.get_color(), paper) for line in lines) >= 3


def test_dots_stand_at_the_lattice_frequencies():
    curves, _ = RESPONSES["three"]
    ax = draw_response(curves, rates=[4, 6]).fig.axes[0]
    wanted = np.pi * np.array([1 / 3, 1 / 2, 2 / 3, 1])
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == 3
    for dot, (x, y) in zip(dots, curves.values(), strict=True):
        np.testing.assert_allclose(dot.get_xdata(), wanted)
        np.testing.assert_allclose(dot.get_ydata(), np.interp(wanted, x, y))
    (rules,) = ax.collections
    np.testing.assert_allclose([rule[0][0] for rule in rules.get_segments()], wanted)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "0", "π/3", "π/2", "2π/3", "π"]


def test_a_complex_response_is_drawn_by_its_magnitude():
    kernel = np.array([1.0, 2.0, -1.0])
    response = np.exp(-1j * np.outer(AT, np.arange(3))) @ kernel
    figure = draw_response({"kernel": (AT, response)})
    np.testing.assert_allclose(figure.fig.axes[0].lines[0].get_ydata(), np.abs(response))


def test_alt_of_a_response():
    curves, rates = RESPONSES["three"]
    assert draw_response(curves, rates=rates).alt == (
        "Magnitude of the frequency response from 0 to pi. At the lattice frequencies pi/2 and pi "
        "it is at most: rates 4, 4, 4: 1.00; rates 1, 2, 4: 0.00; rates 4, 4, 4, 1: 0.50."
    )
    assert draw_response({"a": binomial(1)}, rates=[2]).alt == (
        "Magnitude of the frequency response from 0 to pi. At the lattice frequency pi it is at "
        "most: a: 0.00."
    )
    assert draw_response({"a": binomial(1)}, rates=[7, 4]).alt == (
        "Magnitude of the frequency response from 0 to pi. At the lattice frequencies 2 pi m / q "
        "of q = 4 and 7 it is at most: a: 0.81."
    )
    assert draw_response({"a": binomial(1)}).alt == (
        "Magnitude of the frequency response from 0 to pi. Its largest value: a: 1.00."
    )


def test_lines_are_means_and_bands_the_extremes():
    runs = np.array([[3.0, 2.0, 1.0, 0.0], [5.0, 4.0, 1.0, 2.0]])
    ax = draw_history({"runs": runs}, smooth=2).fig.axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [2, 3, 4])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [3.5, 2.0, 1.0])
    (band,) = (c for c in ax.collections if isinstance(c, PolyCollection))
    corners = band.get_paths()[0].vertices
    for x, low, high in zip((2, 3, 4), (2.5, 1.5, 0.5), (4.5, 2.5, 1.5), strict=True):
        at = corners[corners[:, 0] == x, 1]
        assert (at.min(), at.max()) == (low, high)


def test_alt_of_a_history():
    runs = {"a": [[3.0, 2.0, 1.0, 0.0], [5.0, 4.0, 1.0, 2.0]], "b": [8.0, 4.0]}
    assert draw_history(runs, measure="error", smooth=2).alt == (
        "error over training. a: 2 seeds, 4 steps, from 3.5 to 1, at the end between 0.5 and 1.5. "
        "b: 1 seed, 2 steps, from 6 to 6."
    )


WRONG = [
    (lambda: draw_response([binomial(1)]), TypeError, "draw_response: curves must be a dict"),
    (lambda: draw_response({}), ValueError, "draw_response: curves must hold from 1 to 6"),
    (lambda: draw_response({"a": 3}), ValueError, "draw_response: curves must be .* 'a' is 3"),
    (lambda: draw_response({"a": (AT, None)}), ValueError, "draw_response: response of 'a'"),
    (lambda: draw_response({"a": (AT, "x")}), ValueError, "draw_response: response of 'a'"),
    (lambda: draw_response({"a": (AT, AT[1:])}), ValueError, "draw_response: 'a' must have .* 192"),
    (lambda: draw_response({"a": ([1], [1])}), ValueError, "draw_response: 'a' must have from 2"),
    (lambda: draw_response({"a": (AT[::-1], AT)}), ValueError, "draw_response: .* must rise"),
    (lambda: draw_response({"a": (2 * AT, AT)}), ValueError, "draw_response: .* must rise"),
    (lambda: draw_response({"a": (AT, AT * np.nan)}), ValueError, "draw_response: .* got nan"),
    (lambda: draw_response({"a": binomial(1)}, rates=4), TypeError, "draw_response: rates must"),
    (lambda: draw_response({"a": binomial(1)}, rates=[0]), ValueError, "draw_response: rates"),
    (lambda: draw_response({"a": binomial(1)}, rates=[99]), ValueError, "draw_response: rates"),
    (lambda: draw_response({"a": binomial(1)}, rates=[.5]), TypeError, "draw_response: rates"),
    (lambda: draw_response({"a": binomial(1)}, theme="x"), ValueError, "draw_response: theme"),
    (lambda: draw_history([1, 2]), TypeError, "draw_history: histories must be a dict"),
    (lambda: draw_history({"a": []}), ValueError, r"draw_history: histories\['a'\] must"),
    (lambda: draw_history({"a": [[1], [1, 2]]}), ValueError, r"draw_history: histories\['a'\]"),
    (lambda: draw_history({"a": [1, np.nan]}), ValueError, "draw_history: .* got nan"),
    (lambda: draw_history({"a": np.ones((1, 1, 1))}), ValueError, "draw_history: .*1-D or 2-D"),
    (lambda: draw_history({"a": [1, 2]}, smooth=3), ValueError, "draw_history: smooth .* got 3"),
    (lambda: draw_history({"a": [1, 2]}, smooth=1.5), TypeError, "draw_history: smooth .* 1.5"),
    (lambda: draw_history({"a": [1, 2]}, measure=""), ValueError, "draw_history: measure"),
    (lambda: draw_history({"a": [1, 2]}, size="x"), ValueError, "draw_history: size"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
