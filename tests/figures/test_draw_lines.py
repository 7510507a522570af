"""Lines over any quantity: what is drawn, words, errors."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused

from coursekit.figures import draw_lines
from coursekit.figures.style import THEMES, contrast

DEPTHS = np.array([1, 2, 4, 8, 16, 32])
SAY = {"title": "Width over depth", "xlabel": "layers", "ylabel": "samples"}
LONG = {
    "title": "A title that says at length what there is to see, and needs two lines for it, or "
             "more than two, so that it has to be cut",
    "xlabel": "a quantity whose name is long enough to need a second line below the axis",
    "ylabel": "mean squared error of some test that has a rather long name",
}
CASES = {
    "two": (DEPTHS, {"plain": np.sqrt(DEPTHS), "doubling": 2.0**DEPTHS}, {"log": "xy"}),
    "six alike": (DEPTHS, {f"a line with a rather long name, number {i}": np.sqrt(DEPTHS)
                           for i in range(6)}, LONG),
    "many points": (np.linspace(0, 1, 300), {"wave": np.sin(9 * np.linspace(0, 1, 300))}, {}),
    "flat": ([1, 2], {"zero": [0, 0]}, {}),
    "flat log": ([10, 11], {"one": [1, 1]}, {"log": "xy"}),
    "narrow log": (np.arange(5, 12), {"one": np.arange(5, 12)}, {"log": "xy"}),
    "one decade": (np.arange(1, 11), {"one": np.arange(1, 11)}, {"log": "xy"}),
    "two far": ([1e-7, 1e7], {"one": [1e-7, 1e7]}, {"log": "xy"}),
    "eight": (1e4 * 3.0 ** np.arange(8), {"one": np.arange(8)}, {"log": "x"}),
    "far": (10.0 ** np.arange(-7, 8), {"one": 10.0 ** np.arange(-7, 8)}, {"log": "xy"}),
    "large": ([-1e6, 2e6], {"one": [-5e6, 7e6], "other": [1e-3, 2e-3]}, {}),
}


def drawn(x, ys, **options):
    return draw_lines(x, ys, **{**SAY, **options})


def axes(figure):
    return figure.fig.axes[0]


@pytest.mark.parametrize("name, look", hard(CASES))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    x, ys, options = CASES[name]
    assert_legible(drawn(x, ys, **options, **look).fig)


@pytest.mark.parametrize("name", CASES)
def test_every_axis_has_two_numbers_or_more(name):
    x, ys, options = CASES[name]
    ax = axes(drawn(x, ys, **options))
    for axis in (ax.xaxis, ax.yaxis):
        low, high = axis.get_view_interval()
        labels = [label.get_text() for at, label in zip(axis.get_ticklocs(), axis.get_ticklabels())
                  if low <= at <= high and label.get_text()]
        assert len(set(labels)) == len(labels) >= 2


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_lines_go_through_the_values(log):
    ys = {"falling": [9, 4, 1], "rising": [1, 2, 3]}
    ax = axes(drawn([1, 10, 100], ys, log=log))
    assert (ax.get_xscale() == "log", ax.get_yscale() == "log") == ("x" in log, "y" in log)
    for line, (name, y) in zip(ax.lines, ys.items(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.transpose([[1, 10, 100], y]))
        (text,) = (text for text in ax.texts if text.get_text() == name)
        assert text.xy == (100, y[-1])


def test_the_vertical_axis_begins_at_zero_unless_that_hides_the_lines():
    assert axes(drawn([1, 2], {"a": [1, 9]})).get_ylim()[0] == 0
    assert axes(drawn([1, 2], {"a": [8, 9]})).get_ylim()[0] > 7
    assert axes(drawn([1, 2], {"a": [-1, 9]})).get_ylim()[0] < -1


@pytest.mark.parametrize("theme", THEMES)
def test_each_line_has_its_own_dash_and_marks_and_is_seen(theme):
    x, ys, _ = CASES["six alike"]
    lines = axes(drawn(x, ys, theme=theme)).lines
    assert len({str(line._dash_pattern) for line in lines}) == 6
    assert len({line.get_marker() for line in lines}) == 6
    paper = THEMES[theme]["figure.facecolor"]
    assert min(contrast(line.get_color(), paper) for line in lines) >= 3


def test_marks_stand_where_points_are_few():
    few, many = np.arange(24), np.arange(25)
    assert axes(drawn(few, {"a": few})).lines[0].get_marker() == "o"
    assert axes(drawn(many, {"a": many})).lines[0].get_marker() == ""


def test_few_points_that_stand_apart_are_the_numbers_on_a_logarithmic_axis():
    assert list(axes(drawn(DEPTHS, {"a": DEPTHS}, log="x")).get_xticks()) == list(DEPTHS)
    close = [1, 100, 101]
    assert 101 not in axes(drawn(close, {"a": close}, log="x")).get_xticks()


def test_alt():
    ys = {"a": [1, 4, 2], "b": [3, 0.5, 1234], "c": [2, 2, 2]}
    assert drawn([1, 2.5, 4000], ys, title="Three lines.").alt == (
        "Three lines: samples against layers, from 1 to 4,000. a: from 1 to 2, most 4 at 2.5. b: "
        "from 3 to 1,234, least 0.5 at 2.5. c: from 2 to 2."
    )
    assert drawn([1, 2], {"a": [999.7, 0.12345]}, log="y").alt == (
        "Width over depth: samples against layers, from 1 to 2. a: from 1,000 to 0.123. The "
        "vertical axis is logarithmic."
    )
    assert drawn([-2000, 2], {"a": [1, 2]}).alt == (
        "Width over depth: samples against layers, from -2,000 to 2. a: from 1 to 2."
    )
    assert drawn([1, 2], {"a": [1, 2]}, log="xy").alt.endswith("Both axes are logarithmic.")


WRONG = [
    (lambda: drawn([1, 2], [[1, 2]]), TypeError, "draw_lines: lines must be a dict of arrays"),
    (lambda: drawn([1, 2], {}), ValueError, "draw_lines: lines must hold from 1 to 6 .* got 0"),
    (lambda: drawn([1, 2], {str(i): [1, 2] for i in range(7)}), ValueError, "draw_lines: .* got 7"),
    (lambda: drawn([1, 2], {"": [1, 2]}), ValueError, "draw_lines: lines must be named in words"),
    (lambda: drawn([1], {"a": [1]}), ValueError, "draw_lines: x must hold from 2 to .* got 1"),
    (lambda: drawn([2, 1], {"a": [1, 2]}), ValueError, "draw_lines: x must rise; got 2 before 1"),
    (lambda: drawn([1, 2, 2], {"a": [1, 2, 3]}), ValueError, "x must rise; got 2 before 2"),
    (lambda: drawn([1, np.inf], {"a": [1, 2]}), ValueError, "draw_lines: x must hold finite"),
    (lambda: drawn(3, {"a": [1, 2]}), ValueError, "draw_lines: x must be a 1-D array"),
    (lambda: drawn([1, 2], {"a": [1, 2, 3]}), ValueError,
     r"draw_lines: lines\['a'\] must hold a number for each of 2 x; got 3"),
    (lambda: drawn([1, 2], {"a": [1, np.nan]}), ValueError, r"draw_lines: lines\['a'\] .* nan"),
    (lambda: drawn([1, 2], {"a": "no"}), ValueError, r"draw_lines: lines\['a'\] must be a 1-D"),
    (lambda: drawn([0, 2], {"a": [1, 2]}, log="x"), ValueError,
     "draw_lines: x must be above 0 on a logarithmic axis; got 0"),
    (lambda: drawn([1, 2], {"a": [-1, 2]}, log="y"), ValueError,
     r"draw_lines: lines\['a'\] must be above 0 on a logarithmic axis; got -1"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, log="yx"), ValueError, "draw_lines: log must be one of"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, log=["x"]), ValueError, "draw_lines: log must be one of"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, title=" "), ValueError, "draw_lines: title must be"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, xlabel=3), ValueError, "draw_lines: xlabel must be"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, ylabel=None), ValueError, "draw_lines: ylabel must be"),
    (lambda: drawn([1, 2], {"a": [1, 2]}, theme="x"), ValueError, "draw_lines: theme must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
