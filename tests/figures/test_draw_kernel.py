"""Kernels on their input: taps, padding and strides where they are, words, errors."""

import itertools

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from coursekit import Window
from coursekit.figures import draw_kernel
from coursekit.figures.style import THEMES

KERNELS = {
    "source": ([Window(3), Window(3, dilation=2)], {}),
    "one tap": ([Window(1)], {}),
    "one cell": ([Window(1)], {"shape": 1}),
    "padding": ([Window(3, padding="same"), Window(2, dilation=3, padding="causal"),
                 Window(3, dilation=2, stride=2, padding=((1, 3),))], {"shape": 9, "output": 3}),
    "many": ([Window(3, dilation=d, padding="same") for d in range(1, 9)], {}),
    "long": ([Window(16, dilation=4)], {"shape": 64}),
    "2-D": ([Window((3, 3)), Window((3, 3), dilation=2, stride=2, padding=1)], {}),
    "uneven": ([Window((3, 2), dilation=(1, 3), stride=(2, 3), padding="same")],
               {"shape": (8, 9), "output": (1, 1)}),
    "many 2-D": ([Window((3, 3), dilation=d, padding="same") for d in range(1, 9)], {}),
    "large 2-D": ([Window((5, 5), dilation=12, padding=((0, 7), (3, 0)))], {"shape": (55, 60)}),
}


@pytest.mark.parametrize("name, look", hard(KERNELS))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    windows, options = KERNELS[name]
    assert_legible(draw_kernel(windows, **options, **look).fig)


def cells(ax, fill):
    """The cells, (row, column), of filled squares or of bare ones."""
    found = set()
    for collection in ax.collections:
        faces = [to_hex(face) if face[3] else "none" for face in collection.get_facecolor()]
        faces = faces or ["none"]
        for path in collection.get_paths():
            if faces[0].upper() == fill.upper():
                x, y = path.vertices[:-1].mean(axis=0)
                found.add((round(y), round(x)))
    return found


@pytest.mark.parametrize("name", KERNELS)
def test_filled_squares_are_the_taps_of_the_output(name):
    """Against the definition: output o reads padded input o * stride + tap on each axis."""
    windows, options = KERNELS[name]
    figure = draw_kernel(windows, **options)
    output = options.get("output", 0)
    output = output if isinstance(output, tuple) else (output,) * len(windows[0].kernel_size)
    axes = figure.fig.axes
    assert len(axes) == len(windows)
    for ax, window in zip(axes, windows, strict=True):
        places = [
            [o * s + d * t for t in range(k)]
            for o, s, d, k in zip(output, window.stride, window.dilation, window.kernel_size,
                                  strict=True)
        ]
        wanted = set(itertools.product(*(places if len(places) == 2 else [[0], *places])))
        assert cells(ax, THEMES["light"]["lines.color"]) == wanted
        frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        extent = (1, *window.extent)[-2:]
        assert frames[0].get_height() == pytest.approx(extent[0])
        assert frames[0].get_width() == pytest.approx(extent[1])


def test_the_dashed_frame_is_the_next_window():
    (ax,) = draw_kernel(Window(3, stride=2), shape=9).fig.axes
    one, following = ax.patches
    assert following.get_x() + following.get_width() / 2 == pytest.approx(
        one.get_x() + one.get_width() / 2 + 2)
    assert following.get_linestyle() != one.get_linestyle()
    (ax,) = draw_kernel(Window((3, 3), stride=(2, 3)), shape=(9, 9)).fig.axes
    one, following = ax.patches
    assert following.get_y() + following.get_height() / 2 == pytest.approx(
        one.get_y() + one.get_height() / 2)
    assert following.get_x() + following.get_width() / 2 == pytest.approx(
        one.get_x() + one.get_width() / 2 + 3)
    (ax,) = draw_kernel(Window(3), shape=9).fig.axes
    assert len(ax.patches) == 1
    # The last window has no next one.
    (ax,) = draw_kernel(Window(3, stride=2), shape=9, output=3).fig.axes
    assert len(ax.patches) == 1


