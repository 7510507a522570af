"""What the drawings say and show: numbers, places, errors, and that no words collide."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.image import imread
from matplotlib.text import Text

from coursekit import Window
from coursekit.analysis import footprint, receptive_field
from coursekit.figures import compare, draw_footprint, draw_stack
from coursekit.figures.draw import _rows
from coursekit.figures.style import SIZES, THEMES

STACKS = {
    "gridding": [Window(3, dilation=2)] * 3,
    "doubling": [Window(3, dilation=d) for d in (1, 2, 4)],
    "causal": [Window(2, dilation=d, padding="causal") for d in (1, 2, 4, 8)],
    "strided": [Window(3, padding=1), Window(2, stride=2), Window(3, stride=3, dilation=2)],
    "one tap": [Window(1)],
    "many layers": [Window(2, dilation=2 ** (i % 6), padding="causal") for i in range(24)],
    "long": [Window(3, dilation=2 * 2**i) for i in range(7)],
}
MAPS = {
    "gridding": [Window((3, 3), dilation=2)] * 3,
    "equal counts": [Window((3, 3), dilation=4)],
    "tall": [Window((3, 1), dilation=(2, 1))] * 4,
    "wide": [Window((1, 2), dilation=(1, 3))] * 9,
    "millions": [Window((3, 3))] * 16,
}
EVERY_LOOK = [pytest.param(theme, size, id=f"{theme}-{size}") for theme in THEMES for size in SIZES]


def boxes(figure):
    """(words, box in pixels) of every text a figure shows."""
    fig = figure.fig
    fig.draw_without_rendering()
    ticks = {}
    for axis in itertools.chain.from_iterable((ax.xaxis, ax.yaxis) for ax in fig.axes):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            shown = axis.axes.axison and low <= tick.get_loc() <= high
            ticks |= dict.fromkeys((tick.label1, tick.label2), shown)
    return [
        (text.get_text(), text.get_window_extent())
        for text in fig.findobj(Text)
        if text.get_visible() and text.get_text() and ticks.get(text, True)
    ]


def assert_legible(figure):
    found = boxes(figure)
    assert found
    for words, box in found:
        assert box.x0 >= 0 and box.y0 >= 0, words
        assert box.x1 <= figure.fig.bbox.x1 and box.y1 <= figure.fig.bbox.y1, words
    for (one, a), (other, b) in itertools.combinations(found, 2):
        apart = a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0
        assert apart, (one, other)


@pytest.mark.parametrize("theme, size", EVERY_LOOK)
def test_no_words_clipped_or_on_top_of_each_other(theme, size):
    look = {"theme": theme, "size": size}
    for stack in STACKS.values():
        assert_legible(draw_stack(stack, **look))
        assert_legible(draw_footprint(stack[:12], **look))
    for stack in MAPS.values():
        assert_legible(draw_footprint(stack, **look))
    ramp = np.arange(40.0 * 60).reshape(40, 60)
    title = "a title of many words that must be broken to stand over its picture"
    assert_legible(compare([ramp, ramp[::2], ramp[:3, :2]], [title] * 3, alt="ramps", **look))


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


def test_alt_of_a_footprint():
    assert draw_footprint([Window((3, 2), dilation=(2, 1))]).alt == (
        "Footprint of 1 layer with rate 2 x 1: one output sees 5 x 2 pixels and reads 6 of "
        "them (60 %); 4 are never read. A pixel that is read has from 1 to 1 paths."
    )
    assert draw_footprint([Window(3, padding="same", stride=2), Window(3)]).alt == (
        "Footprint of 2 layers with rates 1, 1 and strides 2, 1: one output sees 7 samples and "
        "reads all of them (100 %). A sample that is read has from 1 to 2 paths."
    )


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


def test_a_picture_pixel_is_a_block_of_screen_pixels():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (23, 31))
    figure = compare([picture, picture[:, :9]], ["one", "part"], alt="noise", vmin=0, vmax=255)
    buffer = io.BytesIO()
    figure.fig.savefig(buffer, format="png", dpi=100)
    screen = np.round(255 * imread(io.BytesIO(buffer.getvalue()))[::-1, :, 0])
    for ax, source in zip(figure.fig.axes, (picture, picture[:, :9]), strict=True):
        box = ax.get_window_extent()
        x0, x1, y0, y1 = (round(v) for v in (box.x0, box.x1, box.y0, box.y1))
        scale = (x1 - x0) // source.shape[1]
        blocks = np.kron(source, np.ones((scale, scale)))
        np.testing.assert_allclose(screen[y0:y1, x0:x1][::-1], blocks, atol=1)


def test_large_pictures_enlarge_the_figure():
    figure = compare([np.eye(900), np.eye(300)], ["large", "small"], alt="diagonals")
    widths = [ax.get_window_extent().width for ax in figure.fig.axes]
    np.testing.assert_allclose(widths, 900)


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
    (lambda: draw_footprint([]), ValueError, "draw_footprint: layers must"),
    (lambda: draw_footprint([None]), TypeError, "draw_footprint: layers.*None"),
    (lambda: draw_footprint([Window(3)], theme=None), ValueError, "draw_footprint: theme .*None"),
    (lambda: draw_footprint([Window((3, 3), dilation=999)]), ValueError,
     "draw_footprint: layers must see at most 400 pixels"),
    (lambda: compare([np.eye(3)], ["a", "b"], alt="x"), ValueError,
     "compare: titles must be one for each .*; got 2 titles, 1 images"),
    (lambda: compare([], [], alt="x"), ValueError, "compare: titles must"),
    (lambda: compare([np.ones((3, 3, 3))], ["a"], alt="x"), ValueError, "compare: images .*2-D"),
    (lambda: compare([np.full((2, 2), np.nan)], ["a"], alt="x"), ValueError, "compare: images"),
    (lambda: compare([np.eye(3)], ["a"], alt=" "), ValueError, "compare: alt must say .*' '"),
    (lambda: compare([np.eye(3)], ["a"], alt="x", vmin=2), ValueError, "compare: vmin must"),
    (lambda: compare([np.eye(3)], ["a"], alt="x", size="poster"), ValueError, "compare: size"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    with pytest.raises(kind, match=rule) as error:
        call()
    assert "\n" not in str(error.value)
