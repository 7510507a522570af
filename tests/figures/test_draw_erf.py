"""Effective receptive fields: shares, box, marks, words, errors."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.patches import Ellipse, Rectangle

from coursekit import Window
from coursekit.analysis import footprint
from coursekit.figures import draw_erf


def same(rates, kernel=(3, 3)):
    return [Window(kernel, dilation=rate, padding="same") for rate in rates]


def measured(layers, margin):
    """The footprint of a stack and its deviation: the ERF of a linear net of equal weights."""
    paths = np.pad(footprint(layers), margin).astype(float)
    deviation = []
    for axis in range(paths.ndim):
        share = paths.sum(axis=tuple({*range(paths.ndim)} - {axis})) / paths.sum()
        at = np.arange(share.size)
        deviation.append(np.sqrt((share * (at - (share * at).sum()) ** 2).sum()))
    return paths, tuple(deviation)


FIELDS = {
    "plain": (measured(same([1] * 6), 8), same([1] * 6)),
    "doubling": (measured(same([1, 2, 4]), 3), same([1, 2, 4])),
    "holes": (measured(same([2, 2]), 0), None),
    "one pixel": ((np.ones((1, 1)), (0, 0)), None),
    "field beyond the map": ((np.ones((5, 9)), (1.4, 2.6)), same([4, 4])),
    "large": ((np.ones((300, 390)), (90.0, 110.0)), None),
    "tall": ((np.ones((40, 3)), (11.5, 0.8)), None),
    "a line": (measured(same([1] * 6, 3), 8), same([1] * 6, 3)),
    "one sample": (([2.0], 0), None),
    "long line": ((np.ones(4000), (1154.7,)), same([900], 3)),
}


@pytest.mark.parametrize("name, look", hard(FIELDS))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    erf, layers = FIELDS[name]
    assert_legible(draw_erf(erf, layers=layers, **look).fig)


def test_alt():
    erf = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]]), (0.5, 0.5)
    assert draw_erf(erf, layers=[Window((3, 3), padding=1)]).alt == (
        "Effective receptive field on 3 x 3 pixels: the gradient has a standard deviation of 0.5 "
        "pixels; one deviation to either side holds 50 % of it, two hold 100 %. The theoretical "
        "receptive field is 3 x 3 pixels, 3.0 times as long as one deviation to either side."
    )
    assert draw_erf((np.ones((3, 5)), (0.82, 1.41))).alt == (
        "Effective receptive field on 3 x 5 pixels: the gradient has a standard deviation of "
        "0.8 x 1.4 pixels; one deviation to either side holds 20 % of it, two hold 100 %."
    )


@pytest.mark.parametrize("name", ["plain", "doubling", "holes", "field beyond the map"])
def test_marks_stand_where_the_numbers_say(name):
    (gradient, deviation), layers = FIELDS[name]
    fig = draw_erf((gradient, deviation), layers=layers).fig
    ax = fig.axes[0]
    np.testing.assert_array_equal(np.ma.filled(ax.images[0].get_array(), 0), gradient)
    middle = [(n - 1) / 2 for n in gradient.shape]  # of the mass, which is symmetric here
    for times, mark in zip((1, 2), (p for p in ax.patches if isinstance(p, Ellipse)), strict=True):
        np.testing.assert_allclose(mark.get_center(), middle[::-1])
        np.testing.assert_allclose([mark.height, mark.width], 2 * times * np.array(deviation))
    boxes = [p for p in ax.patches if isinstance(p, Rectangle)]
    assert len(boxes) == 1 + (layers is not None)  # the map's own frame is one
    if layers:
        seen = 1 + sum(2 * layer.dilation[0] for layer in layers)
        assert (boxes[1].get_width(), boxes[1].get_height()) == (seen, seen)
        centre = [(n // 2) - seen // 2 - 0.5 for n in gradient.shape]
        assert [boxes[1].get_y(), boxes[1].get_x()] == centre


def test_the_box_holds_what_a_strided_net_reads():
    """Impulse by impulse: the central output of a strided net moves for samples in the box only."""
    layers = [Window(3, stride=2, padding=((2, 0),)), Window(2, dilation=2, padding=1)]
    n = 20

    def central(x):
        for layer in layers:
            (before, after), = layer.pads((x.size,))
            padded = np.pad(x, (before, after))
            count = (padded.size - layer.extent[0]) // layer.stride[0] + 1
            x = np.array([padded[i * layer.stride[0] + np.array(layer.taps()[0])].sum()
                          for i in range(count)])
        return x[x.size // 2]

    reads = np.flatnonzero([central(row) for row in np.eye(n)])
    gradient = np.zeros(n)
    gradient[reads] = 1
    ax = draw_erf((gradient, (1.0,)), layers=layers).fig.axes[0]
    first, last = (segment[0][0] for segment in ax.collections[-1].get_segments())
    assert (first, last) == (reads[0] - 0.5, reads[-1] + 0.5)


def test_cells_of_the_map_are_square_where_the_field_reaches_beyond_it():
    erf, layers = FIELDS["field beyond the map"]
    ax = draw_erf(erf, layers=layers).fig.axes[0]
    box = ax.get_window_extent()
    assert box.width / np.ptp(ax.get_xlim()) == pytest.approx(box.height / np.ptp(ax.get_ylim()))


WRONG = [
    (lambda: draw_erf(np.ones((3, 3))), TypeError, "draw_erf: erf must be a pair"),
    (lambda: draw_erf((np.ones((3, 3)),)), TypeError, "draw_erf: erf must be a pair"),
    (lambda: draw_erf((np.ones((2, 2, 2)), (1, 1))), ValueError,
     r"draw_erf: the map must be a 1-D or 2-D .* got shape \(2, 2, 2\)"),
    (lambda: draw_erf((np.ones((0, 2)), (1, 1))), ValueError, "draw_erf: the map must"),
    (lambda: draw_erf((np.full((2, 2), np.nan), (1, 1))), ValueError, "draw_erf: the map .* nan"),
    (lambda: draw_erf((["a", "b"], 1)), ValueError, "draw_erf: the map must"),
    (lambda: draw_erf(([[1], [2, 3]], 1)), ValueError, "draw_erf: the map must"),
    (lambda: draw_erf((-np.ones((2, 2)), (1, 1))), ValueError, "the map .* from -1 to -1"),
    (lambda: draw_erf((np.zeros((2, 2)), (1, 1))), ValueError, "draw_erf: the map .* above 0"),
    (lambda: draw_erf((np.ones((401, 2)), (1, 1))), ValueError, "the map must have at most"),
    (lambda: draw_erf((np.ones((2, 2)), (1,))), ValueError, "draw_erf: deviation must be one"),
    (lambda: draw_erf((np.ones(3), -1)), ValueError, "draw_erf: deviation must"),
    (lambda: draw_erf((np.ones(3), np.inf)), ValueError, "draw_erf: deviation .* inf"),
    (lambda: draw_erf((np.ones(3), 1), layers=same([1])), ValueError, "layers must be 1-D"),
    (lambda: draw_erf((np.ones(3), 1), layers=[3]), TypeError, r"draw_erf: layers\[0\]"),
    (lambda: draw_erf((np.ones(3), 1), layers=[Window(9)]), ValueError, "the window must"),
    (lambda: draw_erf((np.ones(3), 1), theme="x"), ValueError, "draw_erf: theme must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
