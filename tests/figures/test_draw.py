"""A stack: what it says, where its marks and lines stand, and what it refuses."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.collections import LineCollection

from coursekit import Window
from coursekit.analysis import footprint, receptive_field
from coursekit.figures import draw_stack
from coursekit.figures.draw import _rows

STACKS = {
    "gridding": [Window(3, dilation=2)] * 3,
    "doubling": [Window(3, dilation=d) for d in (1, 2, 4)],
    "causal": [Window(2, dilation=d, padding="causal") for d in (1, 2, 4, 8)],
    "strided": [Window(3, padding=1), Window(2, stride=2), Window(3, stride=3, dilation=2)],
    "one tap": [Window(1)],
    "many layers": [Window(2, dilation=2 ** (i % 6), padding="causal") for i in range(24)],
    "long": [Window(3, dilation=2 * 2**i) for i in range(7)],
}


@pytest.mark.parametrize("name, look", hard(STACKS))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_stack(STACKS[name], **look).fig)


@pytest.mark.parametrize(
    "stack, says",
    [
        ([Window(3, dilation=2)] * 3,
         "Stack of 3 layers with rates 2, 2, 2: one output sees 13 input samples and reads 7 of "
         "them; 6 are never read."),
        ([Window(3, dilation=d) for d in (1, 2, 4)],
         "Stack of 3 layers with rates 1, 2, 4: one output sees 15 input samples and reads all "
         "of them."),
        ([Window(2, dilation=2)],
         "Stack of 1 layer with rate 2: one output sees 3 input samples and reads 2 of them; 1 "
         "is never read."),
        ([Window(1)],
         "Stack of 1 layer with rate 1: one output sees 1 input sample and reads all of them."),
        ([Window(2, stride=2), Window(3, dilation=2)],
         "Stack of 2 layers with rates 1, 2 and strides 2, 1: one output sees 10 input samples "
         "and reads 6 of them; 4 are never read."),
    ],
)
def test_alt_of_a_stack(stack, says):
    assert draw_stack(stack).alt == says


@pytest.mark.parametrize("name", STACKS)
def test_the_drawn_paths_are_those_of_the_footprint(name):
    stack = STACKS[name]
    paths = footprint(stack)
    rows = _rows(stack)
    np.testing.assert_array_equal(rows[0][0], np.flatnonzero(paths))
    ax = draw_stack(stack).fig.axes[0]
    lines = [c for c in ax.collections if isinstance(c, LineCollection)]
    assert len(lines) == len(stack)
    for level, drawn in enumerate(lines):
        ends = np.array(drawn.get_segments())
        for row, end in ((level + 1, 0), (level, 1)):
            reached, start, jump = rows[row]
            np.testing.assert_allclose(np.unique(ends[:, end, 0]), start + reached * jump)
            assert np.all(ends[:, end, 1] == row)
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    np.testing.assert_array_equal(crosses[0].get_xdata(), np.flatnonzero(paths == 0))


@pytest.mark.parametrize(
    "stack, starts, jumps",
    [
        ([Window(3), Window(3)], (0, 1, 2), (1, 1, 1)),
        ([Window(3, dilation=2, padding="same"), Window(2, padding="same")], (0, 2, 2), (1, 1, 1)),
        ([Window(2, padding="causal"), Window(2, dilation=2, padding="causal")], (0, 1, 3),
         (1, 1, 1)),
        ([Window(2, stride=2), Window(3, stride=3), Window(1)], (0, 0.5, 2.5, 2.5), (1, 2, 6, 6)),
    ],
)
def test_rows_stand_in_input_coordinates(stack, starts, jumps):
    rows = _rows(stack)
    assert tuple(start for _, start, _ in rows) == starts
    assert tuple(jump for _, _, jump in rows) == jumps
    assert rows[-1][2] == receptive_field(stack).jump[0]


def test_hollow_dots_are_what_no_path_touches():
    ax = draw_stack([Window(2, stride=2, dilation=1)], width=6).fig.axes[0]
    hollow = [line.get_xdata() for line in ax.lines
              if line.get_marker() == "o" and line.get_markerfacecolor() == "#FFFFFF"]
    np.testing.assert_array_equal(hollow[0], [-2, -1, 2, 3])
    np.testing.assert_array_equal(hollow[1], [-1.5, 2.5])


WRONG = [
    (lambda: draw_stack([]), ValueError, "draw_stack: layers must .*none"),
    (lambda: draw_stack(Window(3)), TypeError, "draw_stack: layers must .*Window"),
    (lambda: draw_stack([3]), TypeError, r"draw_stack: layers\[0\] must be a Window; got 3"),
    (lambda: draw_stack([Window((3, 3))]), ValueError, "draw_stack: layers must be 1-D"),
    (lambda: draw_stack([Window(3), Window((3, 3))]), ValueError, "draw_stack: layers .*rank"),
    (lambda: draw_stack([Window(3)], theme="neon"), ValueError,
     r"draw_stack: theme must be one of \('light', 'dark', 'print'\); got 'neon'"),
    (lambda: draw_stack([Window(3)], size=[]), ValueError,
     r"draw_stack: size must be one of \('notebook', 'slide'\); got \[\]"),
    (lambda: draw_stack([Window(3)], width=2), ValueError, "draw_stack: width must .* got 2"),
    (lambda: draw_stack([Window(3)], width=9.5), TypeError, "draw_stack: width must .* got 9.5"),
    (lambda: draw_stack([Window(3, dilation=9999)]), ValueError,
     "draw_stack: layers must see at most 4096 samples; got 19999"),
    (lambda: draw_stack([Window(3, stride=2, padding="same")]), ValueError, "same"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
