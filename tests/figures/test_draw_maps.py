"""Footprints and coverage: numbers, holes, sizes, errors."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.collections import LineCollection
from test_draw import STACKS

from coursekit import Window
from coursekit.analysis import coverage, footprint
from coursekit.figures import draw_coverage, draw_footprint
from coursekit.figures.style import SIZES

MAPS = {
    "a map": [Window((3, 3), dilation=2)] * 3,
    "equal counts": [Window((3, 3), dilation=4)],
    "tall": [Window((3, 1), dilation=(2, 1))] * 4,
    "wide": [Window((1, 2), dilation=(1, 3))] * 9,
    "millions": [Window((3, 3))] * 16,
}
SIDE_BY_SIDE = {
    "three": [[Window((3, 3), dilation=d) for d in rates] for rates in ([2, 2], [1, 2], [1, 2, 9])],
    "eight": [[Window((3, 3), dilation=d)] for d in range(1, 9)],
    "one pixel": [Window((1, 1))],
    "large": [[Window((3, 3), dilation=80)], [Window((3, 3), dilation=60)]],
    "lines": [[Window(3, dilation=d)] * 3 for d in (1, 2, 4)],
    "many lines": [[Window(3, dilation=d)] for d in range(1, 9)],
    "long names": {
        "a stack whose name must be broken, and broken again": [Window((3, 3), dilation=2)] * 3,
        "another": [Window((3, 3))],
        "its-name-is-one-word-and-longer-than-any-panel-is-wide-by-far": [Window((5, 5))],
        "rates 1, 2, 4, 8, 16, 1, 2, 4, 8, 16": [Window((2, 2))],
    },
}


@pytest.mark.parametrize("name, look", hard(MAPS | STACKS))
def test_no_words_of_a_footprint_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_footprint((MAPS | STACKS)[name][:16], **look).fig)


@pytest.mark.parametrize("name, look", hard(SIDE_BY_SIDE))
def test_no_words_of_coverage_clipped_or_on_top_of_each_other(name, look):
    assert_legible(draw_coverage(SIDE_BY_SIDE[name], **look).fig)


def test_alt_of_a_footprint():
    assert draw_footprint([Window((3, 2), dilation=(2, 1))]).alt == (
        "Footprint of 1 layer with rate 2 x 1: one output sees 5 x 2 pixels and reads 6 of "
        "them (60 %); 4 are never read. A pixel that is read has from 1 to 1 paths."
    )
    assert draw_footprint([Window(3, padding="same", stride=2), Window(3)]).alt == (
        "Footprint of 2 layers with rates 1, 1 and strides 2, 1: one output sees 7 samples and "
        "reads all of them (100 %). A sample that is read has from 1 to 2 paths."
    )


def test_holes_are_crosses_not_only_a_colour():
    fig = draw_footprint([Window((3, 3), dilation=2)]).fig
    (crosses,) = [c for c in fig.axes[0].collections if isinstance(c, LineCollection)]
    assert len(crosses.get_segments()) == 2 * 16
    assert fig.axes[0].images[0].get_array().mask.sum() == 16


@pytest.mark.parametrize("size", SIZES)
def test_cells_of_a_footprint_are_whole_screen_pixels(size):
    for rate in (1, 7, 62, 199):
        fig = draw_footprint([Window((3, 3), dilation=rate)], size=size).fig
        box = fig.axes[0].get_window_extent()
        cell = box.width / (2 * rate + 1)
        assert round(cell) >= 1
        np.testing.assert_allclose([box.x0 % 1, box.y0 % 1, cell % 1], np.round(
            [box.x0 % 1, box.y0 % 1, cell % 1]), atol=1e-6)


def test_alt_of_coverage():
    one = draw_coverage([Window(3, dilation=2), Window(3, dilation=2)])
    assert one.alt == (
        "Coverage of 1 stack. Rates 2, 2: one output sees 9 samples and reads 5 of them (56 %); "
        "4 are never read."
    )
    two = draw_coverage({"the grid": [Window((3, 3), dilation=2)], "plain": [Window((3, 3))]})
    assert two.alt == (
        "Coverage of 2 stacks. The grid: one output sees 5 x 5 pixels and reads 9 of them (36 %); "
        "16 are never read. Plain: one output sees 3 x 3 pixels and reads all of them (100 %)."
    )


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_what_is_drawn_as_read_is_read(name):
    stacks = SIDE_BY_SIDE[name]
    stacks = list(stacks.values()) if isinstance(stacks, dict) else stacks
    stacks = [stacks] if isinstance(stacks[0], Window) else stacks
    axes = draw_coverage(SIDE_BY_SIDE[name]).fig.axes
    assert len(axes) == len(stacks)
    for ax, stack in zip(axes, stacks, strict=True):
        paths = np.atleast_2d(footprint(stack))
        (image,) = ax.images
        np.testing.assert_array_equal(~np.ma.getmaskarray(image.get_array()), paths > 0)
        assert (paths > 0).mean() == pytest.approx(coverage(stack))
        # imshow's extent must not turn the map over: a lopsided map tells.
        rows, columns = paths.shape
        assert list(image.get_extent()) == [-0.5, columns - 0.5, rows - 0.5, -0.5]
        crosses = ax.collections[0].get_segments()
        assert len(crosses) == 2 * (paths == 0).sum()
        middles = {tuple(np.round(np.mean(cross, axis=0)).astype(int)) for cross in crosses}
        assert middles == {(x, y) for y, x in np.argwhere(paths == 0)}


def test_cells_are_equally_large_in_all_panels():
    fig = draw_coverage(SIDE_BY_SIDE["three"]).fig
    cells = [ax.get_window_extent().width / np.diff(ax.get_xlim())[0] for ax in fig.axes]
    np.testing.assert_allclose(cells, cells[0])
    assert cells[0] == pytest.approx(round(cells[0]))


WRONG = [
    (lambda: draw_footprint([]), ValueError, "draw_footprint: layers must"),
    (lambda: draw_footprint([None]), TypeError, "draw_footprint: layers.*None"),
    (lambda: draw_footprint([Window(3)], theme=None), ValueError, "draw_footprint: theme .*None"),
    (lambda: draw_footprint([Window((3, 3), dilation=999)]), ValueError,
     "draw_footprint: layers must see at most 400 pixels"),
    (lambda: draw_coverage([]), ValueError, "draw_coverage: layers must hold at least one"),
    (lambda: draw_coverage({}), ValueError, "draw_coverage: layers must hold from 1 to 8"),
    (lambda: draw_coverage(Window(3)), TypeError, "draw_coverage: layers must be a sequence"),
    (lambda: draw_coverage([[Window(3)], []]), ValueError, "draw_coverage: layers must hold"),
    (lambda: draw_coverage([[Window(3)], [3]]), TypeError, r"draw_coverage: layers\[0\] .* 3"),
    (lambda: draw_coverage([[Window(3)], [Window((3, 3))]]), ValueError,
     r"draw_coverage: layers must be stacks of one rank; got \[1, 2\]"),
    (lambda: draw_coverage([[Window(3)]] * 9), ValueError, "at most 8 stacks; got 9"),
    (lambda: draw_coverage([Window((3, 3), dilation=999)]), ValueError,
     "draw_coverage: layers must see at most 400"),
    (lambda: draw_coverage([[Window((3, 3), dilation=190)]] * 8), ValueError,
     "draw_coverage: a cell must fill a screen pixel"),
    (lambda: draw_coverage({1: [Window(3)]}), ValueError, "draw_coverage: layers .* name 1"),
    (lambda: draw_coverage([Window(3)], theme="neon"), ValueError, "draw_coverage: theme must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