def test_padding_is_marked_by_zeros():
    (ax,) = draw_kernel(Window(3, padding=((1, 2),)), shape=5).fig.axes
    zeros = sorted(text.get_position()[0] for text in ax.texts if text.get_text() == "0")
    assert zeros == [0, 6, 7]


def test_dots_are_the_skipped_samples():
    (ax,) = draw_kernel(Window(3, dilation=3), shape=9).fig.axes
    (dots,) = ax.lines
    np.testing.assert_array_equal(dots.get_xdata(), [1, 2, 4, 5])


def test_lines_of_samples_begin_at_one_place():
    fig = draw_kernel([Window(3), Window(2, dilation=4, padding="causal")], shape=6).fig
    starts = []
    for ax, before in zip(fig.axes, (0, 4), strict=True):
        box = ax.get_window_extent()
        starts.append(box.x0 + before * box.width / np.diff(ax.get_xlim())[0])
    assert starts[0] == pytest.approx(starts[1])


@pytest.mark.parametrize(("windows", "options", "says"), [
    (Window(3, dilation=2), {},
     "Taps of 1 kernel. Kernel 3, rate 2: X . X . X, 3 taps that span 5 samples."),
    (Window(1), {}, "Taps of 1 kernel. Kernel 1, rate 1: X, 1 tap that spans 1 sample."),
    ([Window((3, 2), dilation=(2, 1), stride=2), Window((2, 2), padding="same")], {},
     "Taps of 2 kernels. Kernel 3 x 2, rate 2 x 1, stride 2: 6 taps that span 5 x 2 pixels. "
     'Kernel 2 x 2, rate 1, padding "same": 4 taps that span 2 x 2 pixels.'),
    (Window(3, padding=((1, 2),)), {"shape": 5, "output": 5},
     "Taps of 1 kernel. Kernel 3, rate 1, padding 1 before, 2 after: X X X, 3 taps that span "
     "3 samples, 2 of them on zeros of the padding."),
    (Window((3, 3), padding=1), {"shape": (4, 4)},
     "Taps of 1 kernel. Kernel 3 x 3, rate 1, padding 1: 9 taps that span 3 x 3 pixels, 5 of "
     "them on zeros of the padding."),
])
def test_alt(windows, options, says):
    assert draw_kernel(windows, **options).alt == says


WRONG = [
    (lambda: draw_kernel([]), TypeError, r"draw_kernel: windows must .* got \[\]"),
    (lambda: draw_kernel(3), TypeError, "draw_kernel: windows must be a Window .* got 3"),
    (lambda: draw_kernel([Window(3), 3]), TypeError, r"draw_kernel: windows\[1\] .* got 3"),
    (lambda: draw_kernel([Window(3), Window((3, 3))]), ValueError, "draw_kernel: .* one rank"),
    (lambda: draw_kernel([Window(3)] * 9), ValueError, "draw_kernel: windows .* 8; got 9"),
    (lambda: draw_kernel(Window(3), shape=2), ValueError, "draw_kernel: the window must fit"),
    (lambda: draw_kernel(Window(3), shape="x"), TypeError, "draw_kernel: shape must .* 'x'"),
    (lambda: draw_kernel(Window(3), shape=(4, 4)), ValueError, "draw_kernel: a 1-D window"),
    (lambda: draw_kernel(Window(3), shape=(4, 4, 4)), ValueError, "draw_kernel: shape must"),
    (lambda: draw_kernel(Window(3), shape=0), ValueError, "draw_kernel: shape must .* got 0"),
    (lambda: draw_kernel(Window(3), shape=5, output=3), ValueError,
     r"draw_kernel: output must lie within \(3,\); got 3"),
    (lambda: draw_kernel(Window(3), output=-1), ValueError, "draw_kernel: output must .* -1"),
    (lambda: draw_kernel(Window(3), output=0.5), TypeError, "draw_kernel: output must .* 0.5"),
    (lambda: draw_kernel(Window(3), output=(1, 1)), ValueError, "draw_kernel: output needs"),
    (lambda: draw_kernel(Window(3, dilation=99)), ValueError,
     "draw_kernel: windows and padding must fill at most 64 cells an axis; got 201"),
    (lambda: draw_kernel(Window(3), theme="neon"), ValueError, "draw_kernel: theme must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
